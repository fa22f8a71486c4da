package org.convmark.run;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.convmark.io.InputError;
import org.convmark.machine.Machine;
import org.convmark.model.Case;
import org.convmark.model.Cost;
import org.convmark.model.Extents;
import org.convmark.model.Graph;
import org.convmark.model.Parameter;
import org.convmark.model.Stack;

/**
 * Refuses what does not fit into memory; absurd sizes before their graph is even built.
 *
 * @param availableBytes memory that the machine has left
 * @param heapBytes smallest heap limit of the JVMs, because plain Java checks every result
 */
public record MemoryNeed(long availableBytes, long heapBytes) {
    private static final int MOST = 1 << 14;
    private static final int IMAGE_CHANNELS = 3;
    private static final long FIXED = 64L << 20;
    private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    /** The memory of a machine. */
    public static MemoryNeed of(Machine machine, long heapBytes) {
        long available = machine.memory().availableBytes().optional().orElse(Long.MAX_VALUE);
        long limit = machine.limits().memoryBytes().optional().orElse(Long.MAX_VALUE);
        return new MemoryNeed(Math.min(available, limit), heapBytes);
    }

    /**
     * Cases that make no graph need no memory; the plan leaves them out.
     *
     * @throws InputError naming the first case of a stack or a roof that does not fit, with the memory it would need
     */
    public void check(List<? extends Case> cases) {
        Set<Case.Problem> seen = new HashSet<>();
        for (Case one : cases) {
            if (one instanceof Case.Work work && work.workload() instanceof Stack && seen.add(work.problem())) {
                checkStack(work);
            } else if (one instanceof Case.Roof roof && !roof.loop().isArithmetic()) {
                refuseIfOver(roof, roof.size(), "", List.of(Parameter.BYTES));
            }
        }
    }

    /** Why a network does not fit at its size, empty if it does. It is left out rather than refused, because other networks may fit. */
    public Optional<String> obstacle(Case one) {
        if (!(one instanceof Case.Work work) || work.workload() instanceof Stack) {
            return Optional.empty();
        }
        try {
            check(work);
            return Optional.empty();
        } catch (InputError | IllegalArgumentException e) {
            return Optional.of(e.getMessage().replaceFirst("\\.$", ""));
        }
    }

    /** Bytes of the input and one filter per unit, in floating point because absurd sizes would overflow. */
    private static double leastBytes(Extents size) {
        Map<Parameter, Integer> values = size.values();
        double width = values.getOrDefault(Parameter.WIDTH, IMAGE_CHANNELS);
        double image = size.get(Parameter.IMAGE);
        double units = values.getOrDefault(Parameter.DEPTH, 1);
        return Float.BYTES * (size.get(Parameter.BATCH) * width * image * image + units * width * width);
    }

    private static void refuseIfBeyond(Extents size) {
        size.values().forEach((extent, value) -> {
            long most = Math.min(MOST, extent.most());
            if (value > most) {
                throw new InputError(extent.key() + "=" + value + " is too large: the most is " + most + ".");
            }
        });
    }

    private void checkStack(Case.Work work) {
        try {
            check(work);
        } catch (IllegalArgumentException e) {
            // It is the reason for which the plan leaves the case out.
        }
    }

    private void check(Case.Work work) {
        List<Parameter> extents = work.workload().extents();
        refuseIfOver(work, leastBytes(work.problem().size()), "at least ", extents);
        refuseIfBeyond(work.problem().size());
        Graph graph = work.problem().graph();
        Cost cost = graph.cost();
        long inputs = graph.inputs().stream().mapToLong(s -> s.bytes()).sum();
        double program = inputs + graph.output().bytes() + cost.workspaceBytes() + 2.0 * cost.weightBytes();
        refuseIfOver(work, 2 * program + FIXED, "about ", extents);
        long largest = graph.nodes().stream()
                .mapToLong(n -> n.output().elements())
                .max()
                .orElse(0);
        if (largest > LARGEST_ARRAY) {
            throw new InputError(work.title() + " has a tensor of " + largest
                    + " elements, more than a Java array holds: " + "choose a smaller " + names(extents) + ".");
        }
    }

    private void refuseIfOver(Case one, double bytes, String precision, List<Parameter> sizes) {
        if (bytes > availableBytes) {
            throw new InputError(one.title() + " would need " + precision + gibibytes(bytes) + " of memory, but this "
                    + "machine has " + gibibytes(availableBytes)
                    + " available: choose a smaller " + names(sizes) + ".");
        }
        if (bytes > heapBytes) {
            throw new InputError(
                    one.title() + " would need " + precision + gibibytes(bytes) + " of memory, but the heap "
                            + "limit of the JVM is " + gibibytes(heapBytes) + ": add --jvm-args \"-Xmx"
                            + (long) Math.ceil(1.2 * bytes / (1L << 30)) + "g\".");
        }
    }

    /** {@code depth, width, image or batch}. */
    private static String names(List<Parameter> sizes) {
        List<String> names = sizes.stream().map(Parameter::key).toList();
        int last = names.size() - 1;
        return last == 0 ? names.get(0) : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }

    private static String gibibytes(double bytes) {
        return String.format(Locale.ROOT, bytes < 1e15 ? "%.1f GiB" : "%.1e GiB", bytes / (1L << 30));
    }
}

package org.convmark.run;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.convmark.machine.Machine;
import org.convmark.model.Cost;
import org.convmark.model.Graph;
import org.convmark.model.Stack;

/**
 * Refuses networks that do not fit, before their graph is even built.
 *
 * @param availableBytes what the machine has left
 * @param heapBytes smallest heap limit of the JVMs: plain Java checks every result
 */
record MemoryNeed(long availableBytes, long heapBytes) {
    private static final int MOST = 1 << 14;
    private static final long FIXED = 64L << 20;
    private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    static MemoryNeed of(Machine machine, long heapBytes) {
        long available = machine.memory().availableBytes().optional().orElse(Long.MAX_VALUE);
        long limit = machine.limits().memoryBytes().optional().orElse(Long.MAX_VALUE);
        return new MemoryNeed(Math.min(available, limit), heapBytes);
    }

    /** @throws InputError naming the first row of a stack or a roof that does not fit, with the memory it would need */
    void check(List<Row> rows) {
        Set<String> seen = new HashSet<>();
        for (Row row : rows) {
            if (!row.isRoof() && row.workload() instanceof Stack && seen.add(row.extent())) {
                check(row);
            } else if (row.params().containsKey("bytes")) {
                refuseIfOver(row, Double.parseDouble(row.params().get("bytes")), "");
            }
        }
    }

    /** Why a network is not measured at the size of a row, empty if it is: other networks may be. */
    Optional<String> obstacle(Row row) {
        if (row.isRoof() || row.workload() instanceof Stack) {
            return Optional.empty();
        }
        try {
            check(row);
            return Optional.empty();
        } catch (InputError | IllegalArgumentException e) {
            return Optional.of(e.getMessage().replaceFirst("\\.$", ""));
        }
    }

    /** The input and one filter per unit, in floating point because the numbers may be absurd. */
    private static double leastBytes(SortedMap<String, String> size) {
        double width = Double.parseDouble(size.getOrDefault("width", "3"));
        double image = Double.parseDouble(size.get("image"));
        double units = Double.parseDouble(size.getOrDefault("depth", "1"));
        return Float.BYTES * (Double.parseDouble(size.get("batch")) * width * image * image + units * width * width);
    }

    private static void refuseIfBeyond(Row row) {
        for (String name : row.workload().extents()) {
            String value = row.params().get(name);
            int most = name.equals("depth") ? Stack.MOST_DEPTH : MOST;
            if (Double.parseDouble(value) > most) {
                throw new InputError(name + "=" + value + " is too large: the most is " + most + ".");
            }
        }
    }

    private void check(Row row) {
        refuseIfOver(row, leastBytes(row.params()), "at least ");
        refuseIfBeyond(row);
        Graph graph = row.graph();
        Cost cost = graph.cost();
        long inputs = graph.inputs().stream().mapToLong(s -> s.bytes()).sum();
        double program = inputs + graph.output().bytes() + cost.workspaceBytes() + 2.0 * cost.weightBytes();
        refuseIfOver(row, 2 * program + FIXED, "about ");
        long largest = graph.nodes().stream()
                .mapToLong(n -> n.output().elements())
                .max()
                .orElse(0);
        if (largest > LARGEST_ARRAY) {
            throw new InputError(row.title() + " has a tensor of " + largest
                    + " elements, more than a Java array holds: " + "choose a smaller " + extents(row) + ".");
        }
    }

    private void refuseIfOver(Row row, double bytes, String precision) {
        if (bytes > availableBytes) {
            throw new InputError(row.title() + " would need " + precision + gibibytes(bytes) + " of memory, but this "
                    + "machine has " + gibibytes(availableBytes)
                    + " available: choose a smaller " + extents(row) + ".");
        }
        if (bytes > heapBytes) {
            throw new InputError(
                    row.title() + " would need " + precision + gibibytes(bytes) + " of memory, but the heap "
                            + "of the JVM ends at " + gibibytes(heapBytes) + ": add --jvm-args \"-Xmx"
                            + (long) Math.ceil(1.2 * bytes / (1L << 30)) + "g\".");
        }
    }

    private static String extents(Row row) {
        List<String> names = row.workload().extents();
        int last = names.size() - 1;
        return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }

    private static String gibibytes(double bytes) {
        return String.format(Locale.ROOT, bytes < 1e15 ? "%.1f GiB" : "%.1e GiB", bytes / (1L << 30));
    }
}

package org.convmark.kernel;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.convmark.model.Conv;
import org.convmark.model.Graph;
import org.convmark.model.Shape;

/**
 * Whether a graph is faster on vectors of half the length, on hardware that does as many operations per second with them: some
 * processors execute 512 bits as twice 256. Channels that do not fill long vectors may fill short ones, and two short vectors
 * share a broadcast that a single long one has to itself. Full long vectors need half the instructions. The decision compares the
 * modelled time of all multiply-adds, in units of those by pairs of long vectors.
 */
public final class VectorLength {
    /**
     * Time of a multiply-add by a single vector, relative to one by a pair of vectors; measured on Zen 4
     * (docs/log/vector-length.md).
     */
    private static final double SINGLE = 1.45;

    /** By a vector whose lanes are independent channels, and by one that holds several groups. */
    private static final double LANEWISE = 1.25;

    private static final double NARROW = 1.5;

    /** By short vectors, relative to long ones. */
    private static final double SHORT = 1.1;

    /** Property of a JVM that sets the length of its vectors, in bits, in place of what it prefers. */
    public static final String BITS = "convmark.vector.bits";

    /** Property of a JVM: {@code true} if its processor was measured to execute its long vectors as two short ones each. */
    public static final String HALVED = "convmark.vector.halved";

    /** Property of a JVM that sets for how many vector registers kernels are made, 16 or 32, in place of what its processor has. */
    public static final String REGISTERS = "convmark.vector.registers";

    /** Long vectors: for shorter ones, no processor is known that executes half the length at the same rate. */
    public static final int LONG_BITS = 512;

    /** Bits of a vector of half that length. */
    public static final int SHORT_BITS = LONG_BITS / 2;

    /** All that kernels are made for. */
    private static final List<Integer> LENGTHS = List.of(128, SHORT_BITS, LONG_BITS);

    private VectorLength() {}

    /** @throws IllegalArgumentException with the nearest that is allowed if kernels are not made for vectors of so many bits */
    public static void require(int bits) {
        if (!LENGTHS.contains(bits)) {
            int nearest = Collections.min(LENGTHS, Comparator.comparingLong(length -> Math.abs((long) length - bits)));
            throw new IllegalArgumentException(
                    "vectors are of 128, 256 or 512 bits, not of " + bits + ": " + nearest + " is the nearest");
        }
    }

    /** @throws IllegalArgumentException with what is allowed if kernels are not made for vectors of so many bits */
    public static int parse(String bits) {
        try {
            require(Integer.parseInt(bits));
            return Integer.parseInt(bits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("vectors are of 128, 256 or 512 bits, not of '" + bits + "'", e);
        }
    }

    /** Lengths that are not longer than another. */
    public static List<Integer> upTo(int bits) {
        return LENGTHS.stream().filter(length -> length <= bits).toList();
    }

    /** Whether vectors of half the length are better for an unfused graph. */
    public static boolean isShortBetter(Graph graph) {
        return SHORT * time(graph, SHORT_BITS / Float.SIZE) < time(graph, LONG_BITS / Float.SIZE);
    }

    private static double time(Graph graph, int lanes) {
        return graph.nodes().stream()
                .filter(node -> node.layer().convolution().isPresent())
                .mapToDouble(node -> time(
                        node.layer().convolution().orElseThrow(),
                        graph.shapes(node).get(0),
                        node.output(),
                        lanes))
                .sum();
    }

    private static double time(Conv conv, Shape in, Shape out, int lanes) {
        int width = conv.groupWidth(in.channels());
        int groupOut = conv.groupOut(in.channels());
        double perVector = (double) out.elements() / out.channels() * width * conv.kernel() * conv.kernel();
        if (groupOut == width && width < Math.min(lanes, in.channels()) && lanes % width == 0) {
            return perVector * vectors(out.channels(), lanes) * lanes * (width == 1 ? LANEWISE : NARROW);
        }
        int groups = Math.max(1, out.channels() / Math.max(groupOut, lanes));
        int vectors = vectors(out.channels() / groups, lanes);
        return perVector * groups * (vectors / 2 * 2 + vectors % 2 * SINGLE) * lanes;
    }

    private static int vectors(int channels, int lanes) {
        return (channels + lanes - 1) / lanes;
    }
}

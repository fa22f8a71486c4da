package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.convmark.engine.Engines;
import org.convmark.model.ActivationChain;
import org.convmark.model.Graph;
import org.convmark.model.Pool;
import org.convmark.model.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Activations stay O(1) however deep a graph is. Infinities or denormals would distort the times. Integers stay so small that floats add
 * them exactly.
 */
class MomentsTest {
    private static final int DEPTH = 32;
    private static final long SEED = 1;

    static List<Stack> workloads() {
        return Stack.stacks();
    }

    /** Only the result has a lower bound: a rectifier may set all of a narrow intermediate to zero. */
    @ParameterizedTest
    @MethodSource("workloads")
    void deepGraphsStayOfOrderOne(Stack workload) {
        Graph graph = workload.graph(depth(workload), 8, 8, 1);
        Weights weights = new Weights(graph, 1, Weights.Fill.RANDOM);
        assertSane(DoubleInterpreter.doubles(Engines.reference(weights).output()), 1e-2, workload + " result");
        new DoubleInterpreter(weights)
                .run((node, value) -> assertSane(value, 0, workload + " node " + node.id() + " " + node.layer()));
    }

    /**
     * Filters of one pixel do not mix pixels, whose magnitudes drift apart with depth; four is the largest depth that a profile
     * measures.
     */
    private static int depth(Stack workload) {
        return workload instanceof ActivationChain ? 4 : DEPTH;
    }

    private static void assertSane(double[] values, double least, String what) {
        double squares = 0;
        for (double x : values) {
            assertTrue(Double.isFinite(x), what + " holds " + x);
            assertTrue(x == 0 || Math.abs(x) >= Float.MIN_NORMAL, what + " holds the denormal " + x);
            squares += x * x;
        }
        double rms = Math.sqrt(squares / values.length);
        assertTrue(rms >= least && rms <= 1e2, what + " has a root mean square of " + rms);
    }

    /**
     * All terms of all sums taken positive, so that nothing cancels, the whole sum bounds every partial one, also where a norm is folded
     * into a filter or a residual is added to it.
     */
    private static final class Magnitudes extends Weights {
        Magnitudes(Graph graph) {
            super(graph, SEED, Weights.Fill.INTEGER);
        }

        @Override
        public float[] input(int v) {
            return positive(super.input(v));
        }

        @Override
        public float[] filter(Graph.Node node) {
            return positive(super.filter(node));
        }

        @Override
        public float[] scale(Graph.Node node) {
            return positive(super.scale(node));
        }

        @Override
        public float[] shift(Graph.Node node) {
            return positive(super.shift(node));
        }

        private static float[] positive(float[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.abs(values[i]);
            }
            return values;
        }
    }

    /** In the units of a sum's terms, their magnitudes add up to what floats hold exactly, and something is left to be compared. */
    @ParameterizedTest
    @MethodSource("workloads")
    void partialSumsOfIntegersAreExact(Stack workload) {
        for (int depth : new int[] {1, 2, 3, 4, 9, DEPTH}) {
            Graph graph = workload.graph(depth, depth > 4 ? 8 : 16, 14, 1);
            if (Weights.keepsIntegers(graph)) {
                Map<Integer, Integer> bits = new HashMap<>(Map.of(0, 0));
                double[] result = new DoubleInterpreter(new Weights(graph, SEED, Weights.Fill.INTEGER))
                        .run((node, value) -> bits.put(1 + node.id(), bits(value)));
                new DoubleInterpreter(new Magnitudes(graph)).run((node, value) -> {
                    int term = node.inputs().stream().mapToInt(bits::get).max().orElseThrow();
                    double units = Math.scalb(DoubleStream.of(value).max().orElseThrow(), term + divides(node));
                    assertTrue(units <= 1 << 24, () -> graph + ": node " + node.id() + " sums up " + units + " units");
                });
                assertTrue(depth > 4 || DoubleStream.of(result).distinct().count() > 5, graph::toString);
            } else {
                assertThrows(IllegalArgumentException.class, () -> new Weights(graph, SEED, Weights.Fill.INTEGER));
            }
        }
    }

    /** Bits behind the point. */
    private static int bits(double[] value) {
        int bits = 0;
        for (double x : value) {
            while (Math.scalb(x, bits) != Math.rint(Math.scalb(x, bits))) {
                bits++;
            }
        }
        return bits;
    }

    /** Bits by which pooling makes a term smaller. */
    private static int divides(Graph.Node node) {
        return node.layer() instanceof Pool pool
                ? switch (pool.kind()) {
                    case BLUR -> 4;
                    case AVERAGE -> 2;
                    default -> 0;
                }
                : 0;
    }

    @Test
    void equalSeedsGiveEqualNumbers() {
        Graph graph = Stack.stacks().get(0).graph(1, 8, 8, 1);
        float[] a = new Weights(graph, 7, Weights.Fill.RANDOM).input(0);
        assertArrayEquals(a, new Weights(graph, 7, Weights.Fill.RANDOM).input(0));
        assertTrue(a[0] != new Weights(graph, 8, Weights.Fill.RANDOM).input(0)[0]);
    }
}

package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.convmark.engine.Engines;
import org.convmark.model.ActivationChain;
import org.convmark.model.Graph;
import org.convmark.model.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations stay O(1) however deep a graph is. Infinities or denormals would distort the times. */
class MomentsTest {
    private static final int DEPTH = 32;

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

    @Test
    void equalSeedsGiveEqualNumbers() {
        Graph graph = Stack.stacks().get(0).graph(1, 8, 8, 1);
        float[] a = new Weights(graph, 7, Weights.Fill.RANDOM).input(0);
        assertArrayEquals(a, new Weights(graph, 7, Weights.Fill.RANDOM).input(0));
        assertTrue(a[0] != new Weights(graph, 8, Weights.Fill.RANDOM).input(0)[0]);
    }
}

package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.convmark.model.Target;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every whole network on every target: the same results as ONNX Runtime if it is available, else as plain Java. Images are the
 * smallest that the strides allow, and graphs as fused as the target can run; {@code -Dconvmark.networks=full} uses published
 * sizes and every fusion.
 */
class NetworkSweepTest {
    private static final boolean IS_FULL = "full".equals(System.getProperty("convmark.networks"));
    private static final Target ORACLE = Target.ONNXRUNTIME;
    private static final EngineOptions SETTINGS = new EngineOptions(2, null);

    /** Reference results are kept for the other targets; parameters are not, because they would fill the memory. */
    private final Map<Network, float[]> expected = new LinkedHashMap<>();

    @TestFactory
    Stream<DynamicNode> rightAnswer() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Network network : Network.values()) {
            bodies.put(network.name(), target -> check(network, target));
        }
        return new Comparison(2).onEveryTarget(bodies);
    }

    private void check(Network network, Target target) {
        assumeTrue(has(target, network), "a model of this size does not fit the heap of a test: -Dtest.heap=8g");
        Graph graph = network.graph(IS_FULL ? network.image() : network.smallestImage(), 1);
        Weights weights = new Weights(graph, 42, Weights.Fill.RANDOM);
        float[] right = expected.computeIfAbsent(network, n -> oracle(network, graph, weights));
        assertAlive(right, network);
        for (Fusion fusion : fusions(target)) {
            assertSame(right, output(target, graph.fuse(fusion), weights), weights, target + " " + fusion);
        }
    }

    private static List<Fusion> fusions(Target target) {
        List<Fusion> all = List.copyOf(target.fusions());
        boolean isSlow = target == Target.OPENCL; // to compile: each fused block costs a second
        return IS_FULL ? all : List.of(isSlow ? Fusion.EPILOGUE : all.get(all.size() - 1));
    }

    private static float[] oracle(Network network, Graph graph, Weights weights) {
        boolean asks = Engines.unavailable(ORACLE, SETTINGS).isEmpty() && has(ORACLE, network);
        return asks
                ? output(ORACLE, graph, weights)
                : Engines.reference(weights).output();
    }

    /** Peers copy their parameters several times; VGG's are half a gigabyte. */
    private static boolean has(Target target, Network network) {
        return !target.isPeer()
                || network != Network.VGG_16
                || Runtime.getRuntime().maxMemory() > 7L << 30;
    }

    /** On an engine of its own, because some engines keep the parameters of all their programs. */
    private static float[] output(Target target, Graph graph, Weights weights) {
        try (Engine engine = Engines.open(target, SETTINGS)) {
            Program program = engine.compile(graph, weights);
            program.run();
            return program.output();
        }
    }

    private static void assertSame(float[] right, float[] actual, Weights weights, String what) {
        double tolerance = Engines.reference(weights).tolerance(right, 0);
        for (int i = 0; i < right.length; i++) {
            int at = i;
            assertTrue(
                    Math.abs(actual[i] - right[i]) <= tolerance,
                    () -> what + ": class " + at + " is " + actual[at] + " instead of " + right[at] + ", tolerance "
                            + tolerance);
        }
    }

    /** Results of different classes differ by more than a bias would make them. */
    private static void assertAlive(float[] results, Network network) {
        double squares = 0;
        double sum = 0;
        for (float x : results) {
            squares += x * x;
            sum += x;
        }
        double mean = sum / results.length;
        double deviation = Math.sqrt(squares / results.length - mean * mean);
        assertTrue(deviation > 0.13 && deviation < 20, network + " has results with a deviation of " + deviation);
    }
}

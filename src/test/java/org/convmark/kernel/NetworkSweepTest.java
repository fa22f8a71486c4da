package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** Every whole network on every target against plain Java, unfused and fused, on small images where the network allows them. */
class NetworkSweepTest {
    private static final int IMAGE = 64;

    /** Keep plain Java's results, so that the second target need not wait for them again. */
    private final Map<Network, Weights> weights = new EnumMap<>(Network.class);

    @TestFactory
    Stream<DynamicNode> rightAnswer() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Network network : Network.values()) {
            bodies.put(network.name(), target -> check(network, target));
        }
        return new Comparison(2).onEveryTarget(bodies);
    }

    /** An engine of its own: some engines keep the weights of all their programs. */
    private void check(Network network, Target target) {
        Graph graph = network.graph(network == Network.VGG_16 ? network.image() : IMAGE, 1);
        Weights numbers = weights.computeIfAbsent(network, n -> new Weights(graph, 42, Weights.Fill.RANDOM));
        try (Engine engine = target.open(new Target.Settings(2, null))) {
            for (Fusion fusion : target.fusions()) {
                if (fusion != Fusion.BLOCK) {
                    engine.compile(graph.fuse(fusion), numbers).verify(numbers);
                }
            }
        }
        assertAlive(numbers.reference(), network);
    }

    /** Results differ from class to class, by more than a bias does. */
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

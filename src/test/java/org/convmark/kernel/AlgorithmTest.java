package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.Block;
import org.convmark.model.Conv;
import org.convmark.model.Conv.Bias;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Shape;
import org.convmark.model.Target;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every algorithm on the targets that have several, over maps around the tiles and channels around the vector length. Random
 * numbers must be right within rounding, small integers exactly, except for WINOGRAD_4, whose filters are multiples of 1/576. Also
 * every algorithm with every fusion over blocks.
 */
class AlgorithmTest {
    private static final int[][] MAPS = {{1, 1}, {2, 3}, {5, 4}, {7, 7}, {13, 6}, {14, 14}, {9, 29}};
    private static final int[] CHANNELS = {1, 3, 7, 8, 9, 16, 17, 24, 33, 48};

    @TestFactory
    Stream<DynamicNode> rightAnswer() {
        return Stream.of(Algorithm.values()).flatMap(algorithm -> Stream.of(1, 2)
                .map(workers -> DynamicContainer.dynamicContainer(
                        algorithm + " on " + workers, onEveryTarget(algorithm, workers))));
    }

    private static Stream<DynamicNode> onEveryTarget(Algorithm algorithm, int workers) {
        return Stream.of(Target.values())
                .filter(target -> target.algorithms().contains(algorithm)
                        && target.algorithms().size() > 1)
                .map(target -> DynamicTest.dynamicTest(target.name(), () -> {
                    try (Comparison comparison = new Comparison(workers, workers, algorithm)) {
                        comparison.check(target, Fusion.NONE, Weights.Fill.RANDOM, convolutions(3, workers));
                        comparison.check(target, Fusion.NONE, Weights.Fill.RANDOM, convolutions(5, workers));
                        comparison.check(target, Fusion.EPILOGUE, Weights.Fill.RANDOM, epilogues(workers));
                        for (Fusion fusion : target.fusions()) {
                            comparison.check(target, fusion, Weights.Fill.RANDOM, blocks(workers));
                        }
                        if (algorithm == Algorithm.WINOGRAD_2) {
                            comparison.check(target, Fusion.NONE, Weights.Fill.INTEGER, convolutions(3, workers));
                        }
                    }
                }));
    }

    /** Over both numbers of workers, every map meets every number of channels, every padding and both batches. */
    private static List<Graph> convolutions(int kernel, int turn) {
        List<Graph> graphs = new ArrayList<>();
        for (int[] map : MAPS) {
            for (int i = 0; i < CHANNELS.length; i++) {
                turn++;
                int same = kernel / 2;
                int padding = turn % 4 == 0 && Math.min(map[0], map[1]) >= kernel ? 0 : same + turn % 4 / 3;
                Shape in = new Shape(turn % 3 == 0 ? 3 : 1, CHANNELS[i], map[0], map[1]);
                int out = CHANNELS[(i + turn) % CHANNELS.length];
                graphs.add(Graph.of(in).then(new Conv(out, kernel, 1, 1, padding, Conv.DENSE, Bias.YES)));
            }
        }
        return graphs;
    }

    /**
     * Widths so small that convolutions are fused although they have faster algorithms alone, and widths so large that they are
     * not.
     */
    private static List<Graph> blocks(int depth) {
        return Stream.of(Block.values())
                .flatMap(block -> Stream.of(3, 6, 9).map(width -> block.graph(depth, width, 13, 1)))
                .toList();
    }

    private static List<Graph> epilogues(int turn) {
        List<Activation> activations = new ArrayList<>(Arrays.asList(Activation.values()));
        activations.add(null);
        List<Graph> graphs = new ArrayList<>();
        for (Activation before : activations) {
            for (Activation after : activations) {
                int[] map = MAPS[turn++ % MAPS.length];
                Graph g = Graph.of(new Shape(1 + turn % 2, CHANNELS[turn % CHANNELS.length], map[0], map[1]));
                Graph f = g.conv(3, g.output().channels()).norm();
                f = (before == null ? f : f.activate(before)).add(0);
                graphs.add(after == null ? f : f.activate(after));
            }
        }
        return graphs;
    }

    /** Largest error relative to the largest result, against sums in doubles: the documented figures. */
    @ParameterizedTest
    @CsvSource({"DIRECT, 3, 3e-6", "WINOGRAD_2, 3, 1.5e-6", "WINOGRAD_4, 3, 2.5e-5", "WINOGRAD_4, 5, 2.5e-5"})
    void error(Algorithm algorithm, int kernel, double limit) {
        Map<Integer, Double> errors = new LinkedHashMap<>();
        try (Engine engine = Engines.open(Target.VECTOR, new EngineOptions(0, null, algorithm))) {
            for (int channels : new int[] {16, 64, 256, 512}) {
                Graph graph = Graph.of(new Shape(1, channels, 9, 9)).conv(kernel, channels);
                Weights weights = new Weights(graph, 1, Weights.Fill.RANDOM);
                Program program = engine.compile(graph, weights);
                program.run();
                errors.put(channels, DoubleInterpreter.error(new DoubleInterpreter(weights).run(), program.output()));
            }
        }
        assertTrue(
                errors.values().stream().allMatch(error -> error < limit),
                () -> algorithm + " of " + kernel + "x" + kernel + ": " + errors);
    }
}

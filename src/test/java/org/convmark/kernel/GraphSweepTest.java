package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionConstraints;
import org.convmark.model.ActivationChain;
import org.convmark.model.Algorithm;
import org.convmark.model.Block;
import org.convmark.model.Caches;
import org.convmark.model.Fused;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Pattern;
import org.convmark.model.Shape;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every pattern and block on every target, unfused and fused, at small sizes: tests the compiler, its buffers and its borders.
 */
class GraphSweepTest {
    private static final Comparison ONE_WORKER = new Comparison(1);
    private static final Comparison TWO_WORKERS = new Comparison(2);

    private static final int[] ODD_WIDTHS = {1, 3, 7, 8, 9, 16, 17, 33, 65};
    private static final int[] FEW = {3, 8, 9};

    private static final String BLOCKS_DO = "patterns take seconds to compile, and blocks say as much";
    private static final String EPILOGUES_DO = "layers with epilogues are shared among units in the same way";
    private static final String LAYERS_DO = "LayerSweepTest has every activation, alone and fused";

    private record Size(int depth, int width, int image, int batch) {}

    @TestFactory
    Stream<DynamicNode> rightAnswerOnOneWorker() {
        return ONE_WORKER.onEveryTarget(bodies(ONE_WORKER, List.of(new Size(1, 4, 13, 1), new Size(2, 20, 13, 2))));
    }

    @TestFactory
    Stream<DynamicNode> rightAnswerOnTwoWorkers() {
        return TWO_WORKERS.onEveryTarget(bodies(TWO_WORKERS, List.of(new Size(1, 4, 13, 2), new Size(2, 7, 14, 1))));
    }

    private static Map<String, Consumer<Target>> bodies(Comparison comparison, List<Size> sizes) {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        Stack.stacks().forEach(workload -> {
            List<Graph> graphs = sizes.stream()
                    .map(s -> workload.graph(s.depth, s.width, s.image, s.batch))
                    .toList();
            for (Fusion fusion : Fusion.values()) {
                bodies.put(workload.name() + " " + fusion, target -> {
                    boolean isSlow = isSlowToCompile(target, fusion);
                    assumeFalse(isSlow && comparison == TWO_WORKERS && workload instanceof Pattern, BLOCKS_DO);
                    assumeFalse(target == Target.OPENCL && workload instanceof ActivationChain, LAYERS_DO);
                    assumeFalse(
                            target == Target.OPENCL && comparison == TWO_WORKERS && fusion == Fusion.NONE,
                            EPILOGUES_DO);
                    boolean isEnough = isSlow || target == Target.OPENCL && comparison == TWO_WORKERS;
                    comparison.check(target, fusion, Weights.Fill.RANDOM, isEnough ? graphs.subList(0, 1) : graphs);
                });
            }
        });
        return bodies;
    }

    /**
     * Blocks with widths around the vector length and the tiles, under requested schedules: steps that do not divide the map,
     * hidden channels in chunks, bands of several workers, several images.
     */
    @TestFactory
    Stream<DynamicNode> rightAnswerUnderEverySchedule() {
        return Stream.of("1 step=1", "2 step=3", "2 step=2,chunk=16", "3 step=4,chunk=32", "1 step=3,chunk=64")
                .map(text -> DynamicContainer.dynamicContainer(text, underSchedule(text.split(" "))));
    }

    private static Stream<DynamicNode> underSchedule(String[] words) {
        FusionConstraints.ScheduleOverride wish = FusionConstraints.ScheduleOverride.parse(words[1]);
        FusionConstraints constraints = new FusionConstraints(Caches.TYPICAL, Long.MAX_VALUE, wish);
        Comparison comparison = new Comparison(Integer.parseInt(words[0]), 1, Algorithm.DIRECT, constraints);
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Block block : Block.values()) {
            bodies.put(block.name(), target -> {
                assumeTaken(target, wish);
                comparison.check(target, Fusion.BLOCK, Weights.Fill.RANDOM, graphs(block, widths(target)));
                List<Graph> exact = graphs(block, FEW).stream()
                        .filter(Weights::keepsIntegers)
                        .toList();
                comparison.check(target, Fusion.BLOCK, Weights.Fill.INTEGER, exact);
            });
        }
        for (Pattern pattern : Pattern.values()) {
            List<Graph> graphs = List.of(pattern.graph(1, 9, 16, 2), pattern.graph(2, 16, 17, 1));
            bodies.put(pattern.name(), target -> {
                assumeTaken(target, wish);
                assumeFalse(isSlowToCompile(target, Fusion.BLOCK), BLOCKS_DO);
                comparison.check(target, Fusion.BLOCK, Weights.Fill.RANDOM, graphs);
            });
        }
        return comparison.onEveryTarget(bodies);
    }

    private static void assumeTaken(Target target, FusionConstraints.ScheduleOverride wish) {
        assumeTrue(target != Target.OPENCL || wish.chunk() == 0, target + " takes all hidden channels at once");
    }

    private static int[] widths(Target target) {
        return isSlowToCompile(target, Fusion.BLOCK) ? FEW : ODD_WIDTHS;
    }

    /** Whether every kernel takes a compiler several seconds. */
    private static boolean isSlowToCompile(Target target, Fusion fusion) {
        return target == Target.OPENCL && fusion == Fusion.BLOCK;
    }

    private static List<Graph> graphs(Block block, int... widths) {
        return Arrays.stream(widths)
                .mapToObj(width ->
                        onMap(block.graph(1 + width % 2, width, 16, 1), new Shape(1 + width % 3, width, 7, 13)))
                .toList();
    }

    /** The same layers on another input. */
    private static Graph onMap(Graph graph, Shape input) {
        Graph g = Graph.of(input);
        for (int block = 1; g.nodes().size() < graph.nodes().size(); block++) {
            int number = block;
            g = g.block(x -> {
                for (Graph.Node node : graph.nodes()) {
                    if (node.block() == number) {
                        int[] others =
                                node.inputs().stream().skip(1).mapToInt(v -> v).toArray();
                        x = x.at(node.inputs().get(0)).then(node.layer(), others);
                    }
                }
                return x;
            });
        }
        return g;
    }

    @TestFactory
    Stream<DynamicNode> blockFusionIsRefusedWhereThereIsNone() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        Stack.stacks()
                .forEach(workload -> bodies.put(workload.name(), target -> {
                    Graph graph = workload.graph(2, 8, 13, 1);
                    Graph fused = graph.fuse(Fusion.BLOCK);
                    if (!target.fusions().contains(Fusion.BLOCK) && !fused.equals(graph.fuse(Fusion.EPILOGUE))) {
                        Weights weights = new Weights(graph, 1, Weights.Fill.RANDOM);
                        Engine engine = ONE_WORKER.open(target);
                        String message = assertThrows(
                                        UnsupportedOperationException.class, () -> engine.compile(fused, weights))
                                .getMessage();
                        assertTrue(message.contains("BLOCK") && message.contains("EPILOGUE"), message);
                    }
                }));
        return ONE_WORKER.onEveryTarget(bodies);
    }

    /** An error in a single element exceeds the tolerance. */
    @Test
    void wrongWeightsAreSeen() {
        Graph graph = Pattern.PLAIN.graph(2, 8, 13, 1);
        try (Engine engine = Engines.open(Target.SCALAR, new EngineOptions(1, null))) {
            Program program = engine.compile(graph, new Weights(graph, 1, Weights.Fill.RANDOM));
            Reference others = Engines.reference(new Weights(graph, 2, Weights.Fill.RANDOM));
            assertTrue(assertThrows(IllegalStateException.class, () -> program.verify(others))
                    .getMessage()
                    .contains("wrong result"));
        }
    }

    @Test
    void oneKernelPerNode() {
        Graph graph = Pattern.PLAIN.graph(2, 8, 13, 1);
        Weights weights = new Weights(graph, 1, Weights.Fill.RANDOM);
        try (Engine engine = Engines.open(Target.SCALAR, new EngineOptions(1, null))) {
            for (Fusion fusion : List.of(Fusion.NONE, Fusion.EPILOGUE)) {
                Graph fused = graph.fuse(fusion);
                assertEquals(
                        fused.nodes().size(), engine.compile(fused, weights).kernels());
                assertEquals(fusion == Fusion.NONE, fused.nodes().stream().noneMatch(n -> n.layer() instanceof Fused));
            }
        }
    }
}

package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.Pattern;
import org.convmark.model.Workload;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every pattern and block on every target, unfused and fused, small: the compiler, its buffers and its borders. */
class GraphSweepTest {
    private static final Comparison ONE_WORKER = new Comparison(1);
    private static final Comparison TWO_WORKERS = new Comparison(2);

    private record Size(int depth, int width, int image, int batch) {}

    @AfterAll
    static void close() {
        ONE_WORKER.close();
        TWO_WORKERS.close();
    }

    @TestFactory
    Stream<DynamicNode> rightAnswerOnOneWorker() {
        return ONE_WORKER.onEveryTarget(bodies(ONE_WORKER, List.of(new Size(1, 4, 13, 1), new Size(2, 20, 13, 2))));
    }

    @TestFactory
    Stream<DynamicNode> rightAnswerOnTwoWorkers() {
        return TWO_WORKERS.onEveryTarget(bodies(TWO_WORKERS, List.of(new Size(2, 8, 14, 1), new Size(1, 7, 13, 2))));
    }

    private static Map<String, Consumer<Target>> bodies(Comparison comparison, List<Size> sizes) {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        Workload.all().forEach(workload -> {
            List<Graph> graphs = sizes.stream()
                    .map(s -> workload.graph(s.depth, s.width, s.image, s.batch))
                    .toList();
            for (Fusion fusion : Fusion.values()) {
                bodies.put(
                        workload.name() + " " + fusion,
                        target -> comparison.check(target, fusion, Weights.Fill.RANDOM, graphs));
            }
        });
        return bodies;
    }

    @TestFactory
    Stream<DynamicNode> blockFusionIsRefusedWhereThereIsNone() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        Workload.all()
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

    /** An error in one element is larger than the tolerance. */
    @Test
    void wrongWeightsAreSeen() {
        Graph graph = Pattern.PLAIN.graph(2, 8, 13, 1);
        try (Engine engine = Target.SCALAR.open(new Target.Settings(1, null))) {
            Program program = engine.compile(graph, new Weights(graph, 1, Weights.Fill.RANDOM));
            Weights others = new Weights(graph, 2, Weights.Fill.RANDOM);
            assertTrue(assertThrows(IllegalStateException.class, () -> program.verify(others))
                    .getMessage()
                    .contains("wrong result"));
        }
    }

    @Test
    void oneKernelPerNode() {
        Graph graph = Pattern.PLAIN.graph(2, 8, 13, 1);
        Weights weights = new Weights(graph, 1, Weights.Fill.RANDOM);
        try (Engine engine = Target.SCALAR.open(new Target.Settings(1, null))) {
            for (Fusion fusion : List.of(Fusion.NONE, Fusion.EPILOGUE)) {
                Graph fused = graph.fuse(fusion);
                assertEquals(
                        fused.nodes().size(), engine.compile(fused, weights).kernels());
                assertEquals(
                        fusion == Fusion.NONE, fused.nodes().stream().noneMatch(n -> n.layer() instanceof Layer.Fused));
            }
        }
    }
}

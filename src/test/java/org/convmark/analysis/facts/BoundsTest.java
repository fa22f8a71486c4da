package org.convmark.analysis.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Bounds.Bound;
import org.convmark.engine.Engines;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Program;
import org.convmark.kernel.Weights;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Shape;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BoundsTest {
    /** What JMH's JSON writer leaves as it is. */
    private static final String PLAIN_TEXT = "[\\w /+]+";

    private static final NavigableMap<Long, Double> CURVE =
            new TreeMap<>(Map.of(1L << 15, 200e9, 1L << 20, 80e9, 1L << 28, 10e9));

    static Stream<Path> committedRuns() throws IOException {
        return Files.list(Path.of("benchmarks-results")).filter(Files::isDirectory);
    }

    /** A faster row would prove its bound wrong. */
    @ParameterizedTest
    @MethodSource("committedRuns")
    void noRowIsFasterThanItsBound(Path folder) {
        RunFacts facts = new RunFacts(Run.read(folder), Map.of());
        List<String> faster = facts.workloads().stream()
                .filter(row -> facts.bounds().of(row).stream().anyMatch(bound -> row.seconds() < bound.seconds()))
                .map(row -> row.label().title())
                .toList();
        assertEquals(List.of(), faster);
    }

    @Test
    void memoryIsAsFastAsTheLargestSetThatIsNotLarger() {
        Roofs.Limits limits = new Roofs.Limits(1e11, CURVE, 4);
        assertEquals(200e9, limits.bandwidth(100));
        assertEquals(200e9, limits.bandwidth((1 << 20) - 1));
        assertEquals(80e9, limits.bandwidth(1 << 20));
        assertEquals(10e9, limits.bandwidth(1e12));
    }

    @Test
    void mapsInHalvesTakeHalfOfTheTime() {
        Graph graph = Graph.of(new Shape(1, 16, 14, 14)).relu();
        double floats = Bound.of(graph, new Roofs.Limits(1e15, CURVE, 4)).seconds();
        assertEquals(
                floats / 2, Bound.of(graph, new Roofs.Limits(1e15, CURVE, 2)).seconds());
    }

    /** Kernels are timed by their labels, and their bounds are found by them. */
    @ParameterizedTest
    @EnumSource
    void everyKernelOfAProgramHasABound(Target target) {
        assumeTrue(target.kind() == Target.Kind.JAVA, "kernels of " + target + " are the same, or not known");
        Roofs.Limits limits = new Roofs.Limits(1e11, CURVE, 4);
        try (Engine engine = Engines.open(target, new EngineOptions(1, null))) {
            for (Workload workload : Workload.all()) {
                if (workload instanceof Stack stack) {
                    for (Fusion fusion : Set.of(Fusion.NONE, Fusion.EPILOGUE)) {
                        Graph unfused = stack.graph(1, 16, 14, 1);
                        Graph graph = unfused.fuse(fusion);
                        Set<String> bounds = Bound.of(graph, limits).byKernel().keySet();
                        Set<String> labels =
                                labels(engine.compile(graph, new Weights(unfused, 1, Weights.Fill.RANDOM)));
                        labels.removeIf(label -> label.matches("(Concat|Slice|Shuffle).*"));
                        assertEquals(
                                List.of(),
                                labels.stream()
                                        .filter(label -> !label.matches(PLAIN_TEXT))
                                        .toList());
                        assertTrue(bounds.containsAll(labels), workload + " " + fusion + " " + labels + " " + bounds);
                    }
                }
            }
        }
    }

    private static Set<String> labels(Program program) {
        return IntStream.range(0, program.kernels()).mapToObj(program::label).collect(Collectors.toSet());
    }
}

package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.convmark.engine.Engines;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.Conv.Bias;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Pool;
import org.convmark.model.Shape;
import org.convmark.model.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that are no longer used are garbage, whatever kernels they had: the threads live on but keep nothing of them. */
class ProgramMemoryTest {
    /** A program of these graphs has megabytes of parameters. */
    private static final int PROGRAMS = 60;

    private static final long MOST_BYTES = 24 << 20;

    private static final Map<Algorithm, List<Graph>> GRAPHS = Map.of(
            Algorithm.DIRECT, graphs(),
            Algorithm.WINOGRAD_2, graphs().subList(0, 1),
            Algorithm.WINOGRAD_4, graphs().subList(0, 1),
            Algorithm.AUTO, graphs());

    private static List<Graph> graphs() {
        Graph x = Graph.of(new Shape(1, 256, 14, 14));
        return List.of(
                x.conv(3, 256),
                x.conv(1, 256).grouped(3, 256, 1, 4).depthwise(5, 1).layerNorm(),
                x.block(b -> b.conv(1, 512).activate(Activation.GELU).conv(1, 256)),
                x.then(new Conv(256, 3, 3, 1, 1, Conv.DENSE, Bias.NO)).pool(Pool.Kind.MAX, 3, 2),
                x.squeezeExcite(64).shuffle(8));
    }

    @ParameterizedTest
    @EnumSource
    void closedProgramsAreGarbage(Algorithm algorithm) {
        run(algorithm, 2); // classes, threads and their scratch
        long before = usedBytes();
        run(algorithm, PROGRAMS);
        long kept = usedBytes() - before;
        assertTrue(kept < MOST_BYTES, () -> PROGRAMS + " closed programs keep " + (kept >> 20) + " MiB");
    }

    private static void run(Algorithm algorithm, int times) {
        try (Engine engine = Engines.open(Target.VECTOR, new EngineOptions(2, null, algorithm))) {
            IntStream.range(0, times).forEach(i -> {
                for (Graph graph : GRAPHS.get(algorithm)) {
                    Weights weights = new Weights(graph, i, Weights.Fill.RANDOM);
                    engine.compile(graph.fuse(Fusion.BLOCK), weights).run();
                }
            });
        }
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}

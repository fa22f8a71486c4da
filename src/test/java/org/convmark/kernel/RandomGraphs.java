package org.convmark.kernel;

import static org.convmark.model.Algorithm.AUTO;
import static org.convmark.model.Algorithm.DIRECT;
import static org.convmark.model.Algorithm.WINOGRAD_4;
import static org.convmark.model.Fusion.BLOCK;
import static org.convmark.model.Fusion.EPILOGUE;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionConstraints;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.Block;
import org.convmark.model.Caches;
import org.convmark.model.Conv;
import org.convmark.model.Conv.Bias;
import org.convmark.model.ElementWise;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Pattern;
import org.convmark.model.Shape;
import org.convmark.model.Target;

/**
 * Runs random graphs one after the other in one JVM and compares them with {@link DoubleInterpreter}: values must be within
 * the {@link RoundingBound}, and the bits the same however often a program runs. Before each graph, a program on NaN and infinities
 * leaves them in the scratch memory of every thread.
 */
final class RandomGraphs implements AutoCloseable {
    /** Doublings that make an average overflow. */
    private static final int DOUBLINGS = 140;

    private static final int RUNS = 3;

    private final Target target;
    private final int family;
    private final Map<EngineOptions, Bed> beds;

    /** An engine, and a program that leaves its threads' scratch memory dirty. */
    private record Bed(Engine engine, Program spoiler) {
        static Bed of(Engine engine) {
            return new Bed(engine, dirt(engine));
        }
    }

    /**
     * Keeps only the latest engines: each thread keeps its scratch memory, and the many settings of all graphs would take
     * gigabytes.
     */
    private static final class Beds extends LinkedHashMap<EngineOptions, Bed> {
        private final int most;

        Beds(int most) {
            super(most, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<EngineOptions, Bed> eldest) {
            if (size() <= most) {
                return false;
            }
            eldest.getValue().engine.close();
            return true;
        }
    }

    /**
     * @param family graphs with seeds that follow each other which have the engine and most kernels in common: where compiling takes most
     *     of the time, many more of them run
     */
    RandomGraphs(Target target, int family) {
        this.target = target;
        this.family = family;
        this.beds = new Beds(family == 1 ? 32 : 4);
    }

    /**
     * Runs as a program and prints each failure as its smallest graph.
     *
     * @param arguments target, first seed or several with commas between, most graphs and most seconds from each, and graphs of a family
     *     (default: 1)
     */
    public static void main(String[] arguments) {
        int family = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 1;
        try (RandomGraphs graphs = new RandomGraphs(Target.valueOf(arguments[0]), family)) {
            int failures = graphs.failuresOfKnown();
            for (String first : arguments[1].split(",")) {
                failures += graphs.failuresFrom(
                        Long.parseLong(first), Long.parseLong(arguments[2]), Double.parseDouble(arguments[3]));
            }
            System.exit(failures == 0 ? 0 : 1);
        }
    }

    private int failuresOfKnown() {
        int failures = 0;
        for (RandomGraph known : known()) {
            String wrong = wrong(known);
            if (wrong != null) {
                failures++;
                System.out.println(wrong + "\n" + known);
            }
        }
        return failures;
    }

    private int failuresFrom(long first, long most, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        int failures = 0;
        long seed = first;
        while (seed - first < most && System.nanoTime() < end) {
            String failure = failure(seed);
            if (failure != null) {
                failures++;
                System.out.println("seed " + seed + ": " + failure);
            }
            seed++;
        }
        System.out.println(seed - first + " graphs from seed " + first + ", " + failures + " failures");
        return failures;
    }

    /** Graphs that were once computed wrongly, or not at all. */
    private static List<RandomGraph> known() {
        Graph small = Graph.of(new Shape(1, 8, 5, 5));
        ScheduleOverride chunks = new ScheduleOverride(0, 16);
        return List.of(
                known(Graph.of(new Shape(1, 72, 27, 27)).grouped(3, 72, 1, 24), EPILOGUE, DIRECT),
                known(Graph.of(new Shape(1, 80, 54, 54)).grouped(3, 80, 2, 16), EPILOGUE, DIRECT),
                known(Graph.of(new Shape(1, 13, 1, 45)).then(new Conv(26, 1, 2, 1, 2, 1, Bias.NO)), EPILOGUE, DIRECT),
                known(Graph.of(new Shape(1, 256, 14, 14)).conv(3, 256), EPILOGUE, AUTO),
                known(Graph.of(new Shape(1, 64, 13, 13)).conv(3, 64), EPILOGUE, WINOGRAD_4),
                known(small.block(x -> x.conv(3, 8).relu().norm()), BLOCK, AUTO),
                known(small.block(x -> x.conv(3, 8).relu().activate(Activation.ELU)), BLOCK, AUTO),
                known(small.block(x -> x.conv(3, 8).add(0).add(0)), BLOCK, AUTO),
                known(small.block(x -> x.residual(f -> f.conv(3, 8).relu()).norm()), BLOCK, AUTO),
                new RandomGraph(
                        Graph.of(new Shape(1, 48, 8, 8))
                                .block(x -> x.conv(1, 48).residual(f -> f.conv(1, 48))),
                        BLOCK,
                        AUTO,
                        1,
                        chunks,
                        1),
                new RandomGraph(
                        Graph.of(new Shape(1, 4, 8, 8))
                                .block(x -> x.conv(1, 48).relu().then(new Conv(4, 1, 1, 1, 0, 48, Bias.NO))),
                        BLOCK,
                        AUTO,
                        1,
                        chunks,
                        1),
                known(Graph.of(new Shape(1, 4, 2, 2)).conv(1, 4).relu().at(0).slice(0, 4), EPILOGUE, AUTO),
                known(Pattern.RESIDUAL.graph(1, 6, 28, 1), BLOCK, WINOGRAD_4),
                known(Block.RESNET_BASIC.graph(1, 6, 28, 1), BLOCK, WINOGRAD_4));
    }

    private static RandomGraph known(Graph graph, Fusion fusion, Algorithm algorithm) {
        return new RandomGraph(graph, fusion, algorithm, 2, ScheduleOverride.NONE, 1);
    }

    /** The error of a seed's graph, and the smallest graph found that fails too; null if there is none. */
    String failure(long seed) {
        Choices choices = new Choices(Math.floorDiv(seed, family), seed);
        RandomGraph random = graph(choices);
        String wrong = wrong(random);
        if (wrong == null) {
            return null;
        }
        RandomGraph smallest = graph(choices.smallest(fewer -> wrong(graph(fewer)) != null));
        String stillWrong = wrong(smallest);
        return stillWrong == null ? wrong + ", but not each time\n" + random : stillWrong + "\n" + smallest;
    }

    private RandomGraph graph(Choices choices) {
        return RandomGraph.of(choices, family > 1);
    }

    /** The error in a graph's result, or null. */
    private String wrong(RandomGraph random) {
        try {
            return random.graph().head() == 0 || !target.fusions().contains(random.fusion())
                    ? null
                    : difference(random);
        } catch (RuntimeException e) {
            return e + " at " + Arrays.stream(e.getStackTrace()).limit(6).toList();
        }
    }

    private String difference(RandomGraph random) {
        EngineOptions options = new EngineOptions(
                random.workers(),
                null,
                target.algorithms().contains(random.algorithm()) ? random.algorithm() : Algorithm.AUTO,
                new FusionConstraints(Caches.TYPICAL, Long.MAX_VALUE, random.wish()));
        Bed bed = beds.computeIfAbsent(options, o -> Bed.of(Engines.open(target, o)));
        Graph graph = random.graph();
        Weights weights = new Weights(graph, random.weights(), Weights.Fill.RANDOM);
        RoundingBound bound = new RoundingBound(weights);
        Program program = bed.engine.compile(graph.fuse(random.fusion()), weights);
        float[] first = null;
        for (int run = 0; run < RUNS; run++) {
            if (run == 0) {
                bed.spoiler.run();
            }
            program.spoil();
            program.run();
            float[] output = program.output();
            if (first != null && !Arrays.equals(first, output)) {
                return "other bits in run " + (run + 1);
            }
            first = output;
        }
        return difference(bound, first);
    }

    private static String difference(RoundingBound rounding, float[] output) {
        double[] right = rounding.output();
        double[] bound = rounding.bound();
        int wrong = 0;
        int worst = -1;
        for (int i = 0; i < right.length; i++) {
            double error = Math.abs(output[i] - right[i]);
            if (!(error <= bound[i])) {
                wrong++;
                worst = worst < 0 || error > Math.abs(output[worst] - right[worst]) ? i : worst;
            }
        }
        return wrong == 0
                ? null
                : wrong + " of " + right.length + " are wrong, element " + worst + " is " + output[worst]
                        + " instead of " + right[worst] + " within " + bound[worst];
    }

    /** Convolutions of every kind on overflowing values. */
    private static Program dirt(Engine engine) {
        Graph graph = Graph.of(new Shape(3, 64, 20, 20)).globalPool();
        for (int i = 0; i < DOUBLINGS; i++) {
            graph = graph.add(graph.head());
        }
        graph = graph.at(0).then(new ElementWise.Multiply(), graph.head());
        int large = graph.head();
        graph = graph.conv(3, 64)
                .at(large)
                .grouped(3, 64, 1, 4)
                .at(large)
                .then(new Conv(64, 3, 3, 1, 1, Conv.DENSE, Bias.NO))
                .at(large)
                .globalPool()
                .conv(1, 64);
        return engine.compile(graph.fuse(Fusion.NONE), new Weights(graph, 1, Weights.Fill.RANDOM));
    }

    @Override
    public void close() {
        beds.values().forEach(bed -> bed.engine.close());
    }
}

package org.convmark.kernel;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.convmark.model.Caches;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.Layer.Bias;
import org.convmark.model.Layer.Conv;
import org.convmark.model.Planning;
import org.convmark.model.Shape;

/**
 * Random graphs one after the other in one JVM, against {@link ReferenceInterpreter}: right values within the bound of rounding, and the
 * same bits however often a program runs. Before each, a program of NaN and infinities leaves them in the scratch memory of
 * every thread.
 */
final class RandomGraphs implements AutoCloseable {
    /** Doublings of an average that overflow. */
    private static final int DOUBLINGS = 140;

    private static final int RUNS = 3;

    private final Target target;
    private final Map<Target.Settings, Engine> engines = new HashMap<>();
    private final Map<Target.Settings, Program> dirty = new HashMap<>();

    RandomGraphs(Target target) {
        this.target = target;
    }

    /**
     * As a program: prints each failure as its smallest graph.
     *
     * @param arguments target, first seed, how many graphs at the most, seconds at the most
     */
    public static void main(String[] arguments) {
        try (RandomGraphs graphs = new RandomGraphs(Target.valueOf(arguments[0]))) {
            long first = Long.parseLong(arguments[1]);
            long end = System.nanoTime() + (long) (Double.parseDouble(arguments[3]) * 1e9);
            Map<Long, String> failures = new LinkedHashMap<>();
            long seed = first;
            while (seed - first < Long.parseLong(arguments[2]) && System.nanoTime() < end) {
                String failure = graphs.failure(seed);
                if (failure != null) {
                    failures.put(seed, failure);
                    System.out.println("seed " + seed + ": " + failure);
                }
                seed++;
            }
            System.out.println(seed - first + " graphs from seed " + first + ", " + failures.size() + " failures");
            System.exit(failures.isEmpty() ? 0 : 1);
        }
    }

    /** What is wrong with the graph of a seed, and the smallest graph found that fails too; null if nothing is. */
    String failure(long seed) {
        Choices choices = new Choices(seed);
        RandomGraph random = RandomGraph.of(choices);
        String wrong = wrong(random);
        if (wrong == null) {
            return null;
        }
        RandomGraph smallest = RandomGraph.of(choices.smallest(fewer -> wrong(RandomGraph.of(fewer)) != null));
        String stillWrong = wrong(smallest);
        return stillWrong == null ? wrong + ", but not each time\n" + random : stillWrong + "\n" + smallest;
    }

    /** What is wrong with a graph's result, or null. */
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
        Target.Settings settings = new Target.Settings(
                random.workers(),
                null,
                target.algorithms().contains(random.algorithm()) ? random.algorithm() : Algorithm.AUTO,
                new Planning(Caches.TYPICAL, Long.MAX_VALUE, random.wish()));
        Engine engine = engines.computeIfAbsent(settings, target::open);
        Graph graph = random.graph();
        Weights weights = new Weights(graph, random.weights(), Weights.Fill.RANDOM);
        ReferenceInterpreter reference = new ReferenceInterpreter(graph, weights);
        Program program = engine.compile(graph.fuse(random.fusion()), weights);
        float[] first = null;
        for (int run = 0; run < RUNS; run++) {
            if (run == 0) {
                dirty.computeIfAbsent(settings, s -> dirt(engine)).run();
            }
            program.spoil();
            program.run();
            float[] output = program.output();
            if (first != null && !Arrays.equals(first, output)) {
                return "other bits in run " + (run + 1);
            }
            first = output;
        }
        return difference(reference, first);
    }

    private static String difference(ReferenceInterpreter reference, float[] output) {
        double[] right = reference.output();
        double[] bound = reference.bound();
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

    /** Convolutions of every kind on what overflows. */
    private static Program dirt(Engine engine) {
        Graph graph = Graph.of(new Shape(3, 64, 20, 20)).globalPool();
        for (int i = 0; i < DOUBLINGS; i++) {
            graph = graph.add(graph.head());
        }
        graph = graph.at(0).then(new Layer.Multiply(), graph.head());
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
        engines.values().forEach(Engine::close);
    }
}

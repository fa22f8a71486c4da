package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionConstraints;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.Target;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/** Runs graphs on every target and compares the results with {@link DoubleInterpreter}; keeps one open engine per target. */
final class Comparison implements AutoCloseable {
    /** Targets to test: on a second JDK, targets whose kernels no JVM compiles need not be tested again. */
    private static final List<String> ASKED = Arrays.asList(System.getProperty(
                    "convmark.targets",
                    Stream.of(Target.values()).map(Target::name).collect(Collectors.joining(",")))
            .split(","));

    private static final long SEED = 42;

    private final int workers;
    private final int peerWorkers;
    private final Algorithm algorithm;
    private final FusionConstraints constraints;
    private final Map<Target, Engine> open = new EnumMap<>(Target.class);

    private record Case(Graph graph, Weights.Fill fill) {}

    /** Reference results, computed once for all targets. */
    private final Map<Case, Reference> references = new HashMap<>();

    private final Map<Case, double[]> definitions = new HashMap<>();

    /** @param workers threads of CPU targets; targets choose their own algorithm */
    Comparison(int workers) {
        this(workers, workers, Algorithm.AUTO);
    }

    /**
     * @param peerWorkers threads of peers, which start threads for each program
     * @param algorithm for targets that have several
     */
    Comparison(int workers, int peerWorkers, Algorithm algorithm) {
        this(workers, peerWorkers, algorithm, FusionConstraints.TYPICAL);
    }

    /** @param constraints limits for planning fused blocks */
    Comparison(int workers, int peerWorkers, Algorithm algorithm, FusionConstraints constraints) {
        this.constraints = constraints;
        this.workers = workers;
        this.peerWorkers = peerWorkers;
        this.algorithm = algorithm;
    }

    private EngineOptions settings(Target target) {
        return new EngineOptions(
                target.isPeer() ? peerWorkers : workers,
                null,
                target.algorithms().contains(algorithm) ? algorithm : Algorithm.AUTO,
                constraints);
    }

    /**
     * The same test on every target; unavailable targets are skipped with the reason. After each body everything is closed,
     * because some engines keep the memory of all their programs.
     *
     * @param bodies by name; a body throws if the target is wrong
     */
    Stream<DynamicNode> onEveryTarget(Map<String, ? extends Consumer<Target>> bodies) {
        return bodies.entrySet().stream()
                .map(body -> DynamicContainer.dynamicContainer(body.getKey(), tests(body.getKey(), body.getValue())));
    }

    private Stream<DynamicTest> tests(String name, Consumer<Target> body) {
        return Stream.of(Target.values())
                .map(target -> DynamicTest.dynamicTest(target + " " + name, () -> {
                    assumeAsked(target);
                    Optional<String> reason = Engines.unavailable(target, settings(target));
                    assumeTrue(reason.isEmpty(), target + " is not available: " + reason.orElse(""));
                    body.accept(target);
                }))
                .onClose(this::close);
    }

    /** Skips a test where {@code -Dconvmark.targets} leaves its target out. */
    static void assumeAsked(Target target) {
        assumeTrue(ASKED.contains(target.name()), "tests were asked for " + ASKED + " only");
    }

    /**
     * All graphs or, where a compiler makes each kernel, one hand of them: they are shuffled, always in the same way, and dealt like cards,
     * so that no form of graph is missing from every hand.
     */
    static List<Graph> dealt(Target target, List<Graph> graphs, int hand, int hands) {
        if (target != Target.OPENCL) {
            return graphs;
        }
        List<Graph> cards = new ArrayList<>(graphs);
        Collections.shuffle(cards, new Random(hands));
        return IntStream.range(0, cards.size())
                .filter(i -> i % hands == hand)
                .mapToObj(cards::get)
                .toList();
    }

    /** Each of these graphs gives the right result, if the target runs the fusion; the error names all that do not. */
    void check(Target target, Fusion fusion, Weights.Fill fill, List<Graph> graphs) {
        assumeTrue(target.fusions().contains(fusion), target + " knows no fusion " + fusion);
        List<String> wrong = new ArrayList<>();
        int excused = 0;
        for (Graph graph : graphs) {
            try {
                check(target, fusion, fill, graph);
            } catch (AssertionError | RuntimeException e) {
                if (target == Target.PYTORCH && isRightWithoutOneDnn(fusion, fill, graph)) {
                    excused++;
                } else {
                    wrong.add(describe(graph) + ", " + fusion + ", " + fill + ": " + e);
                }
            }
        }
        if (!wrong.isEmpty()) {
            fail(wrong.size() + " of " + graphs.size() + " graphs are wrong on " + target + ":\n"
                    + String.join("\n", wrong));
        }
        assumeTrue(
                excused == 0, "the oneDNN inside PyTorch is wrong on this processor, and PyTorch without it is right");
    }

    /**
     * Whether PyTorch, called in the same way, is right once it uses its other kernels. Its oneDNN 3.7.1 computed 5x5 filters over
     * 17 channels wrongly on a virtual Zen 5 that does not tell its caches, and right on other processors.
     */
    private boolean isRightWithoutOneDnn(Fusion fusion, Weights.Fill fill, Graph graph) {
        try {
            useOneDnnInPyTorch(false);
            check(Target.PYTORCH, fusion, fill, graph);
            return true;
        } catch (AssertionError | RuntimeException e) {
            return false;
        } finally {
            useOneDnnInPyTorch(true);
        }
    }

    /** By reflection, because a build without peers does not have its classes. */
    private static void useOneDnnInPyTorch(boolean use) {
        try {
            Object context = Class.forName("org.bytedeco.pytorch.global.torch")
                    .getMethod("globalContext")
                    .invoke(null);
            context.getClass().getMethod("setUserEnabledMkldnn", boolean.class).invoke(context, use);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** This graph gives the right result, twice. */
    void check(Target target, Fusion fusion, Weights.Fill fill, Graph graph) {
        Weights weights = new Weights(graph, SEED, fill);
        Case what = new Case(graph, fill);
        Reference reference = references.computeIfAbsent(what, c -> Engines.reference(weights));
        Program program = open(target).compile(graph.fuse(fusion), weights);
        program.verify(reference);
        double[] definition = definitions.computeIfAbsent(what, c -> new DoubleInterpreter(weights).run());
        compare(definition, program, reference);
        program.run();
        compare(definition, program, reference);
    }

    Engine open(Target target) {
        return open.computeIfAbsent(target, t -> Engines.open(t, settings(t)));
    }

    private static void compare(double[] expected, Program program, Reference reference) {
        float[] actual = program.output();
        float[] rounded = new float[expected.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) expected[i];
        }
        double tolerance = reference.tolerance(rounded, program.operandError());
        if (actual.length != expected.length) {
            fail(actual.length + " elements instead of " + expected.length);
        }
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
                fail("element " + i + " is " + actual[i] + ", by definition " + expected[i] + " (tolerance " + tolerance
                        + ")");
            }
        }
    }

    private static String describe(Graph graph) {
        List<Layer> layers = graph.nodes().stream().map(Graph.Node::layer).toList();
        return graph.inputs() + " " + layers;
    }

    @Override
    public void close() {
        open.values().forEach(Engine::close);
        open.clear();
        references.clear();
        definitions.clear();
    }
}

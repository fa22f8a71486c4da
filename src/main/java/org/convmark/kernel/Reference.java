package org.convmark.kernel;

import java.util.function.Supplier;
import org.convmark.model.Algorithm;
import org.convmark.model.Graph;

/**
 * The right answer of a graph: the output of a trusted engine that runs it unfused, and how far rounding may move a result from
 * it.
 */
public final class Reference {
    /** An upper bound on the additions per channel that round as much as the transforms of {@link Algorithm#WINOGRAD_4}. */
    private static final int TRANSFORMS = 32;

    private final Graph graph;
    private final Weights weights;
    private final Supplier<Engine> trusted;
    private float[] output;

    /**
     * @param weights of the unfused graph
     * @param trusted opens the engine that computes the answer
     */
    public Reference(Weights weights, Supplier<Engine> trusted) {
        this.graph = weights.graph();
        this.weights = weights;
        this.trusted = trusted;
    }

    /** The result in batch x channel x row x column order, computed on first use. */
    public float[] output() {
        if (output == null) {
            try (Engine engine = trusted.get()) {
                Program program = engine.compile(graph, weights);
                program.run();
                output = program.output();
            }
        }
        return output;
    }

    /**
     * Absolute difference that rounding can explain: proportional to the number of additions behind a result, for every
     * algorithm.
     */
    double tolerance(float[] expected) {
        double max = 1;
        for (float x : expected) {
            max = Math.max(max, Math.abs(x));
        }
        return weights.areIntegers() ? 0 : 2 * Math.ulp(1f) * (graph.cost().accumulationDepth() + TRANSFORMS) * max;
    }

    /**
     * Compares a result with the right one.
     *
     * @throws IllegalStateException naming the first wrong element if one differs by more than rounding explains
     */
    void check(float[] actual) {
        float[] expected = output();
        double tolerance = tolerance(expected);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
                throw new IllegalStateException("wrong result: element " + i + " of " + expected.length + " is "
                        + actual[i] + " instead of " + expected[i] + " (tolerance " + tolerance + ")");
            }
        }
    }
}

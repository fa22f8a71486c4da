package org.convmark.kernel;

import java.util.Arrays;
import java.util.function.Supplier;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Precision;

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
    private double[] unrounded;

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
     *
     * <p>A value that is rounded to 8 bits is the same for every engine if everything before it is exact: then the same holds. Otherwise
     * engines whose floats differ in the last place round some elements to different neighbours, and their results differ by whole
     * steps. Both are rounded results of one unrounded graph, so if the other is no farther from that than the right one is, they are at
     * most twice this distance apart.
     *
     * @param operandError how far factors of products are rounded beyond floats, over their magnitude; in each convolution four such may
     *     add up
     */
    double tolerance(float[] expected, double operandError) {
        double max = 1;
        for (float x : expected) {
            max = Math.max(max, Math.abs(x));
        }
        long convolutions = graph.nodes().stream()
                .filter(node -> node.layer() instanceof Conv)
                .count();
        return Math.max(ofFloats(expected, max), 4 * operandError * convolutions * max);
    }

    private double ofFloats(float[] expected, double max) {
        if (weights.areIntegers()) {
            return 0;
        }
        double floats = 2 * Math.ulp(1f) * (graph.cost().accumulationDepth() + TRANSFORMS) * max;
        return roundsAlike() ? floats : Math.max(floats, 2 * changedByRounding(expected));
    }

    private double changedByRounding(float[] expected) {
        if (unrounded == null) {
            unrounded = new DoubleInterpreter(weights.unrounded()).run();
        }
        double most = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs(expected[i] - unrounded[i]));
        }
        return most;
    }

    /** Whether all engines round the same numbers to 8 bits. */
    private boolean roundsAlike() {
        boolean[] exact = new boolean[graph.inputs().size() + graph.nodes().size()];
        Arrays.fill(exact, 0, graph.inputs().size(), true);
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            boolean reads = node.inputs().stream().allMatch(v -> exact[v]);
            if (node.layer() instanceof ElementWise.Quantise && !reads) {
                return false;
            }
            exact[graph.inputs().size() + i] = reads && isExact(node);
        }
        return true;
    }

    /** Whether all engines make the same of the same input: nothing is rounded, or once and as IEEE 754 says. */
    private boolean isExact(Node node) {
        Layer layer = node.layer();
        return layer.isMove()
                || layer instanceof ElementWise.Add
                || layer instanceof ElementWise.Quantise
                || layer instanceof ElementWise.Activate activate
                        && activate.function().isClamp()
                || layer instanceof Conv conv
                        && conv.precision() == Precision.INT8
                        && FoldedConv.of(node, weights).isExact();
    }

    /**
     * Compares a result with the right one.
     *
     * @throws IllegalStateException naming the first wrong element if one differs by more than rounding explains
     */
    void check(float[] actual, double operandError) {
        float[] expected = output();
        double tolerance = tolerance(expected, operandError);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
                throw new IllegalStateException("wrong result: element " + i + " of " + expected.length + " is "
                        + actual[i] + " instead of " + expected[i] + " (tolerance " + tolerance + ")");
            }
        }
    }
}

package org.convmark.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.convmark.model.Conv.Bias;
import org.convmark.model.Graph.Node;

/**
 * Rewrites a graph so that its convolutions multiply integers of 8 bits and add them in 32, as in Jacob et al. (2017, arXiv 1712.05877):
 * what a convolution of {@link Precision#INT8} reads and what it makes is {@linkplain ElementWise.Quantise rounded}, norms behind it are
 * folded into its filter before that is rounded (section 3.2 there), and its bias is a multiple of the product of the two steps.
 *
 * <p>Every value that such a convolution reads is rounded where it is made, for all its readers. The result of such a convolution is
 * rounded behind the rectifier that follows it, whose limits are then those of the rounding; behind no other layer, because kernels of
 * integers end there: other activations, sums and pools are computed in floats and rounded again if a convolution reads them. A value
 * that is only moved, or the maximum of some, stays as it is. Values that cannot be negative are rounded to 0 to 255, others to -128 to
 * 127.
 *
 * <p>Steps are static, one per value, and powers of two, where Jacob et al. take any factor: then products and sums of floats are exact
 * too while they stay below 2^24, and so are the divisions before rounding, so engines agree bit by bit wherever everything before a rounding
 * is exact. Filters have a step per output channel (Krishnamoorthi 2018, arXiv 1806.08342).
 */
final class Quantisation {
    private static final Set<Activation> NEVER_NEGATIVE =
            Set.of(Activation.RELU, Activation.RELU6, Activation.SIGMOID, Activation.HARD_SIGMOID);

    private final Graph graph;
    private final List<Node> nodes = new ArrayList<>();

    /** By value of the other graph, what it is here. */
    private final Map<Integer, Integer> values = new HashMap<>();

    /** Values of the new graph that have 8 bits. */
    private final Set<Integer> rounded = new HashSet<>();

    private final Set<Integer> neverNegative = new HashSet<>();

    /** Values of the other graph that are rounded, because an integer convolution ends there. */
    private final Set<Integer> ends = new HashSet<>();

    /** Values of the other graph that a norm behind them, folded into the same convolution, replaces. */
    private final Set<Integer> folded = new HashSet<>();

    Quantisation(Graph graph) {
        this.graph = graph;
    }

    /** The rewritten graph; the same if no convolution can be one of integers. */
    Graph rewritten() {
        if (graph.nodes().stream().noneMatch(this::isReached)) {
            return graph;
        }
        IntStream.range(0, graph.inputs().size()).forEach(v -> put(v, v, 0));
        for (int i = 0; i < graph.nodes().size(); i++) {
            int value = graph.inputs().size() + i;
            if (!values.containsKey(value) && !folded.contains(value)) {
                append(graph.nodes().get(i), value);
            }
        }
        return new Graph(graph.inputs(), nodes, values.get(graph.head()));
    }

    private void append(Node node, int value) {
        List<Integer> inputs = node.inputs().stream().map(values::get).toList();
        if (!isReached(node)) {
            int made = add(node.layer(), inputs, node);
            if (node.movesOne() && rounded.contains(inputs.get(0))) {
                rounded.add(made);
            }
            if (isNeverNegative(node.layer(), inputs)) {
                neverNegative.add(made);
            }
            put(value, made, node.block());
            return;
        }
        Conv conv = (Conv) node.layer();
        int last = value;
        boolean biased = conv.bias() == Bias.YES;
        for (Node next = onlyReader(last); next != null && next.layer() instanceof Affine affine; ) {
            biased |= affine.shifts();
            folded.add(last);
            last = graph.inputs().size() + next.id();
            next = onlyReader(last);
        }
        int made = add(conv.with(Precision.INT8, biased ? Bias.YES : Bias.NO), inputs, node);
        Node next = onlyReader(last);
        boolean limits = next != null
                && next.layer() instanceof ElementWise.Activate activate
                && activate.function().isClamp();
        ends.add(limits ? graph.inputs().size() + next.id() : last);
        put(last, made, node.block());
    }

    private boolean isReached(Node node) {
        return node.layer() instanceof Conv conv
                && Precision.INT8.reaches(conv, graph.shape(node.inputs().get(0)), node.output());
    }

    private boolean isNeverNegative(Layer layer, List<Integer> inputs) {
        return layer instanceof ElementWise.Activate activate
                ? NEVER_NEGATIVE.contains(activate.function())
                : !(layer instanceof Conv || layer instanceof Affine || layer instanceof LayerNorm)
                        && neverNegative.containsAll(inputs);
    }

    /** The one node that reads a value, and once; null if there is none, or if the value is the result. */
    private Node onlyReader(int value) {
        List<Node> readers = graph.nodes().stream()
                .filter(node -> node.inputs().contains(value))
                .toList();
        return readers.size() == 1
                        && value != graph.head()
                        && readers.get(0).inputs().stream().distinct().count()
                                == readers.get(0).inputs().size()
                ? readers.get(0)
                : null;
    }

    private int add(Layer layer, List<Integer> inputs, Node like) {
        return add(layer, inputs, like.block());
    }

    private int add(Layer layer, List<Integer> inputs, int block) {
        Node node = new Node(
                nodes.size(),
                layer,
                inputs,
                layer.output(inputs.stream().map(this::shape).toList()),
                block);
        nodes.add(node);
        return graph.inputs().size() + nodes.size() - 1;
    }

    private Shape shape(int value) {
        return value < graph.inputs().size()
                ? graph.inputs().get(value)
                : nodes.get(value - graph.inputs().size()).output();
    }

    /** Says what a value is here, rounded if it must be. */
    private void put(int value, int made, int block) {
        boolean rounds = ends.contains(value)
                || graph.nodes().stream()
                        .anyMatch(node -> isReached(node) && node.inputs().contains(value));
        if (!rounds || rounded.contains(made)) {
            values.put(value, made);
            return;
        }
        boolean unsigned = neverNegative.contains(made);
        int result = add(unsigned ? ElementWise.Quantise.UNSIGNED : ElementWise.Quantise.SIGNED, List.of(made), block);
        rounded.add(result);
        if (unsigned) {
            neverNegative.add(result);
        }
        values.put(value, result);
    }
}

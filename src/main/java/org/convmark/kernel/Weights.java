package org.convmark.kernel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Shape;
import org.convmark.model.Target;

/**
 * Deterministic parameters and input of a graph. Parameters belong to a node's id, so they are the same however the
 * graph is fused. Filters are scaled by the modelled second moment of what they read, so that every convolution's result
 * has about unit variance and activations stay O(1) at any depth.
 */
public final class Weights {
    /** What the numbers look like. */
    public enum Fill {
        /** Uniform, scaled: what is timed. */
        RANDOM,
        /** Small integers, so that every order of summation gives the same float. */
        INTEGER
    }

    /**
     * Mean and variance of a value's elements, as far as a layer-by-layer model knows them.
     *
     * @param shared the part of the variance that lies between channels, the same at every pixel: an average over a map
     *     leaves it
     */
    private record Moments(double mean, double variance, double shared) {
        double second() {
            return mean * mean + variance;
        }

        /** The part of the second moment that every pixel of a channel has in common. */
        double common() {
            return mean * mean + shared;
        }
    }

    /** Additions that round as much as the transforms of {@link Algorithm#WINOGRAD_4} over one channel, and more. */
    private static final int TRANSFORMS = 32;

    /**
     * Least second moment that a gate is counted with. Wide gates open further than the model of normal numbers knows, and in EfficientNet what they
     * let through opens the next ones: activations would grow from block to block.
     */
    private static final double OPEN_GATE = 0.6;

    private final Graph graph;
    private final long seed;
    private final Fill fill;
    private final Map<Integer, Double> gains = new HashMap<>();
    private float[] reference;

    /**
     * @param graph the unfused graph
     * @param seed equal seeds give equal numbers
     */
    public Weights(Graph graph, long seed, Fill fill) {
        this.graph = graph;
        this.seed = seed;
        this.fill = fill;
        model();
    }

    /** External input v in batch x channel x row x column order. */
    public float[] input(int v) {
        return numbers(-1 - v, (int) graph.inputs().get(v).elements(), 0, Math.sqrt(3), 3);
    }

    /** Filter of a convolution: output channel x channel in group x row x column. */
    public float[] filter(Node node) {
        Layer.Conv conv = (Layer.Conv) node.layer();
        int taps = (int) conv.taps(inChannels(node));
        return numbers(node.id() * 3L, conv.outChannels() * taps, 0, Math.sqrt(3) * gains.get(node.id()), 1);
    }

    /** Factor per channel of an affine layer or a layer norm: around one. */
    public float[] scale(Node node) {
        return fill == Fill.INTEGER
                ? numbers(node.id() * 3L + 1, node.output().channels(), 0, 0, 2)
                : numbers(node.id() * 3L + 1, node.output().channels(), 1, 0.2, 0);
    }

    /** Summand per channel of an affine layer, a layer norm or a convolution with bias; zero where the layer has none. */
    public float[] shift(Node node) {
        if (node.layer() instanceof Layer.Affine affine && !affine.shifts()) {
            return new float[node.output().channels()];
        }
        return numbers(node.id() * 3L + 2, node.output().channels(), 0, 0.2, 3);
    }

    /** The result of the unfused graph on plain Java, in batch x channel x row x column order. */
    public float[] reference() {
        if (reference == null) {
            try (Engine scalar = Engines.open(Target.SCALAR, new EngineOptions(0, null))) {
                Program program = scalar.compile(graph, this);
                program.run();
                reference = program.output();
            }
        }
        return reference;
    }

    /** Absolute difference that rounding can explain: proportional to the additions behind a result, whatever the algorithm. */
    double tolerance(float[] expected) {
        double max = 1;
        for (float x : expected) {
            max = Math.max(max, Math.abs(x));
        }
        return fill == Fill.INTEGER ? 0 : 2 * Math.ulp(1f) * (graph.cost().accumulationDepth() + TRANSFORMS) * max;
    }

    /** Channels of what a node reads, whether the node stands in the graph or in the body of a fused kernel. */
    private int inChannels(Node node) {
        return graph.shapes(graph.nodes().get(node.id())).get(0).channels();
    }

    private float[] numbers(long stream, int count, double centre, double spread, int integers) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + stream);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = fill == Fill.INTEGER
                    ? random.nextInt(-integers, integers + 1)
                    : (float) (centre + spread * (2 * random.nextDouble() - 1));
        }
        return numbers;
    }

    /** Walks the graph with the moments of every value and sets the gain of every filter. */
    private void model() {
        Moments[] moments = new Moments[graph.inputs().size() + graph.nodes().size()];
        for (int v = 0; v < graph.inputs().size(); v++) {
            moments[v] = new Moments(0, 1, 0);
        }
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            List<Moments> in = node.inputs().stream().map(v -> moments[v]).toList();
            if (node.layer() instanceof Layer.Conv conv) {
                Shape map = graph.shapes(node).get(0);
                double taps = conv.taps(map.channels()) * covered(conv, map.height()) * covered(conv, map.width());
                gains.put(node.id(), 1 / Math.sqrt(taps * Math.max(in.get(0).second(), 1e-6)));
            }
            moments[graph.inputs().size() + i] = after(node, in);
        }
    }

    /** The part of a filter's rows, or columns, that meets the map and not its padding: small maps lose much there. */
    private static double covered(Layer.Conv conv, int size) {
        int results = 0;
        int inside = 0;
        int reach = (conv.kernel() - 1) * conv.dilation();
        for (int from = -conv.padding(); from + reach < size + conv.padding(); from += conv.stride()) {
            for (int tap = 0; tap < conv.kernel(); tap++) {
                int at = from + tap * conv.dilation();
                inside += at >= 0 && at < size ? 1 : 0;
            }
            results++;
        }
        return Math.max(inside, 1) / (double) (results * conv.kernel());
    }

    private Moments after(Node node, List<Moments> in) {
        Moments x = in.get(0);
        Layer layer = node.layer();
        if (layer instanceof Layer.Conv || layer instanceof Layer.LayerNorm) {
            return new Moments(0, 1, x.common() / Math.max(x.second(), 1e-6));
        } else if (layer instanceof Layer.Activate activate) {
            return after(activate.function(), x);
        } else if (layer instanceof Layer.Add) {
            return new Moments(x.mean + in.get(1).mean, x.variance + in.get(1).variance, x.shared + in.get(1).shared);
        } else if (layer instanceof Layer.Multiply) {
            double gate = Math.max(in.get(1).second(), OPEN_GATE);
            double second = x.second() * gate;
            double mean = x.mean * in.get(1).mean;
            double common = x.common() * gate;
            return new Moments(mean, second - mean * mean, common - mean * mean);
        } else if (layer instanceof Layer.Concat) {
            double mean = in.stream().mapToDouble(Moments::mean).average().orElseThrow();
            double second = in.stream().mapToDouble(Moments::second).average().orElseThrow();
            double common = in.stream().mapToDouble(Moments::common).average().orElseThrow();
            return new Moments(mean, second - mean * mean, common - mean * mean);
        } else if (layer instanceof Layer.Pool pool && pool.kind() != Layer.Pool.Kind.MAX) {
            Shape map = graph.shapes(node).get(0);
            double window = pool.kind() == Layer.Pool.Kind.GLOBAL ? map.pixels() : pool.kernel() * pool.kernel();
            return new Moments(x.mean, x.shared + (x.variance - x.shared) / window, x.shared);
        }
        return x;
    }

    /** Moments of f(X) for a normal X, integrated numerically. */
    private static Moments after(Activation function, Moments x) {
        double sigma = Math.sqrt(x.variance);
        double mass = 0;
        double first = 0;
        double second = 0;
        for (double z = -5; z <= 5; z += 0.05) {
            double density = Math.exp(-z * z / 2);
            double y = function.apply(x.mean + sigma * z);
            mass += density;
            first += density * y;
            second += density * y * y;
        }
        double mean = first / mass;
        double variance = second / mass - mean * mean;
        return new Moments(mean, variance, x.variance == 0 ? 0 : variance * x.shared / x.variance);
    }
}

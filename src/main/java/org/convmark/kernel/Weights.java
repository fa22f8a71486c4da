package org.convmark.kernel;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.convmark.model.Activation;
import org.convmark.model.Affine;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.LayerNorm;
import org.convmark.model.LayerVisitor;
import org.convmark.model.Pool;
import org.convmark.model.Precision;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.Shift;
import org.convmark.model.Sparsity;
import org.convmark.model.TileLayer;

/**
 * Deterministic parameters and input of a graph. Parameters depend on a node's id, so they are the same however the graph is
 * fused. Filters are scaled by the modelled second moment of their inputs, so every convolution's result has about unit variance
 * and activations stay O(1) at any depth.
 */
public class Weights {
    /** How the numbers are drawn. */
    public enum Fill {
        /** Uniform, scaled: what is timed. */
        RANDOM,
        /**
         * Small integers, bounded layer by layer so that every sum of products gives the same float in every order; only for graphs that
         * {@linkplain #keepsIntegers keep integers}.
         */
        INTEGER
    }

    /**
     * Mean and variance of a value's elements, as modelled layer by layer.
     *
     * @param shared the part of the variance that lies between channels and is the same at every pixel; an average over a map
     *     keeps it
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

    /**
     * Smallest second moment assumed for a gate. Real gates open wider than this model of normal numbers predicts, and in
     * EfficientNet each one widens the next: without the floor, activations would grow from block to block.
     */
    private static final double OPEN_GATE = 0.6;

    /** Streams of random numbers from here on say which weights are zero. */
    private static final long PRUNED = 1L << 40;

    /** With this one, odd integers are ties. */
    private static final float INTEGER_STEP = 2;

    private final Graph graph;
    private final long seed;
    private final Fill fill;
    private final Map<Integer, Double> gains = new HashMap<>();

    private final boolean rounds;

    /** How each value of the graph has been rounded to 8 bits, null for one that has not; made on first use. */
    private Quantiser[] quantisers;

    /** Of integers; null for other numbers. */
    private final IntegerLimits limits;

    /**
     * @param graph the unfused graph
     * @param seed equal seeds give equal numbers
     * @throws IllegalArgumentException for integers and a graph that does not keep them
     */
    public Weights(Graph graph, long seed, Fill fill) {
        this(graph, seed, fill, true);
    }

    private Weights(Graph graph, long seed, Fill fill, boolean rounds) {
        this.graph = graph;
        this.seed = seed;
        this.fill = fill;
        this.rounds = rounds;
        this.limits = fill == Fill.INTEGER ? new IntegerLimits(graph) : null;
        model();
    }

    /** Whether integers stay integers, or small multiples of a power of two, so that results must be equal and not just close. */
    public static boolean keepsIntegers(Graph graph) {
        return IntegerLimits.exist(graph);
    }

    /**
     * The same numbers before a {@link Precision} rounds any of them. Nothing is rounded to 8 bits either: such layers do nothing, which
     * {@link DoubleInterpreter} understands.
     */
    public Weights unrounded() {
        return new Weights(graph, seed, fill, false);
    }

    /** Whether a {@link Precision} rounds filters or values. */
    public boolean areRounded() {
        return rounds
                && graph.nodes().stream()
                        .anyMatch(node -> node.layer() instanceof Conv conv
                                && !conv.precision().isNone());
    }

    /** External input v in batch x channel x row x column order. */
    public float[] input(int v) {
        int count = (int) graph.inputs().get(v).elements();
        return areIntegers() ? integers(-1 - v, count, limits.input(v)) : reals(-1 - v, count, 0, Math.sqrt(3));
    }

    /** Filter of a convolution: output channel x channel in group x row x column. */
    public float[] filter(Node node) {
        Conv conv = node.layer().convolution().orElseThrow();
        int inputs = node.layer() instanceof Gated gated && gated.inputs() > 0 ? gated.inputs() : inChannels(node);
        int taps = (int) conv.taps(inputs);
        float[] filter = filter(node, outChannels(node) * taps, taps);
        if (conv.compression() instanceof Sparsity sparsity) {
            prune(random(PRUNED + node.id()), filter, taps, sparsity);
        } else if (rounds && !conv.compression().isNone()) {
            round(filter, taps, conv.precision());
        }
        return filter;
    }

    private float[] filter(Node node, int count, int taps) {
        if (!areIntegers()) {
            return reals(node.id() * 3L, count, 0, Math.sqrt(3) * gains.get(node.id()));
        }
        int terms = limits.terms(node);
        return terms >= taps ? integers(node.id() * 3L, count, 1) : sparse(node.id() * 3L, count, taps, terms);
    }

    /** Channels of a node's result, of all from which masks choose. */
    private static int outChannels(Node node) {
        return node.layer() instanceof Gated gated && gated.outputs() > 0
                ? gated.outputs()
                : node.output().channels();
    }

    /** Factor per channel of an affine layer or a layer norm: around one. */
    public float[] scale(Node node) {
        int count = outChannels(node);
        return areIntegers()
                ? integers(node.id() * 3L + 1, count, limits.terms(node))
                : reals(node.id() * 3L + 1, count, 1, 0.2);
    }

    /** Summand per channel of an affine layer, a layer norm or a convolution with bias; zero where the layer has none. */
    public float[] shift(Node node) {
        int count = outChannels(node);
        Layer layer = node.layer() instanceof Gated gated ? gated.layer() : node.layer();
        if (layer instanceof Affine affine && !affine.shifts()) {
            return new float[count];
        }
        float[] shift = areIntegers()
                ? integers(node.id() * 3L + 2, count, limits.shift(node))
                : reals(node.id() * 3L + 2, count, 0, 0.2);
        if (rounds && node.layer() instanceof Conv conv && conv.precision() == Precision.INT8) {
            round(shift, conv.precision(), filter(node), rounded(node).step());
        }
        return shift;
    }

    /** Rounds a bias per channel to a multiple of what integers of its sum stand for. */
    private static void round(float[] shift, Precision precision, float[] filter, float step) {
        int taps = filter.length / shift.length;
        for (int c = 0; c < shift.length; c++) {
            float unit = precision.scale(filter, c * taps, taps) * precision.decode(1) * step;
            shift[c] = (float) Math.rint(shift[c] / unit) * unit;
        }
    }

    /** How a layer rounds to 8 bits; null if nothing is rounded. */
    public Quantiser quantiser(Node node) {
        return quantisers()[graph.inputs().size() + node.id()];
    }

    /** How the input of a convolution of 8-bit integers has been rounded; null if nothing is rounded. */
    Quantiser rounded(Node node) {
        return quantisers()[graph.nodes().get(node.id()).inputs().get(0)];
    }

    private synchronized Quantiser[] quantisers() {
        if (quantisers == null) {
            Quantiser[] made =
                    new Quantiser[graph.inputs().size() + graph.nodes().size()];
            Map<Integer, Float> steps = rounds && !areIntegers() ? calibrated() : Map.of();
            for (int i = 0; i < graph.nodes().size() && rounds; i++) {
                Node node = graph.nodes().get(i);
                made[graph.inputs().size() + i] = node.layer() instanceof ElementWise.Quantise quantise
                        ? new Quantiser(steps.getOrDefault(i, INTEGER_STEP), quantise.least(), quantise.most())
                        : node.movesOne() ? made[node.inputs().get(0)] : null;
            }
            quantisers = made;
        }
        return quantisers;
    }

    /**
     * For each node that rounds to 8 bits, the least power of two with which all that it reads fits: static steps after training, from a pass
     * in double precision that rounds nothing, on the input that is measured.
     */
    private Map<Integer, Float> calibrated() {
        Map<Integer, Float> steps = new HashMap<>();
        new DoubleInterpreter(unrounded()).run((node, values) -> {
            if (node.layer() instanceof ElementWise.Quantise quantise) {
                double largest = Arrays.stream(values).map(Math::abs).max().orElseThrow();
                steps.put(node.id(), step(largest / quantise.most()));
            }
        });
        return steps;
    }

    /** The least power of two that is not below a number; 1 for zero. */
    private static float step(double least) {
        int exponent = Math.getExponent(least);
        return least == 0 ? 1 : Math.scalb(1f, Math.scalb(1.0, exponent) == least ? exponent : exponent + 1);
    }

    /** The unfused graph that these parameters belong to. */
    Graph graph() {
        return graph;
    }

    /** Whether every order of summation gives the same float. */
    boolean areIntegers() {
        return fill == Fill.INTEGER;
    }

    /** Channels of a node's input, whether the node is in the graph or in the body of a fused kernel. */
    private int inChannels(Node node) {
        return graph.shapes(graph.nodes().get(node.id())).get(0).channels();
    }

    private SplittableRandom random(long stream) {
        return new SplittableRandom(seed * 1_000_003 + stream);
    }

    private float[] reals(long stream, int count, double centre, double spread) {
        SplittableRandom random = random(stream);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (centre + spread * (2 * random.nextDouble() - 1));
        }
        return numbers;
    }

    private float[] integers(long stream, int count, int most) {
        SplittableRandom random = random(stream);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextInt(-most, most + 1);
        }
        return numbers;
    }

    /** Filters of which so many taps, anywhere, are one or minus one and the others zero. */
    private float[] sparse(long stream, int count, int taps, int terms) {
        SplittableRandom random = random(stream);
        float[] numbers = new float[count];
        int left = 0;
        for (int i = 0; i < count; i++) {
            left = i % taps == 0 ? terms : left;
            if (random.nextInt(taps - i % taps) < left) {
                numbers[i] = random.nextBoolean() ? 1 : -1;
                left--;
            }
        }
        return numbers;
    }

    /** Clears as many blocks of a filter as its sparsity says, anywhere; incomplete last blocks among themselves. */
    private static void prune(SplittableRandom random, float[] filter, int taps, Sparsity sparsity) {
        int channels = filter.length / taps;
        int whole = channels / sparsity.block() * sparsity.block();
        clear(random, filter, taps, 0, whole, sparsity);
        clear(random, filter, taps, whole, channels, sparsity);
    }

    private static void clear(SplittableRandom random, float[] filter, int taps, int from, int to, Sparsity sparsity) {
        int blocks = (to - from + sparsity.block() - 1) / sparsity.block() * taps;
        long left = sparsity.kept(blocks);
        for (int i = 0; i < blocks; i++) {
            if (random.nextInt(blocks - i) < left) {
                left--;
            } else {
                int first = from + i / taps * sparsity.block();
                for (int o = first; o < Math.min(first + sparsity.block(), to); o++) {
                    filter[o * taps + i % taps] = 0;
                }
            }
        }
    }

    /** Rounds each channel to numbers of a format times its scale. */
    private static void round(float[] filter, int taps, Precision precision) {
        for (int first = 0; first < filter.length; first += taps) {
            float scale = precision.scale(filter, first, taps);
            for (int i = first; i < first + taps; i++) {
                filter[i] = precision.decode(precision.encode(filter[i], scale)) * scale;
            }
        }
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
            if (node.layer().convolution().isPresent()) {
                Conv conv = node.layer().convolution().get();
                Shape map = graph.shapes(node).get(0);
                double taps = conv.taps(map.channels()) * covered(conv, map.height()) * covered(conv, map.width());
                taps *= conv.compression().density();
                gains.put(node.id(), 1 / Math.sqrt(taps * Math.max(in.get(0).second(), 1e-6)));
            }
            moments[graph.inputs().size() + i] = after(node, in);
        }
    }

    /**
     * The fraction of a filter's rows, or columns, that lies on the map and not on its padding; on small maps it is well below
     * one.
     */
    private static double covered(Conv conv, int size) {
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
        return node.layer().accept(new LayerVisitor<>() {
            @Override
            public Moments conv(Conv conv) {
                return normal();
            }

            @Override
            public Moments affine(Affine affine) {
                return x;
            }

            @Override
            public Moments layerNorm(LayerNorm norm) {
                return normal();
            }

            private Moments normal() {
                return new Moments(0, 1, x.common() / Math.max(x.second(), 1e-6));
            }

            @Override
            public Moments activate(ElementWise.Activate activate) {
                return after(activate.function(), x);
            }

            @Override
            public Moments add(ElementWise.Add add) {
                return sum(in.get(1));
            }

            private Moments sum(Moments y) {
                return new Moments(x.mean + y.mean, x.variance + y.variance, x.shared + y.shared);
            }

            @Override
            public Moments multiply(ElementWise.Multiply multiply) {
                double gate = Math.max(in.get(1).second(), OPEN_GATE);
                return of(x.mean * in.get(1).mean, x.second() * gate, x.common() * gate);
            }

            @Override
            public Moments quantise(ElementWise.Quantise quantise) {
                return x;
            }

            @Override
            public Moments route(Route route) {
                return in.size() == 1
                        ? x
                        : of(average(Moments::mean), average(Moments::second), average(Moments::common));
            }

            private double average(ToDoubleFunction<Moments> moment) {
                return in.stream().mapToDouble(moment).average().orElseThrow();
            }

            private Moments of(double mean, double second, double common) {
                return new Moments(mean, second - mean * mean, common - mean * mean);
            }

            @Override
            public Moments shift(Shift shift) {
                return x;
            }

            @Override
            public Moments pool(Pool pool) {
                return switch (pool.kind()) {
                    case MAX -> x;
                    case AVERAGE, BLUR -> averaged(pool.kernel() * pool.kernel());
                    case GLOBAL -> averaged(graph.shapes(node).get(0).pixels());
                };
            }

            /** Those of computed tiles, which vary most. */
            @Override
            public Moments tiles(TileLayer layer) {
                return layer instanceof TileLayer.Scatter ? in.get(2) : x;
            }

            private Moments averaged(double window) {
                return new Moments(x.mean, x.shared + (x.variance - x.shared) / window, x.shared);
            }

            @Override
            public Moments fused(Fused fused) {
                throw new IllegalArgumentException("parameters are those of the unfused graph");
            }
        });
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

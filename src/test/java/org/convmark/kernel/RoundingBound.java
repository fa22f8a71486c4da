package org.convmark.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.convmark.model.Affine;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.LayerNorm;
import org.convmark.model.LayerVisitor;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.RouteVisitor;
import org.convmark.model.Shape;
import org.convmark.model.Shift;
import org.convmark.model.TileLayer;

/**
 * How far an element of a result may be from what {@link DoubleInterpreter} says if a correct kernel computes it in floats: a
 * first-order bound that follows every rounding through the graph (Higham, Accuracy and Stability of Numerical Algorithms, 2002,
 * chapter 3), for any order of summation.
 */
final class RoundingBound {
    /** The largest relative error of a rounding to the nearest float. */
    private static final double UNIT = Math.ulp(1f) / 2;

    /** Roundings of a scale and a shift, folded into a filter or not, and of a division by a number of elements. */
    private static final int FOLDED = 8;

    /** Partial sums over channels that a residual may pass through, one after the other. */
    private static final int PARTS = 32;

    /** Largest error of an approximated activation, in {@link #UNIT}: eight units in the last place. */
    private static final int ACTIVATED = 16;

    /**
     * Largest amplification of roundings by F(4x4, 3x3) in two dimensions. In one, the largest row of |A'| (|G| 1 * |B'| 1) is 0,
     * 1, 1, 8, 8, 1 times 1/4, 1/2, 1/2, 7/24, 7/24, 1 times 10, 10, 10, 6, 6, 10.
     */
    private static final double AMPLIFIED = 48 * 48;

    /** The same by F(2x2, 5x5): 0, 1, 1, 2, 2, 1 times 1/4, 5/6, 5/6, 31/24, 31/24, 1 times 10, 10, 10, 6, 6, 10. */
    private static final double AMPLIFIED_5 = 57.7 * 57.7;

    /** Roundings of a product's four transforms. */
    private static final int TRANSFORMED = 16;

    private final Graph graph;
    private final Weights weights;
    private final List<Tensor> values = new ArrayList<>();

    /** Follows the roundings of an unfused graph. */
    RoundingBound(Weights weights) {
        this.graph = weights.graph();
        this.weights = weights;
        for (int v = 0; v < graph.inputs().size(); v++) {
            double[] exact = DoubleInterpreter.doubles(weights.input(v));
            values.add(new Tensor(graph.inputs().get(v), exact, new double[exact.length]));
        }
        new DoubleInterpreter(weights).run((node, exact) -> values.add(evaluate(node, exact)));
    }

    /** The result in double precision, in batch x channel x row x column order. */
    double[] output() {
        return values.get(graph.head()).data;
    }

    /** The bound of each element, in the same order. */
    double[] bound() {
        return values.get(graph.head()).error;
    }

    /** Values in batch x channel x row x column order, each with a bound of its error in floats. */
    private record Tensor(Shape shape, double[] data, double[] error) {
        int index(int n, int c, int y, int x) {
            return ((n * shape.channels() + c) * shape.height() + y) * shape.width() + x;
        }

        boolean holds(int y, int x) {
            return y >= 0 && y < shape.height() && x >= 0 && x < shape.width();
        }
    }

    /** Lists the terms of one element of a result. */
    private interface Element {
        void make(int n, int c, int y, int x, Sum sum);
    }

    /** The terms of a sum, as far as they bound its error. */
    private static final class Sum {
        /** Error inherited from the operands. */
        double inherited;

        /** Sum of the absolute values of all terms: each rounding is at most {@link #UNIT} of it. */
        double absolute;

        /** Roundings that a term goes through. */
        int roundings;

        void clear() {
            inherited = 0;
            absolute = 0;
            roundings = 0;
        }

        void add(double factor, Tensor x, int at) {
            inherited += Math.abs(factor) * x.error[at];
            absolute += Math.abs(factor * x.data[at]);
        }

        void add(double constant) {
            absolute += Math.abs(constant);
        }

        double error() {
            return inherited + roundings * UNIT * absolute;
        }
    }

    private Tensor evaluate(Node node, double[] exact) {
        List<Tensor> in = node.inputs().stream().map(values::get).toList();
        Tensor out = new Tensor(node.output(), exact, new double[exact.length]);
        Element element = element(node, in, in.get(0));
        Sum sum = new Sum();
        int i = 0;
        for (int n = 0; n < out.shape.batch(); n++) {
            for (int c = 0; c < out.shape.channels(); c++) {
                for (int p = 0; p < out.shape.height(); p++) {
                    for (int q = 0; q < out.shape.width(); q++) {
                        sum.clear();
                        element.make(n, c, p, q, sum);
                        out.error[i++] = sum.error();
                    }
                }
            }
        }
        return out;
    }

    private Element element(Node node, List<Tensor> in, Tensor x) {
        return node.layer().accept(new LayerVisitor<>() {
            @Override
            public Element conv(Conv conv) {
                return convolution(node, conv, x);
            }

            @Override
            public Element affine(Affine affine) {
                double[] scale = DoubleInterpreter.doubles(weights.scale(node));
                double[] shift = DoubleInterpreter.doubles(weights.shift(node));
                return (n, c, p, q, sum) -> {
                    sum.add(scale[c], x, x.index(n, c, p, q));
                    sum.add(shift[c]);
                    sum.roundings = FOLDED;
                };
            }

            @Override
            public Element layerNorm(LayerNorm norm) {
                return RoundingBound.this.layerNorm(node, norm, x);
            }

            @Override
            public Element activate(ElementWise.Activate activate) {
                return activated(DoubleInterpreter.activation(activate.function()), x);
            }

            /** The error of what is rounded decides whether it can be rounded to another neighbour. */
            @Override
            public Element quantise(ElementWise.Quantise quantise) {
                return activated(weights.quantiser(node)::apply, x);
            }

            @Override
            public Element add(ElementWise.Add add) {
                return (n, c, p, q, sum) -> {
                    sum.add(1, x, x.index(n, c, p, q));
                    sum.add(1, in.get(1), x.index(n, c, p, q));
                    sum.roundings = PARTS;
                };
            }

            @Override
            public Element multiply(ElementWise.Multiply multiply) {
                Tensor gate = in.get(1);
                return (n, c, p, q, sum) -> {
                    int at = x.index(n, c, p, q);
                    int of = gate.index(n, c, 0, 0);
                    sum.add(gate.data[of], x, at);
                    sum.inherited += (Math.abs(x.data[at]) + x.error[at]) * gate.error[of];
                    sum.roundings = 1;
                };
            }

            @Override
            public Element route(Route route) {
                return moved(route, in, x);
            }

            @Override
            public Element shift(Shift shift) {
                return (n, c, p, q, sum) -> {
                    if (x.holds(p + 1, q + 1)) {
                        sum.add(1, x, x.index(n, c, p + 1, q + 1));
                    }
                };
            }

            @Override
            public Element pool(Pool pool) {
                return (n, c, p, q, sum) -> pooled(pool, x, n, c, p, q, sum);
            }

            @Override
            public Element tiles(TileLayer layer) {
                throw new IllegalArgumentException("random graphs skip no tiles");
            }

            @Override
            public Element fused(Fused fused) {
                throw new IllegalArgumentException("only unfused graphs are interpreted");
            }
        });
    }

    private static Element moved(Route route, List<Tensor> in, Tensor x) {
        return route.accept(new RouteVisitor<>() {
            @Override
            public Element concat(Route.Concat concat) {
                return (n, c, p, q, sum) -> concatenated(in, n, c, p, q, sum);
            }

            @Override
            public Element slice(Route.Slice slice) {
                return (n, c, p, q, sum) -> sum.add(1, x, x.index(n, slice.from() + c, p, q));
            }

            @Override
            public Element shuffle(Route.Shuffle shuffle) {
                int size = x.shape.channels() / shuffle.groups();
                return (n, c, p, q, sum) ->
                        sum.add(1, x, x.index(n, c % shuffle.groups() * size + c / shuffle.groups(), p, q));
            }
        });
    }

    private Element convolution(Node node, Conv conv, Tensor x) {
        double[] filter = DoubleInterpreter.doubles(weights.filter(node));
        double[] bias = conv.bias() == Conv.Bias.YES
                ? DoubleInterpreter.doubles(weights.shift(node))
                : new double[conv.outChannels()];
        int group = conv.groupWidth(x.shape.channels());
        int perGroup = conv.outChannels() / (x.shape.channels() / group);
        int k = conv.kernel();
        boolean transforms = Algorithm.hasWinograd(conv, x.shape.channels());
        double[][] transformed = transforms ? transformed(conv, filter, x) : null;
        return (n, o, p, q, sum) -> {
            sum.add(bias[o]);
            for (int c = 0; c < group; c++) {
                for (int r = 0; r < k; r++) {
                    int y = p * conv.stride() + r * conv.dilation() - conv.padding();
                    for (int s = 0; s < k; s++) {
                        int z = q * conv.stride() + s * conv.dilation() - conv.padding();
                        if (x.holds(y, z)) {
                            sum.add(
                                    filter[((o * group + c) * k + r) * k + s],
                                    x,
                                    x.index(n, o / perGroup * group + c, y, z));
                        }
                    }
                }
            }
            sum.roundings = group * k * k + FOLDED;
            if (transforms) {
                sum.inherited += transformed[n][o];
            }
        };
    }

    /**
     * For each image and output channel, a bound of the roundings of an algorithm with transforms. The roundings of sums over
     * channels are assumed independent (Higham and Mary, A New Approach to Probabilistic Rounding Error Analysis, 2019);
     * otherwise the bound would accept anything.
     */
    private static double[][] transformed(Conv conv, double[] filter, Tensor x) {
        int channels = x.shape.channels();
        int taps = conv.kernel() * conv.kernel();
        double amplified = conv.kernel() == 3 ? AMPLIFIED : AMPLIFIED_5;
        double[][] errors = new double[x.shape.batch()][conv.outChannels()];
        for (int n = 0; n < errors.length; n++) {
            for (int c = 0; c < channels; c++) {
                double largest = 0;
                for (int i = x.index(n, c, 0, 0); i < x.index(n, c + 1, 0, 0); i++) {
                    largest = Math.max(largest, Math.abs(x.data[i]));
                }
                for (int o = 0; o < conv.outChannels(); o++) {
                    double widest = 0;
                    for (int t = 0; t < taps; t++) {
                        widest = Math.max(widest, Math.abs(filter[(o * channels + c) * taps + t]));
                    }
                    errors[n][o] += amplified * (Math.sqrt(channels) + TRANSFORMED) * UNIT * widest * largest;
                }
            }
        }
        return errors;
    }

    private Element layerNorm(Node node, LayerNorm norm, Tensor x) {
        double[] gain = DoubleInterpreter.doubles(weights.scale(node));
        double[] bias = DoubleInterpreter.doubles(weights.shift(node));
        Moments[] moments = moments(norm, x);
        return (n, c, p, q, sum) -> {
            Moments of = moments[(n * x.shape.height() + p) * x.shape.width() + q];
            int at = x.index(n, c, p, q);
            double deviation = x.data[at] - of.mean;
            double error = x.error[at] + of.meanError + UNIT * Math.abs(deviation);
            sum.add(deviation * of.scale * gain[c]);
            sum.add(bias[c]);
            sum.inherited =
                    Math.abs(gain[c]) * (error * of.largestScale + Math.abs(deviation) * (of.largestScale - of.scale));
            sum.roundings = FOLDED;
        };
    }

    /** For a pixel, over its channels: the mean and one over the deviation, with their possible errors in floats. */
    private record Moments(double mean, double meanError, double scale, double largestScale) {}

    private static Moments[] moments(LayerNorm norm, Tensor x) {
        int pixels = (int) x.shape.pixels();
        Moments[] moments = new Moments[x.shape.batch() * pixels];
        for (int i = 0; i < moments.length; i++) {
            moments[i] = moments(norm, x, i / pixels * x.shape.channels() * pixels + i % pixels);
        }
        return moments;
    }

    private static Moments moments(LayerNorm norm, Tensor x, int first) {
        int channels = x.shape.channels();
        int pixels = (int) x.shape.pixels();
        double rounding = (channels + FOLDED) * UNIT;
        double mean = 0;
        double meanError = 0;
        for (int i = 0; i < channels; i++) {
            int at = first + i * pixels;
            mean += x.data[at] / channels;
            meanError += (x.error[at] + rounding * Math.abs(x.data[at])) / channels;
        }
        double variance = 0;
        double varianceError = 0;
        for (int i = 0; i < channels; i++) {
            int at = first + i * pixels;
            double deviation = Math.abs(x.data[at] - mean);
            double error = x.error[at] + meanError + UNIT * deviation;
            variance += deviation * deviation / channels;
            varianceError += (2 * deviation * error + error * error) / channels;
        }
        varianceError += rounding * variance;
        return new Moments(
                mean,
                meanError,
                1 / Math.sqrt(variance + norm.epsilon()),
                1 / Math.sqrt(Math.max(0, variance - varianceError) + norm.epsilon()));
    }

    /**
     * An activation scales an error by its slope; kernels compute it to some units in the last place of the larger of its
     * argument and 1.
     */
    private static Element activated(DoubleUnaryOperator f, Tensor x) {
        return (n, c, p, q, sum) -> {
            int at = x.index(n, c, p, q);
            double v = x.data[at];
            double error = x.error[at];
            double exact = f.applyAsDouble(v);
            sum.inherited = Math.max(
                    Math.abs(f.applyAsDouble(v + error) - exact), Math.abs(f.applyAsDouble(v - error) - exact));
            sum.absolute = Math.max(1, Math.abs(v));
            sum.roundings = ACTIVATED;
        };
    }

    private static void concatenated(List<Tensor> in, int n, int c, int p, int q, Sum sum) {
        int channel = c;
        for (Tensor x : in) {
            if (channel < x.shape.channels()) {
                sum.add(1, x, x.index(n, channel, p, q));
                return;
            }
            channel -= x.shape.channels();
        }
        throw new IndexOutOfBoundsException(c);
    }

    private static void pooled(Pool pool, Tensor x, int n, int c, int p, int q, Sum sum) {
        boolean global = pool.kind() == Pool.Kind.GLOBAL;
        int rows = global ? x.shape.height() : pool.kernel();
        int columns = global ? x.shape.width() : pool.kernel();
        double[] binomial = {1, 2, 1};
        double error = 0;
        int count = 0;
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int y = p * pool.stride() + r - pool.padding();
                int z = q * pool.stride() + s - pool.padding();
                if (x.holds(y, z)) {
                    int at = x.index(n, c, y, z);
                    error = Math.max(error, x.error[at]);
                    sum.add(pool.kind() == Pool.Kind.BLUR ? binomial[r] * binomial[s] / 16 : 1, x, at);
                    count++;
                }
            }
        }
        sum.roundings = count + FOLDED;
        switch (pool.kind()) {
            case MAX -> {
                sum.clear();
                sum.inherited = error;
            }
            case AVERAGE, GLOBAL -> {
                sum.inherited /= count;
                sum.absolute /= count;
            }
            case BLUR -> {}
        }
    }
}

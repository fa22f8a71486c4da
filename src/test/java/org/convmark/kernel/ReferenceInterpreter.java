package org.convmark.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.convmark.model.Activation;
import org.convmark.model.Affine;
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

/**
 * Computes every layer directly from its formula, in double precision and with one index per dimension. All targets, plain Java
 * included, are compared with it. It shares only the parameters with the kernels.
 */
final class ReferenceInterpreter {
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

    /** Roundings of a product's four transforms. */
    private static final int TRANSFORMED = 16;

    private final Graph graph;
    private final Weights weights;
    private final List<Tensor> values = new ArrayList<>();

    /** Runs an unfused graph. */
    ReferenceInterpreter(Graph graph, Weights weights) {
        this.graph = graph;
        this.weights = weights;
        for (int v = 0; v < graph.inputs().size(); v++) {
            double[] exact = doubles(weights.input(v));
            values.add(new Tensor(graph.inputs().get(v), exact, new double[exact.length]));
        }
        for (Node node : graph.nodes()) {
            values.add(evaluate(node));
        }
    }

    /** The result in batch x channel x row x column order. */
    double[] output() {
        return values.get(graph.head()).data;
    }

    /** The result of every node, in order. */
    List<double[]> intermediates() {
        return values.stream().skip(graph.inputs().size()).map(Tensor::data).toList();
    }

    /**
     * How far an element of the result may be from what a correct kernel computes in floats, in batch x channel x row x column
     * order: a first-order bound that follows every rounding through the graph (Higham, Accuracy and Stability of Numerical
     * Algorithms, 2002, chapter 3), for any order of summation.
     */
    double[] bound() {
        return values.get(graph.head()).error;
    }

    /** Values in batch x channel x row x column order, each with a bound of its error in floats. */
    private record Tensor(Shape shape, double[] data, double[] error) {
        Tensor(Shape shape) {
            this(shape, new double[(int) shape.elements()], new double[(int) shape.elements()]);
        }

        int index(int n, int c, int y, int x) {
            return ((n * shape.channels() + c) * shape.height() + y) * shape.width() + x;
        }

        boolean holds(int y, int x) {
            return y >= 0 && y < shape.height() && x >= 0 && x < shape.width();
        }
    }

    /** Computes one element of a result. */
    private interface Element {
        void make(int n, int c, int y, int x, Sum sum);
    }

    /** A sum with the bounds of its error. */
    private static final class Sum {
        double value;

        /** Error inherited from the operands. */
        double inherited;

        /** Sum of the absolute values of all terms: each rounding is at most {@link #UNIT} of it. */
        double absolute;

        /** Roundings that a term goes through. */
        int roundings;

        void clear() {
            value = 0;
            inherited = 0;
            absolute = 0;
            roundings = 0;
        }

        void add(double factor, Tensor x, int at) {
            value += factor * x.data[at];
            inherited += Math.abs(factor) * x.error[at];
            absolute += Math.abs(factor * x.data[at]);
        }

        void add(double constant) {
            value += constant;
            absolute += Math.abs(constant);
        }

        double error() {
            return inherited + roundings * UNIT * absolute;
        }
    }

    private Tensor evaluate(Node node) {
        List<Tensor> in = node.inputs().stream().map(values::get).toList();
        Tensor out = new Tensor(node.output());
        Element element = element(node, in, in.get(0));
        Sum sum = new Sum();
        int i = 0;
        for (int n = 0; n < out.shape.batch(); n++) {
            for (int c = 0; c < out.shape.channels(); c++) {
                for (int p = 0; p < out.shape.height(); p++) {
                    for (int q = 0; q < out.shape.width(); q++) {
                        sum.clear();
                        element.make(n, c, p, q, sum);
                        out.data[i] = sum.value;
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
                double[] scale = doubles(weights.scale(node));
                double[] shift = doubles(weights.shift(node));
                return (n, c, p, q, sum) -> {
                    sum.add(scale[c], x, x.index(n, c, p, q));
                    sum.add(shift[c]);
                    sum.roundings = FOLDED;
                };
            }

            @Override
            public Element layerNorm(LayerNorm norm) {
                return ReferenceInterpreter.this.layerNorm(node, norm, x);
            }

            @Override
            public Element activate(ElementWise.Activate activate) {
                return activated(activation(activate.function()), x);
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
        double[] filter = doubles(weights.filter(node));
        double[] bias = conv.bias() == Conv.Bias.YES ? doubles(weights.shift(node)) : new double[conv.outChannels()];
        int group = conv.groupWidth(x.shape.channels());
        int perGroup = conv.outChannels() / (x.shape.channels() / group);
        int k = conv.kernel();
        boolean transforms = k == 3 && conv.stride() == 1 && conv.dilation() == 1 && group == x.shape.channels();
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
        double[][] errors = new double[x.shape.batch()][conv.outChannels()];
        for (int n = 0; n < errors.length; n++) {
            for (int c = 0; c < channels; c++) {
                double largest = 0;
                for (int i = x.index(n, c, 0, 0); i < x.index(n, c + 1, 0, 0); i++) {
                    largest = Math.max(largest, Math.abs(x.data[i]));
                }
                for (int o = 0; o < conv.outChannels(); o++) {
                    double widest = 0;
                    for (int t = 0; t < 9; t++) {
                        widest = Math.max(widest, Math.abs(filter[(o * channels + c) * 9 + t]));
                    }
                    errors[n][o] += AMPLIFIED * (Math.sqrt(channels) + TRANSFORMED) * UNIT * widest * largest;
                }
            }
        }
        return errors;
    }

    private Element layerNorm(Node node, LayerNorm norm, Tensor x) {
        double[] gain = doubles(weights.scale(node));
        double[] bias = doubles(weights.shift(node));
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
            sum.value = f.applyAsDouble(v);
            sum.inherited = Math.max(
                    Math.abs(f.applyAsDouble(v + error) - sum.value), Math.abs(f.applyAsDouble(v - error) - sum.value));
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
        double maximum = Double.NEGATIVE_INFINITY;
        double error = 0;
        int count = 0;
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int y = p * pool.stride() + r - pool.padding();
                int z = q * pool.stride() + s - pool.padding();
                if (x.holds(y, z)) {
                    int at = x.index(n, c, y, z);
                    maximum = Math.max(maximum, x.data[at]);
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
                sum.value = maximum;
                sum.inherited = error;
            }
            case AVERAGE, GLOBAL -> {
                sum.value /= count;
                sum.inherited /= count;
                sum.absolute /= count;
            }
            case BLUR -> {}
        }
    }

    private static DoubleUnaryOperator activation(Activation function) {
        return switch (function) {
            case RELU -> x -> x > 0 ? x : 0;
            case RELU6 -> x -> x > 6 ? 6 : x > 0 ? x : 0;
            case ELU -> x -> x > 0 ? x : Math.exp(x) - 1;
            case SELU -> x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1));
            case TANH -> x -> 1 - 2 / (Math.exp(2 * x) + 1);
            case GELU_TANH -> x -> x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case SILU -> x -> x / (1 + Math.exp(-x));
            case GELU -> x -> x * gaussian(x);
            case HARD_SIGMOID -> x -> x > 3 ? 1 : x < -3 ? 0 : x / 6 + 0.5;
            case HARD_SWISH -> x -> x > 3 ? x : x < -3 ? 0 : x * (x / 6 + 0.5);
            default -> function::apply;
        };
    }

    /** Gaussian distribution function, by the error function's series of positive terms. */
    static double gaussian(double x) {
        if (Math.abs(x) > 8) {
            return x > 0 ? 1 : 0;
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }
}

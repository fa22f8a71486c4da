package org.convmark.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.convmark.model.Activation;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Shape;

/**
 * Every layer straight from its formula, in double precision and with an index per dimension: what all targets, plain
 * Java included, are compared with. Shares nothing with the kernels but the parameters.
 */
final class ReferenceInterpreter {
    private final Graph graph;
    private final Weights weights;
    private final List<Tensor> values = new ArrayList<>();

    /** Runs an unfused graph. */
    ReferenceInterpreter(Graph graph, Weights weights) {
        this.graph = graph;
        this.weights = weights;
        for (int v = 0; v < graph.inputs().size(); v++) {
            values.add(new Tensor(graph.inputs().get(v), doubles(weights.input(v))));
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

    private record Tensor(Shape shape, double[] data) {
        Tensor(Shape shape) {
            this(shape, new double[(int) shape.elements()]);
        }

        int index(int n, int c, int y, int x) {
            return ((n * shape.channels() + c) * shape.height() + y) * shape.width() + x;
        }

        double at(int n, int c, int y, int x) {
            return data[index(n, c, y, x)];
        }

        boolean holds(int y, int x) {
            return y >= 0 && y < shape.height() && x >= 0 && x < shape.width();
        }
    }

    /** What one element of a result is. */
    private interface Element {
        double at(int n, int c, int y, int x);
    }

    private Tensor evaluate(Node node) {
        List<Tensor> in = node.inputs().stream().map(values::get).toList();
        Tensor x = in.get(0);
        Tensor out = new Tensor(node.output());
        Element element = element(node, in, x);
        for (int n = 0; n < out.shape.batch(); n++) {
            for (int c = 0; c < out.shape.channels(); c++) {
                for (int p = 0; p < out.shape.height(); p++) {
                    for (int q = 0; q < out.shape.width(); q++) {
                        out.data[out.index(n, c, p, q)] = element.at(n, c, p, q);
                    }
                }
            }
        }
        return out;
    }

    private Element element(Node node, List<Tensor> in, Tensor x) {
        Layer layer = node.layer();
        if (layer instanceof Layer.Conv conv) {
            return convolution(node, conv, x);
        } else if (layer instanceof Layer.BatchNorm) {
            double[] scale = doubles(weights.scale(node));
            double[] shift = doubles(weights.shift(node));
            return (n, c, p, q) -> x.at(n, c, p, q) * scale[c] + shift[c];
        } else if (layer instanceof Layer.LayerScale) {
            double[] scale = doubles(weights.scale(node));
            return (n, c, p, q) -> x.at(n, c, p, q) * scale[c];
        } else if (layer instanceof Layer.LayerNorm norm) {
            return layerNorm(node, norm, x);
        } else if (layer instanceof Layer.Activate activate) {
            DoubleUnaryOperator f = activation(activate.function());
            return (n, c, p, q) -> f.applyAsDouble(x.at(n, c, p, q));
        } else if (layer instanceof Layer.Add) {
            return (n, c, p, q) -> x.at(n, c, p, q) + in.get(1).at(n, c, p, q);
        } else if (layer instanceof Layer.Multiply) {
            return (n, c, p, q) -> x.at(n, c, p, q) * in.get(1).at(n, c, 0, 0);
        } else if (layer instanceof Layer.Concat) {
            return (n, c, p, q) -> concatenated(in, n, c, p, q);
        } else if (layer instanceof Layer.Slice slice) {
            return (n, c, p, q) -> x.at(n, slice.from() + c, p, q);
        } else if (layer instanceof Layer.Shuffle shuffle) {
            int size = x.shape.channels() / shuffle.groups();
            return (n, c, p, q) -> x.at(n, c % shuffle.groups() * size + c / shuffle.groups(), p, q);
        } else if (layer instanceof Layer.Shift) {
            return (n, c, p, q) -> x.holds(p + 1, q + 1) ? x.at(n, c, p + 1, q + 1) : 0;
        } else if (layer instanceof Layer.Pool pool) {
            return (n, c, p, q) -> pooled(pool, x, n, c, p, q);
        }
        throw new IllegalArgumentException("no definition of " + layer);
    }

    private Element convolution(Node node, Layer.Conv conv, Tensor x) {
        double[] filter = doubles(weights.filter(node));
        double[] bias = conv.bias() == Layer.Bias.YES ? doubles(weights.shift(node)) : new double[conv.outChannels()];
        int group = conv.groupWidth(x.shape.channels());
        int perGroup = conv.outChannels() / (x.shape.channels() / group);
        int k = conv.kernel();
        return (n, o, p, q) -> {
            double sum = bias[o];
            for (int c = 0; c < group; c++) {
                for (int r = 0; r < k; r++) {
                    for (int s = 0; s < k; s++) {
                        int y = p * conv.stride() + r * conv.dilation() - conv.padding();
                        int z = q * conv.stride() + s * conv.dilation() - conv.padding();
                        if (x.holds(y, z)) {
                            sum += filter[((o * group + c) * k + r) * k + s] * x.at(n, o / perGroup * group + c, y, z);
                        }
                    }
                }
            }
            return sum;
        };
    }

    private Element layerNorm(Node node, Layer.LayerNorm norm, Tensor x) {
        double[] gain = doubles(weights.scale(node));
        double[] bias = doubles(weights.shift(node));
        int channels = x.shape.channels();
        return (n, c, p, q) -> {
            double mean = 0;
            for (int i = 0; i < channels; i++) {
                mean += x.at(n, i, p, q) / channels;
            }
            double variance = 0;
            for (int i = 0; i < channels; i++) {
                variance += Math.pow(x.at(n, i, p, q) - mean, 2) / channels;
            }
            return (x.at(n, c, p, q) - mean) / Math.sqrt(variance + norm.epsilon()) * gain[c] + bias[c];
        };
    }

    private static double concatenated(List<Tensor> in, int n, int c, int p, int q) {
        int channel = c;
        for (Tensor x : in) {
            if (channel < x.shape.channels()) {
                return x.at(n, channel, p, q);
            }
            channel -= x.shape.channels();
        }
        throw new IndexOutOfBoundsException(c);
    }

    private static double pooled(Layer.Pool pool, Tensor x, int n, int c, int p, int q) {
        boolean global = pool.kind() == Layer.Pool.Kind.GLOBAL;
        int rows = global ? x.shape.height() : pool.kernel();
        int columns = global ? x.shape.width() : pool.kernel();
        double[] binomial = {1, 2, 1};
        double maximum = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double blurred = 0;
        int count = 0;
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < columns; s++) {
                int y = p * pool.stride() + r - pool.padding();
                int z = q * pool.stride() + s - pool.padding();
                if (x.holds(y, z)) {
                    double v = x.at(n, c, y, z);
                    maximum = Math.max(maximum, v);
                    sum += v;
                    blurred += pool.kind() == Layer.Pool.Kind.BLUR ? v * binomial[r] * binomial[s] / 16 : 0;
                    count++;
                }
            }
        }
        return switch (pool.kind()) {
            case MAX -> maximum;
            case AVERAGE, GLOBAL -> sum / count;
            case BLUR -> blurred;
        };
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
        };
    }

    /** Gaussian distribution function, from the series of positive terms of the error function. */
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

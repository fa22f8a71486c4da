package org.convmark.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.convmark.model.Graph.Node;

/**
 * The waterline of a sequence of kernels (Lavin 2024): a roofline model for kernels that run one after the other. Every kernel is
 * a bar whose height is its operational intensity and whose width is its operations, that is, its ideal time. The machine fills
 * the picture with water up to its balance. A bar below the waterline waits for memory: its time is its ideal time times balance
 * over intensity.
 *
 * @param bars in the order of execution
 */
public record Waterline(List<Bar> bars) {
    /**
     * One kernel.
     *
     * @param name what it computes
     * @param operations flops
     * @param bytes that it moves
     * @param balance flops that the machine can do while it moves one of these bytes: the level of the water at this bar
     */
    public record Bar(String name, double operations, double bytes, double balance) {
        /** Flops per byte: the height of the bar. */
        public double intensity() {
            return operations / bytes;
        }

        /** Flops that the machine could have done in its time: its operations, or more if it waits for memory. */
        public double time() {
            return Math.max(operations, bytes * balance);
        }

        /** Whether the bar is below the waterline. */
        public boolean isUnderWater() {
            return bytes * balance > operations;
        }
    }

    /** What counts as work and as traffic. */
    public enum Counting {
        /** Every flop and every byte: weights, norms, activations, sums and routes too. */
        ALL {
            @Override
            Bar bar(Graph graph, Node node, Cost cost) {
                return new Bar(label(graph, node), cost.flops(), cost.bytes(), 0);
            }
        },
        /**
         * What no way to compute a kernel can avoid: the flops of the best known algorithm, and each byte that is needed once. Routes are
         * free, because their parts can be computed where they belong.
         */
        LEAST {
            @Override
            Bar bar(Graph graph, Node node, Cost cost) {
                List<Shape> inputs = graph.shapes(node);
                double read = IntStream.range(0, inputs.size())
                        .mapToDouble(i ->
                                inputs.get(i).bytes() * node.layer().reach(i).share())
                        .sum();
                boolean moves = !(node.layer() instanceof Route);
                return new Bar(
                        label(graph, node),
                        node.layer().leastFlops(inputs),
                        moves ? read + cost.bytesWritten() + cost.weightBytes() : 0,
                        0);
            }
        },
        /**
         * What the paper counts: two flops per MAC of convolutions, and the tensors that they read and write; weights are
         * neglected, other layers are free, the residual is not read again.
         */
        CONVOLUTIONS {
            @Override
            Bar bar(Graph graph, Node node, Cost cost) {
                long bytes = readBytes(graph, node) + node.output().bytes();
                return new Bar(label(graph, node), 2.0 * cost.macs(), cost.macs() == 0 ? 0 : bytes, 0);
            }
        };

        abstract Bar bar(Graph graph, Node node, Cost cost);

        /** Bytes of those inputs of a kernel that anything but a sum reads. */
        private static long readBytes(Graph graph, Node node) {
            if (node.layer() instanceof Fused fused) {
                Graph body = fused.body();
                return body.nodes().stream()
                        .filter(inner -> !(inner.layer() instanceof ElementWise.Add))
                        .flatMap(inner -> inner.inputs().stream())
                        .filter(value -> value < body.inputs().size())
                        .distinct()
                        .mapToLong(value -> body.shape(value).bytes())
                        .sum();
            }
            return node.inputs().stream()
                    .mapToLong(value -> graph.shape(value).bytes())
                    .sum();
        }
    }

    /** Copies the list. */
    public Waterline {
        bars = List.copyOf(bars);
    }

    /**
     * The bars of a graph, one per kernel that computes or moves anything.
     *
     * @param elementBytes bytes of one number: 4 for single, 2 for half precision
     * @param balance machine balance, at the level that holds a kernel's operands, as a function of the kernel's working set in
     *     bytes
     */
    public static Waterline of(Graph graph, Counting counting, int elementBytes, DoubleUnaryOperator balance) {
        double scale = (double) elementBytes / Shape.ELEMENT_BYTES;
        List<Cost> costs = graph.costs();
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < costs.size(); i++) {
            Bar bar = counting.bar(graph, graph.nodes().get(i), costs.get(i));
            double bytes = bar.bytes() * scale;
            if (bytes > 0) {
                bars.add(new Bar(bar.name(), bar.operations(), bytes, balance.applyAsDouble(bytes)));
            }
        }
        return new Waterline(bars);
    }

    /** Work of all kernels, in flops. */
    public double operations() {
        return bars.stream().mapToDouble(Bar::operations).sum();
    }

    /** Time of all kernels, in flops that the machine could have done meanwhile. */
    public double time() {
        return bars.stream().mapToDouble(Bar::time).sum();
    }

    /** The largest share of the machine's peak that this sequence can reach. */
    public double efficiency() {
        return operations() / time();
    }

    /**
     * The efficiency that a roofline of the summed kernels predicts. It is too high, because it overlaps one kernel's memory
     * traffic with another's arithmetic.
     */
    public double pooledEfficiency() {
        double memory =
                bars.stream().mapToDouble(bar -> bar.bytes() * bar.balance()).sum();
        return Math.min(1, operations() / memory);
    }

    /**
     * What a kernel computes, the same for equal kernels of all graphs: {@code Conv 3x3 / 2 on 64 to 128 at 28x28} has stride 2 and a result
     * of 28 rows and columns. It becomes part of a name in JMH's results, whose JSON writer breaks lines at commas and brackets even inside strings.
     */
    public static String label(Graph graph, Node node) {
        int channels = channels(graph, node);
        return label(kind(node.layer(), channels), channels, node.output());
    }

    /**
     * What a convolution computes, as in {@link #label(Graph, Node)}.
     *
     * @param channels of its input
     * @param out shape of its result
     */
    public static String label(Conv conv, int channels, Shape out) {
        return label(kind(conv, channels), channels, out);
    }

    private static String label(String kind, int channels, Shape out) {
        String images = out.batch() > 1 ? out.batch() + " x " : "";
        String change = channels == out.channels() ? "" : " to " + out.channels();
        return images + kind + " on " + channels + change + " at " + out.height() + "x" + out.width();
    }

    /** Channels that its first layer reads; the first input of a fused kernel may be a residual. */
    private static int channels(Graph graph, Node node) {
        return node.layer() instanceof Fused fused
                ? channels(fused.body(), fused.body().nodes().get(0))
                : graph.shape(node.inputs().get(0)).channels();
    }

    private static String kind(Layer layer, int channels) {
        if (layer instanceof Gated gated) {
            return "Gated " + kind(gated.layer(), channels);
        }
        if (layer instanceof Conv conv) {
            return kind(conv, channels);
        }
        if (layer instanceof Fused fused) {
            Graph body = fused.body();
            return body.nodes().stream()
                    .filter(node -> node.layer().convolution().isPresent())
                    .map(node -> kind(node.layer(), channels(body, node)))
                    .collect(Collectors.joining(" + "));
        }
        if (layer instanceof ElementWise.Activate activate) {
            return activate.function().name();
        }
        return layer instanceof Pool pool
                ? pool.kind() + " pool" + (pool.kernel() > 0 ? " " + window(pool.kernel(), pool.stride()) : "")
                : layer.getClass().getSimpleName();
    }

    private static String kind(Conv conv, int channels) {
        int group = conv.groupWidth(channels);
        String groups = group == 1 || group == channels ? "" : " in groups of " + group;
        String compressed = conv.compression().isNone() ? "" : " " + conv.compression();
        return (group == 1 && channels > 1 ? "Depthwise " : "Conv ")
                + window(conv.kernel(), conv.stride())
                + groups
                + compressed;
    }

    private static String window(int kernel, int stride) {
        return kernel + "x" + kernel + (stride > 1 ? " / " + stride : "");
    }
}

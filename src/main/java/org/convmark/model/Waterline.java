package org.convmark.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer.Conv;

/**
 * The waterline of a sequence of kernels (Lavin 2024): a roofline model for kernels that run one after the other. Every
 * kernel is a bar, as high as its operational intensity and as wide as its operations, which is its ideal time; the machine
 * fills the picture with water up to its balance. A bar that the water covers waits for memory: its time is its ideal time
 * times balance over intensity.
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
     * @param balance flops that the machine can do while it moves one of these bytes: how high the water stands here
     */
    public record Bar(String name, double operations, double bytes, double balance) {
        /** Flops per byte: the height of the bar. */
        public double intensity() {
            return operations / bytes;
        }

        /** Flops that the machine could have done meanwhile: the ideal time, or the longer one that memory takes. */
        public double time() {
            return Math.max(operations, bytes * balance);
        }

        /** Whether the water covers it. */
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

        /** Inputs of a kernel that anything but a sum reads. */
        private static long readBytes(Graph graph, Node node) {
            if (node.layer() instanceof Layer.Fused fused) {
                Graph body = fused.body();
                return body.nodes().stream()
                        .filter(inner -> !(inner.layer() instanceof Layer.Add))
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
     * The bars of a graph, one per kernel that does or moves something.
     *
     * @param elementBytes bytes of one number: 4 for single, 2 for half precision
     * @param balance of the machine where a kernel's operands lie, from the kernel's working set in bytes
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

    /** The share of the machine's peak that this sequence can reach at best. */
    public double efficiency() {
        return operations() / time();
    }

    /** What a roofline says of the sums of all kernels: too much, because one kernel's memory waits for another's arithmetic. */
    public double pooledEfficiency() {
        double memory =
                bars.stream().mapToDouble(bar -> bar.bytes() * bar.balance()).sum();
        return Math.min(1, operations() / memory);
    }

    /** {@code Conv 3x3, 64 to 128}; of a fused kernel its convolutions, or how many they are. */
    private static String label(Graph graph, Node node) {
        if (node.layer() instanceof Conv conv) {
            return label(conv, graph.shape(node.inputs().get(0)).channels());
        }
        if (node.layer() instanceof Layer.Fused fused) {
            List<String> convs = fused.body().nodes().stream()
                    .filter(inner -> inner.layer() instanceof Conv)
                    .map(inner -> label(fused.body(), inner))
                    .toList();
            return convs.size() == 1 ? convs.get(0) : convs.size() + " convolutions in one kernel";
        }
        if (node.layer() instanceof Layer.Activate activate) {
            return activate.function().name();
        }
        return node.layer() instanceof Layer.Pool pool
                ? pool.kind() + " pool"
                : node.layer().getClass().getSimpleName();
    }

    private static String label(Conv conv, int inChannels) {
        String size = " " + conv.kernel() + "x" + conv.kernel();
        if (conv.groupWidth() == 1) {
            return "Depthwise" + size + ", " + inChannels;
        }
        String group = conv.groupWidth() == Conv.DENSE ? "" : " (groups of " + conv.groupWidth() + ")";
        return "Conv" + size + group + ", " + inChannels + " to " + conv.outChannels();
    }
}

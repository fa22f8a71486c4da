package org.convmark.model.cache;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.convmark.model.Affine;
import org.convmark.model.Conv;
import org.convmark.model.Cost;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.LayerNorm;
import org.convmark.model.LayerVisitor;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.Shift;
import org.convmark.model.TileLayer;

/**
 * The ranges of memory that a graph's kernels touch, in the order of their tiles: a model of a typical direct kernel, not a
 * recording of ours. Tensors are in blocks of 16 channels, each block stored row by row. A convolution computes 16 output
 * channels at a time, row by row. For each row it reads the rows under the filter, input block after input block, and the block's
 * weights; repeated reads within a row are assumed to hit the nearest cache. Element-wise layers, routes, pooling and layers of tiles
 * read their operands row by row. A fused kernel computes its whole output row by row; for each row it reads its external inputs and all its
 * weights. Memory of dead values is reused, as in programs.
 */
public final class Trace {
    private static final int BLOCK = 16;
    private static final long PAGE = 4096;

    /** Receives ranges of memory. */
    @FunctionalInterface
    public interface Visitor {
        /** Bytes from an address on are read or written. */
        void touch(long address, long bytes);
    }

    private final Graph graph;
    private final long[] addresses;
    private final Map<Node, Long> weights = new HashMap<>();
    private long end = PAGE;

    /** Places the values and weights of a graph in memory. */
    public Trace(Graph graph) {
        this.graph = graph;
        int inputs = graph.inputs().size();
        addresses = new long[inputs + graph.nodes().size()];
        int[] lastUse = graph.lastUses();
        Map<Long, Deque<Long>> free = new HashMap<>();
        for (int v = 0; v < addresses.length; v++) {
            long size = bytes(graph.shape(v));
            Deque<Long> same = free.getOrDefault(size, new ArrayDeque<>());
            addresses[v] = same.isEmpty() ? place(size) : same.pop();
            int node = v - inputs;
            if (node >= 0) {
                weights.put(
                        graph.nodes().get(node),
                        place(costOf(graph, graph.nodes().get(node)).weightBytes()));
                for (int in :
                        graph.nodes().get(node).inputs().stream().distinct().toList()) {
                    if (lastUse[in] == node && in >= inputs && in != graph.head()) {
                        free.computeIfAbsent(bytes(graph.shape(in)), s -> new ArrayDeque<>())
                                .push(addresses[in]);
                    }
                }
            }
        }
    }

    private static Cost costOf(Graph graph, Node node) {
        return node.layer().cost(graph.shapes(node));
    }

    private long place(long size) {
        long address = end;
        end += (size + PAGE - 1) / PAGE * PAGE;
        return address;
    }

    private static int blocks(Shape shape) {
        return shape.batch() * ((shape.channels() + BLOCK - 1) / BLOCK);
    }

    private static long rowBytes(Shape shape) {
        return (long) Math.min(BLOCK, shape.channels()) * shape.width() * Shape.ELEMENT_BYTES;
    }

    private static long bytes(Shape shape) {
        return blocks(shape) * rowBytes(shape) * shape.height();
    }

    /** One pass over the graph. */
    public void visit(Visitor visitor) {
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            new Kernel(node, graph.inputs().size() + i, visitor).visit();
        }
    }

    /** One kernel's accesses. */
    private final class Kernel implements LayerVisitor<Runnable> {
        private final Node node;
        private final Shape out;
        private final long result;
        private final List<Integer> inputs;
        private final Visitor visitor;

        Kernel(Node node, int value, Visitor visitor) {
            this.node = node;
            this.out = node.output();
            this.result = addresses[value];
            this.inputs = node.inputs();
            this.visitor = visitor;
        }

        void visit() {
            node.layer().accept(this).run();
        }

        @Override
        public Runnable conv(Conv conv) {
            return () -> windows(conv, inputs.get(0), List.of());
        }

        @Override
        public Runnable affine(Affine affine) {
            return this::rows;
        }

        @Override
        public Runnable layerNorm(LayerNorm norm) {
            return this::rows;
        }

        @Override
        public Runnable activate(ElementWise.Activate activate) {
            return this::rows;
        }

        @Override
        public Runnable quantise(ElementWise.Quantise quantise) {
            return this::rows;
        }

        @Override
        public Runnable add(ElementWise.Add add) {
            return this::rows;
        }

        @Override
        public Runnable multiply(ElementWise.Multiply multiply) {
            return this::rows;
        }

        @Override
        public Runnable route(Route route) {
            return this::rows;
        }

        @Override
        public Runnable shift(Shift shift) {
            return this::rows;
        }

        @Override
        public Runnable tiles(TileLayer layer) {
            return this::rows;
        }

        @Override
        public Runnable pool(Pool pool) {
            return pool.kind() == Pool.Kind.GLOBAL
                    ? this::rows
                    : () -> windows(pool.blurConv(out.channels()), inputs.get(0), List.of());
        }

        /** One convolution with its epilogue, or a whole block. */
        @Override
        public Runnable fused(Fused fused) {
            List<Node> convs = fused.body().nodes().stream()
                    .filter(inner -> inner.layer().convolution().isPresent())
                    .toList();
            if (convs.size() != 1 || fused.body().nodes().get(0) != convs.get(0)) {
                return this::rows;
            }
            int read = inputs.get(convs.get(0).inputs().get(0));
            List<Integer> sums = inputs.stream().filter(value -> value != read).toList();
            return () -> windows(convs.get(0).layer().convolution().orElseThrow(), read, sums);
        }

        private void windows(Conv conv, int input, List<Integer> sums) {
            Shape in = graph.shape(input);
            int outBlocks = blocks(out) / out.batch();
            int inBlocks = blocks(in) / in.batch();
            long blockWeights = costOf(graph, node).weightBytes() / outBlocks;
            long parameters = weights.get(node);
            int wide = conv.groupWidth() == Conv.DENSE
                    ? inBlocks
                    : Math.min(inBlocks, Math.max(1, conv.groupWidth(in.channels()) / BLOCK));
            for (int n = 0; n < out.batch(); n++) {
                for (int ob = 0; ob < outBlocks; ob++) {
                    int first = wide == inBlocks ? 0 : (int) ((long) ob * inBlocks / outBlocks) / wide * wide;
                    for (int y = 0; y < out.height(); y++) {
                        for (int ib = first; ib < first + wide; ib++) {
                            window(conv, input, n * inBlocks + ib, y);
                        }
                        visitor.touch(parameters + ob * blockWeights, Math.max(1, blockWeights));
                        for (int sum : sums) {
                            row(sum, n * outBlocks + ob, y);
                        }
                        visitor.touch(rowAddress(result, out, n * outBlocks + ob, y), rowBytes(out));
                    }
                }
            }
        }

        /** The rows under the filter, as one range where they are contiguous. */
        private void window(Conv conv, int input, int block, int y) {
            Shape shape = graph.shape(input);
            int top = y * conv.stride() - conv.padding();
            if (conv.dilation() == 1) {
                int from = Math.max(0, top);
                int to = Math.min(shape.height(), top + conv.kernel());
                if (from < to) {
                    visitor.touch(rowAddress(addresses[input], shape, block, from), (to - from) * rowBytes(shape));
                }
                return;
            }
            for (int r = 0; r < conv.kernel(); r++) {
                int row = top + r * conv.dilation();
                if (row >= 0 && row < shape.height()) {
                    row(input, block, row);
                }
            }
        }

        /** Row by row of the result: the rows of every operand at the same height, and all weights. */
        private void rows() {
            long parameters = costOf(graph, node).weightBytes();
            for (int y = 0; y < out.height(); y++) {
                for (int input : inputs.stream().distinct().toList()) {
                    Shape in = graph.shape(input);
                    int to = (y + 1) * in.height() / out.height();
                    for (int row = y * in.height() / out.height(); row < Math.max(to, 1) && row < in.height(); row++) {
                        for (int block = 0; block < blocks(in); block++) {
                            row(input, block, row);
                        }
                    }
                }
                if (parameters > 0) {
                    visitor.touch(weights.get(node), parameters);
                }
                for (int block = 0; block < blocks(out); block++) {
                    visitor.touch(rowAddress(result, out, block, y), rowBytes(out));
                }
            }
        }

        private void row(int value, int block, int row) {
            Shape shape = graph.shape(value);
            visitor.touch(rowAddress(addresses[value], shape, block, row), rowBytes(shape));
        }

        private long rowAddress(long address, Shape shape, int block, int row) {
            return address + ((long) block * shape.height() + row) * rowBytes(shape);
        }
    }
}

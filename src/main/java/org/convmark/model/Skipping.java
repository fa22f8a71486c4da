package org.convmark.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.convmark.model.Graph.Node;

/**
 * Rewrites a graph so that its residual branches compute some tiles of their maps only, see {@link TileLayer}, or some of their hidden
 * channels, see {@link Gated}. A block x + f(x), with or
 * without an activation after the sum, becomes a mask made from the graph's input, the computed tiles of x gathered, the layers of f and
 * the sum on these tiles, and x with their result in place of what was there. Where f has a convolution with padding, its pixels around a tile come from
 * x before the first layer, and from the other computed tiles later.
 *
 * <p>Only branches in which every layer reads the one before it and nothing else are rewritten, of convolutions at stride 1 that keep the
 * size of the map, norms and activations. Other blocks stay as they are, and so do blocks that would compute all their tiles.
 */
final class Skipping {
    /** In place of rows and columns of a tile: hidden channels are skipped. */
    static final int CHANNELS = -1;

    private final Graph graph;
    private final double share;
    private final int tile;

    /**
     * @param share of the tiles of a batch that are skipped; for 0 all are computed, gathered and scattered like any
     * @param tile rows and columns of a tile, about, see {@link TileLayer.Grid#of}; 0 for the whole map,
     *     {@link #CHANNELS} for channels
     */
    Skipping(Graph graph, double share, int tile) {
        this.graph = graph;
        this.share = share;
        this.tile = tile;
    }

    /**
     * A residual block that can skip.
     *
     * @param input the value x that it reads
     * @param layers nodes of f, by index
     * @param after the activation after the sum, or null
     */
    private record Branch(int input, List<Integer> layers, Activation after) {
        /** Nodes of the block. */
        int length() {
            return layers.size() + (after == null ? 1 : 2);
        }
    }

    /** The rewritten graph; empty if no branch can skip. */
    Optional<Graph> rewritten() {
        Copy copy = new Copy();
        boolean found = false;
        for (int i = 0; i < graph.nodes().size(); ) {
            Optional<Branch> branch = branch(i);
            if (branch.isPresent() && copy.append(branch.get())) {
                i += branch.get().length();
                copy.values.put(graph.inputs().size() + i - 1, copy.last());
                found = true;
            } else {
                Node node = graph.nodes().get(i);
                List<Integer> inputs =
                        node.inputs().stream().map(copy.values::get).toList();
                copy.append(node.layer(), inputs, copy.block(node));
                copy.values.put(graph.inputs().size() + i, copy.last());
                i++;
            }
        }
        return found
                ? Optional.of(new Graph(graph.inputs(), copy.nodes, copy.values.get(graph.head())))
                : Optional.empty();
    }

    /** The block that begins with a node, if it is one that can skip. */
    private Optional<Branch> branch(int first) {
        int block = graph.nodes().get(first).block();
        if (block == 0 || first > 0 && graph.nodes().get(first - 1).block() == block) {
            return Optional.empty();
        }
        int input = graph.nodes().get(first).inputs().get(0);
        List<Integer> layers = new ArrayList<>();
        int value = input;
        int next = first;
        while (isNext(next, block, value, input) && keepsPixels(graph.nodes().get(next))) {
            layers.add(next);
            value = graph.inputs().size() + next++;
        }
        if (layers.isEmpty() || !isIn(next, block) || !isSum(graph.nodes().get(next), value, input)) {
            return Optional.empty();
        }
        int sum = graph.inputs().size() + next++;
        Activation after = isIn(next, block)
                        && graph.nodes().get(next).inputs().equals(List.of(sum))
                        && graph.nodes().get(next).layer() instanceof ElementWise.Activate activate
                        && readers(sum) == 1
                ? activate.function()
                : null;
        boolean ends = !isIn(after == null ? next : next + 1, block);
        return ends ? Optional.of(new Branch(input, layers, after)) : Optional.empty();
    }

    private boolean isIn(int node, int block) {
        return node < graph.nodes().size() && graph.nodes().get(node).block() == block;
    }

    /** Whether a node continues the branch: nothing else reads what it reads. */
    private boolean isNext(int node, int block, int value, int input) {
        return isIn(node, block)
                && graph.nodes().get(node).inputs().equals(List.of(value))
                && (value == input || readers(value) == 1);
    }

    private boolean isSum(Node node, int value, int input) {
        return node.layer() instanceof ElementWise.Add
                && (node.inputs().equals(List.of(value, input)) || node.inputs().equals(List.of(input, value)))
                && readers(value) == 1;
    }

    private long readers(int value) {
        long readers = graph.nodes().stream()
                .flatMap(node -> node.inputs().stream())
                .filter(read -> read == value)
                .count();
        return readers + (graph.head() == value ? 1 : 0);
    }

    /** Whether a pixel of the result is made from pixels around the same place, so that tiles can be cut out. */
    private boolean keepsPixels(Node node) {
        Shape in = graph.shapes(node).get(0);
        return node.layer() instanceof Conv conv
                ? conv.stride() == 1
                        && conv.output(List.of(in)).withChannels(in.channels()).equals(in)
                : node.layer() instanceof Affine
                        || node.layer() instanceof LayerNorm
                        || node.layer() instanceof ElementWise.Activate;
    }

    /** The graph in the making. Parameters belong to new ids, because layers are added. */
    private final class Copy {
        private final List<Node> nodes = new ArrayList<>();

        /** By value of the other graph, what it is here. */
        private final Map<Integer, Integer> values = new HashMap<>();

        private int block;
        private int copied;

        Copy() {
            IntStream.range(0, graph.inputs().size()).forEach(v -> values.put(v, v));
        }

        int last() {
            return graph.inputs().size() + nodes.size() - 1;
        }

        /** The number of a block that is copied. */
        int block(Node node) {
            if (node.block() > 0 && node.block() != copied) {
                copied = node.block();
                block++;
            }
            return node.block() == 0 ? 0 : block;
        }

        int append(Layer layer, List<Integer> inputs, int number) {
            List<Shape> shapes = inputs.stream().map(this::shape).toList();
            nodes.add(new Node(nodes.size(), layer, inputs, layer.output(shapes), number));
            return last();
        }

        private Shape shape(int value) {
            return value < graph.inputs().size()
                    ? graph.inputs().get(value)
                    : nodes.get(value - graph.inputs().size()).output();
        }

        /** Appends a block that skips; returns whether it can skip any. */
        boolean append(Branch branch) {
            return tile == CHANNELS ? appendChannels(branch) : appendTiles(branch);
        }

        /**
         * Appends a block on chosen channels. Channels are hidden between two ungrouped convolutions if only what keeps channels apart is
         * between these. Layers belong to no block, as no fused kernel gathers parameters.
         */
        private boolean appendChannels(Branch branch) {
            Map<Integer, Integer> masks = new HashMap<>();
            int mask = 0;
            int hidden = 0;
            int value = values.get(branch.input);
            for (int i : branch.layers) {
                Layer layer = graph.nodes().get(i).layer();
                boolean dense = isUngrouped(i);
                int read = dense ? hidden : 0;
                int reading = mask;
                if (dense) {
                    hidden = hidden(branch, i);
                    if (hidden > 0 && !masks.containsKey(hidden)) {
                        masks.put(hidden, append(select(hidden), List.of(0), 0));
                    }
                    mask = masks.getOrDefault(hidden, 0);
                }
                int kept = hidden == 0
                        ? graph.nodes().get(i).output().channels()
                        : kept(hidden / Gated.GROUP) * Gated.GROUP;
                List<Integer> inputs = new ArrayList<>(List.of(value));
                if (read > 0) {
                    inputs.add(reading);
                }
                if (layer instanceof ElementWise.Activate || read == 0 && hidden == 0) {
                    value = append(layer, inputs, 0);
                } else {
                    if (hidden > 0) {
                        inputs.add(mask);
                    }
                    Layer chosen = layer instanceof Conv conv ? conv.withChannels(kept) : layer;
                    value = append(new Gated(chosen, read, hidden), inputs, 0);
                }
            }
            if (masks.isEmpty()) {
                return false;
            }
            value = append(new ElementWise.Add(), List.of(value, values.get(branch.input)), 0);
            if (branch.after != null) {
                append(new ElementWise.Activate(branch.after), List.of(value), 0);
            }
            return true;
        }

        /** Channels between a convolution and the next if some can be skipped, else 0. */
        private int hidden(Branch branch, int from) {
            int next = from + 1;
            while (branch.layers.contains(next) && !isUngrouped(next) && keepsChannels(next)) {
                next++;
            }
            Shape out = graph.nodes().get(from).output();
            int groups = out.channels() / Gated.GROUP;
            boolean skips = groups > 1 && (share == 0 || kept(groups) < groups);
            boolean ends = branch.layers.contains(next) && isUngrouped(next);
            return ends
                            && skips
                            && out.channels() % Gated.GROUP == 0
                            && out.batch() == 1
                            && covers(graph.inputs().get(0), parts(groups))
                    ? out.channels()
                    : 0;
        }

        private int kept(int all) {
            return Math.max(1, (int) Math.round((1 - share) * all));
        }

        /** Groups are scored by parts of the graph's input, as many as there are groups. */
        private TileLayer.Grid parts(int groups) {
            int rows = Graph.divisor(groups, (int) Math.sqrt(groups));
            return new TileLayer.Grid(rows, groups / rows, 1, 1);
        }

        private TileLayer.Select select(int channels) {
            int groups = channels / Gated.GROUP;
            return new TileLayer.Select(parts(groups), kept(groups));
        }

        /** Appends a block on tiles; returns whether it can skip any. Layers between two exchanges are a block of their own. */
        private boolean appendTiles(Branch branch) {
            int x = values.get(branch.input);
            TileLayer.Grid grid = TileLayer.Grid.of(shape(x), tile);
            int all = shape(x).batch() * grid.tiles();
            int kept = kept(all);
            if (share > 0 && kept == all || !covers(graph.inputs().get(0), grid)) {
                return false;
            }
            int mask = append(new TileLayer.Select(grid, kept), List.of(0), 0);
            int value = append(new TileLayer.Gather(grid, kept, padding(branch.layers.get(0))), List.of(x, mask), 0);
            int own = padding(branch.layers.get(0)) == 0
                    ? value
                    : append(new TileLayer.Gather(grid, kept, 0), List.of(x, mask), 0);
            block++;
            for (int i : branch.layers) {
                if (i > branch.layers.get(0) && padding(i) > 0) {
                    value = append(new TileLayer.Exchange(grid, padding(i)), List.of(value, mask), 0);
                    block++;
                }
                Layer layer = graph.nodes().get(i).layer();
                value = append(layer instanceof Conv conv ? conv.withoutPadding() : layer, List.of(value), block);
            }
            value = append(new ElementWise.Add(), List.of(value, own), block);
            if (branch.after != null) {
                value = append(new ElementWise.Activate(branch.after), List.of(value), block);
            }
            append(new TileLayer.Scatter(grid, branch.after), List.of(x, mask, value), 0);
            return true;
        }

        /** Whether every tile has pixels of the graph's input to be scored by. */
        private boolean covers(Shape input, TileLayer.Grid grid) {
            return input.height() >= grid.rows() && input.width() >= grid.columns();
        }
    }

    private boolean isUngrouped(int node) {
        int channels = graph.shapes(graph.nodes().get(node)).get(0).channels();
        return graph.nodes().get(node).layer() instanceof Conv conv
                && conv.groupWidth(channels) == channels
                && channels > 1;
    }

    /** Whether each channel of the result is made of the same channel alone. */
    private boolean keepsChannels(int node) {
        Layer layer = graph.nodes().get(node).layer();
        return layer instanceof Affine
                || layer instanceof ElementWise.Activate
                || layer instanceof Conv conv
                        && conv.groupWidth() == 1
                        && conv.outChannels()
                                == graph.shapes(graph.nodes().get(node)).get(0).channels();
    }

    private int padding(int node) {
        return graph.nodes().get(node).layer() instanceof Conv conv ? conv.padding() : 0;
    }
}

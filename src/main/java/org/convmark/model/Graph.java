package org.convmark.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.convmark.model.Conv.Bias;

/**
 * Layers in execution order. Values are numbered: first the inputs, then one per node. Immutable; each fluent method returns a
 * longer graph whose head is the value just added.
 *
 * @param inputs shapes of the external inputs, values 0 to n-1
 * @param nodes node i computes value n+i
 * @param head the value that the next layer continues from, and the graph's result
 */
public record Graph(List<Shape> inputs, List<Node> nodes, int head) {
    /**
     * One layer with the values it reads.
     *
     * @param id names its parameters; stays the same when the graph is rewritten
     * @param layer the layer
     * @param inputs values it reads
     * @param output shape of its result
     * @param block the residual block it belongs to, counted from 1, or 0 for none
     */
    public record Node(int id, Layer layer, List<Integer> inputs, Shape output, int block) {
        /** Copies the list. */
        public Node {
            inputs = List.copyOf(inputs);
        }

        /** Whether the elements of its result are elements of its only input. */
        public boolean movesOne() {
            return layer.isMove() && inputs.size() == 1;
        }
    }

    /** Copies the lists. */
    public Graph {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
    }

    /** A graph without layers. */
    public static Graph of(Shape input) {
        return new Graph(List.of(input), List.of(), 0);
    }

    /** The shape of a value. */
    public Shape shape(int value) {
        return value < inputs.size()
                ? inputs.get(value)
                : nodes.get(value - inputs.size()).output();
    }

    /** The shape of the result. */
    public Shape output() {
        return shape(head);
    }

    /** Shapes of the values that a node reads. */
    public List<Shape> shapes(Node node) {
        return node.inputs().stream().map(this::shape).toList();
    }

    // ---------------------------------------------------------------- fluent

    /** This graph continued from another value. */
    public Graph at(int value) {
        return new Graph(inputs, nodes, value);
    }

    /** Appends a layer that reads the head and then the other values. */
    public Graph then(Layer layer, int... others) {
        List<Integer> in = new ArrayList<>(List.of(head));
        Arrays.stream(others).forEach(in::add);
        return append(layer, in);
    }

    private Graph append(Layer layer, List<Integer> in) {
        Shape output = output(layer, in.stream().map(this::shape).toList());
        List<Node> longer = new ArrayList<>(nodes);
        longer.add(new Node(nodes.size(), layer, in, output, 0));
        return new Graph(inputs, longer, inputs.size() + longer.size() - 1);
    }

    private Shape output(Layer layer, List<Shape> in) {
        try {
            return layer.output(in);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("layer " + (nodes.size() + 1) + ", " + layer + ": " + e.getMessage(), e);
        }
    }

    /** Dense convolution, stride 1, same size. */
    public Graph conv(int kernel, int channels) {
        return conv(kernel, channels, 1);
    }

    /** Dense convolution, padded by half the kernel. */
    public Graph conv(int kernel, int channels, int stride) {
        return then(new Conv(channels, kernel, stride, 1, kernel / 2, Conv.DENSE, Bias.NO));
    }

    /** Dense convolution with that many zero pixels around its input. */
    public Graph conv(int kernel, int channels, int stride, int padding) {
        return then(new Conv(channels, kernel, stride, 1, padding, Conv.DENSE, Bias.NO));
    }

    /** Pointwise convolution with a bias. */
    public Graph biased(int channels) {
        return biased(1, channels, 1, 0);
    }

    /** Dense convolution with a bias, with that many zero pixels around its input. */
    public Graph biased(int kernel, int channels, int stride, int padding) {
        return then(new Conv(channels, kernel, stride, 1, padding, Conv.DENSE, Bias.YES));
    }

    /** Grouped convolution of a group width in channels. */
    public Graph grouped(int kernel, int channels, int stride, int groupWidth) {
        return then(new Conv(channels, kernel, stride, 1, kernel / 2, groupWidth, Bias.NO));
    }

    /** Depthwise convolution. */
    public Graph depthwise(int kernel, int stride) {
        return depthwise(kernel, stride, 1);
    }

    /** Dilated depthwise convolution, padded to the same size. */
    public Graph depthwise(int kernel, int stride, int dilation) {
        int channels = output().channels();
        return then(new Conv(channels, kernel, stride, dilation, kernel / 2 * dilation, 1, Bias.NO));
    }

    /** Batch normalisation. */
    public Graph norm() {
        return then(new Affine.BatchNorm());
    }

    /** Layer normalisation over channels. */
    public Graph layerNorm() {
        return then(new LayerNorm(1e-6f));
    }

    /** A constant factor per channel. */
    public Graph layerScale() {
        return then(new Affine.LayerScale());
    }

    /** An activation. */
    public Graph activate(Activation function) {
        return then(new ElementWise.Activate(function));
    }

    /** Rectifier. */
    public Graph relu() {
        return activate(Activation.RELU);
    }

    /** Rectifier clipped at 6. */
    public Graph relu6() {
        return activate(Activation.RELU6);
    }

    /** Adds another value. */
    public Graph add(int value) {
        return then(new ElementWise.Add(), value);
    }

    /** A slice of channels, starting at an index. */
    public Graph slice(int from, int channels) {
        return then(new Route.Slice(from, channels));
    }

    /** Channel shuffle. */
    public Graph shuffle(int groups) {
        return then(new Route.Shuffle(groups));
    }

    /** Padded pooling. */
    public Graph pool(Pool.Kind kind, int kernel, int stride) {
        return then(new Pool(kind, kernel, stride, (kernel - 1) / 2));
    }

    /** Average of each whole map. */
    public Graph globalPool() {
        return then(Pool.WHOLE_MAP);
    }

    /** Every map moved one pixel up and left. */
    public Graph shift() {
        return then(new Shift());
    }

    /** Every branch continues from the head; their results are concatenated in order. */
    @SafeVarargs
    public final Graph concat(UnaryOperator<Graph>... branches) {
        Graph g = this;
        List<Integer> results = new ArrayList<>();
        for (UnaryOperator<Graph> branch : branches) {
            g = branch.apply(g.at(head));
            results.add(g.head);
        }
        return g.append(new Route.Concat(), results);
    }

    /** f(x) + x; where the shapes differ, x goes through a strided pointwise convolution and a norm (He et al. 2016). */
    public Graph residual(UnaryOperator<Graph> f) {
        Graph g = f.apply(this);
        Shape from = output();
        Shape to = g.output();
        int result = g.head;
        int shortcut = head;
        if (!from.equals(to)) {
            int stride = (from.width() + to.width() - 1) / to.width();
            g = g.at(head).conv(1, to.channels(), stride).norm();
            shortcut = g.head;
        }
        return g.at(result).add(shortcut);
    }

    /** f(x) + x where the shapes agree, else f(x) alone (Sandler et al. 2018). */
    public Graph bypass(UnaryOperator<Graph> f) {
        Graph g = f.apply(this);
        return output().equals(g.output()) ? g.add(head) : g;
    }

    /** Squeeze-excite: the tensor times a gate computed from its global average (Hu et al. 2018). */
    public Graph squeezeExcite(int squeezed) {
        return squeezeExcite(squeezed, Activation.RELU, Activation.SIGMOID);
    }

    /** Squeeze-excite with an activation of the squeezed channels and one of the gate. */
    public Graph squeezeExcite(int squeezed, Activation inner, Activation outer) {
        int channels = output().channels();
        Graph gate =
                globalPool().biased(squeezed).activate(inner).biased(channels).activate(outer);
        return gate.at(head).then(new ElementWise.Multiply(), gate.head);
    }

    /** Applies f this many times. */
    public Graph repeat(int times, UnaryOperator<Graph> f) {
        Graph g = this;
        for (int i = 0; i < times; i++) {
            g = f.apply(g);
        }
        return g;
    }

    /** Applies f and marks all layers it adds as one residual block, the unit of {@link Fusion#BLOCK}. */
    public Graph block(UnaryOperator<Graph> f) {
        int number = nodes.stream().mapToInt(Node::block).max().orElse(0) + 1;
        Graph g = f.apply(this);
        List<Node> marked = new ArrayList<>(g.nodes);
        marked.replaceAll(n -> n.id() < nodes.size() ? n : new Node(n.id(), n.layer(), n.inputs(), n.output(), number));
        return new Graph(inputs, marked, g.head);
    }

    // ---------------------------------------------------------------- costs

    /** One cost per kernel launched, in order; its workspace is the memory of intermediates while it runs. */
    public List<Cost> costs() {
        int[] lastUse = lastUses();
        List<Cost> costs = new ArrayList<>();
        long live = 0;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            int value = inputs.size() + i;
            live += isIntermediate(value) ? node.output().bytes() : 0;
            costs.add(node.layer().cost(shapes(node)).withWorkspace(live));
            for (int v : node.inputs().stream().distinct().toList()) {
                live -= lastUse[v] == i && isIntermediate(v) ? shape(v).bytes() : 0;
            }
        }
        return costs;
    }

    private boolean isIntermediate(int value) {
        return value >= inputs.size() && value != head;
    }

    /** For each value the widest padding of what reads it, in rows. */
    public int[] paddings() {
        int[] paddings = new int[inputs.size() + nodes.size()];
        for (Node node : nodes) {
            for (int i = 0; i < node.inputs().size(); i++) {
                int v = node.inputs().get(i);
                paddings[v] = Math.max(paddings[v], node.layer().reach(i).before());
            }
        }
        return paddings;
    }

    /** For each value, the index of the last node that reads it, -1 if none does. */
    public int[] lastUses() {
        int[] last = new int[inputs.size() + nodes.size()];
        Arrays.fill(last, -1);
        for (int i = 0; i < nodes.size(); i++) {
            for (int v : nodes.get(i).inputs()) {
                last[v] = i;
            }
        }
        return last;
    }

    /** Whether layers share kernels. */
    public boolean isFused() {
        return nodes.stream().anyMatch(node -> node.layer() instanceof Fused);
    }

    /** The cost of the whole graph. */
    public Cost cost() {
        return costs().stream().reduce(Cost.ZERO, Cost::plus);
    }

    /** The largest divisor of n up to a wish: the number of groups, whatever the number of channels. */
    static int divisor(int n, int wish) {
        int d = Math.min(n, wish);
        while (n % d != 0) {
            d--;
        }
        return d;
    }

    /** This graph with those filters compressed that the compression reaches; in {@link Precision#INT8} activations too. */
    public Graph compressed(Compression compression) {
        if (compression == Precision.INT8) {
            return new Quantisation(this).rewritten();
        }
        List<Node> compressed = nodes.stream()
                .map(n -> n.layer() instanceof Conv conv
                                && compression.reaches(conv, shape(n.inputs().get(0)), n.output())
                        ? new Node(n.id(), conv.with(compression), n.inputs(), n.output(), n.block())
                        : n)
                .toList();
        return new Graph(inputs, compressed, head);
    }

    /** This graph with layers fused into kernels. */
    public Graph fuse(Fusion fusion) {
        return switch (fusion) {
            case NONE -> this;
            case EPILOGUE -> Fuser.epilogues(this);
            case BLOCK -> Fuser.blocks(this);
        };
    }
}

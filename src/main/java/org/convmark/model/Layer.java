package org.convmark.model;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One step of a network: what it computes, the shape of its result and what it costs. Everything here is inference;
 * shapes are batch x channels x height x width.
 */
public sealed interface Layer {
    /**
     * The shape of the result.
     *
     * @throws IllegalArgumentException if the inputs do not fit this layer
     */
    Shape output(List<Shape> inputs);

    /** Work and traffic of this layer as a kernel of its own. */
    Cost cost(List<Shape> inputs);

    /** Whether this is one convolution, perhaps with what follows it element by element: what every backend runs as one kernel. */
    default boolean isConvolution() {
        return false;
    }

    /** Which rows of an input a row of the result is made from. */
    ReceptiveField reach(int input);

    /** What a visitor has for this kind. */
    <R> R accept(LayerVisitor<R> visitor);

    /** A layer that multiplies each channel by a constant, so that it can be folded into a convolution before it. */
    sealed interface Affine extends Layer {
        /** Whether a constant per channel is added too. */
        boolean shifts();

        @Override
        default ReceptiveField reach(int input) {
            return ReceptiveField.ROW;
        }

        @Override
        default <R> R accept(LayerVisitor<R> visitor) {
            return visitor.affine(this);
        }

        @Override
        default Shape output(List<Shape> inputs) {
            return single(this, inputs);
        }

        @Override
        default Cost cost(List<Shape> inputs) {
            int terms = shifts() ? 2 : 1;
            return elementWise(inputs, terms, (long) terms * inputs.get(0).channels());
        }
    }

    /**
     * Convolution, also called cross-correlation: out[o][y][x] = sum over c, r, s of filter[o][c][r][s] *
     * in[c][y * stride + r * dilation - padding][...]. Dense, grouped, depthwise and pointwise are values of this record.
     *
     * @param outChannels channels of the result
     * @param kernel rows and columns of the filter
     * @param stride step of the filter in pixels
     * @param dilation distance of filter taps in pixels
     * @param padding zero pixels around the input on every side
     * @param groupWidth input channels that one filter sees; {@link #DENSE} for all
     * @param bias whether a constant per output channel is added
     */
    record Conv(int outChannels, int kernel, int stride, int dilation, int padding, int groupWidth, Bias bias)
            implements Layer {
        /** Group width of a convolution in which every filter sees every input channel. */
        public static final int DENSE = 0;

        /** @throws IllegalArgumentException if a number is out of range */
        public Conv {
            if (outChannels < 1 || kernel < 1 || stride < 1 || dilation < 1 || padding < 0 || groupWidth < 0) {
                throw new IllegalArgumentException(
                        "a convolution needs positive channels, kernel, stride and dilation, not " + outChannels + ", "
                                + kernel + ", " + stride + ", " + dilation);
            }
        }

        /** Input channels that one filter sees, for this many input channels. */
        public int groupWidth(int inChannels) {
            return groupWidth == DENSE ? inChannels : groupWidth;
        }

        /** Filters per group, for this many input channels. */
        public int groupOut(int inChannels) {
            return outChannels / (inChannels / groupWidth(inChannels));
        }

        /** Products behind one result. */
        public long taps(int inChannels) {
            return (long) kernel * kernel * groupWidth(inChannels);
        }

        @Override
        public boolean isConvolution() {
            return true;
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.conv(this);
        }

        @Override
        public ReceptiveField reach(int input) {
            return new ReceptiveField(stride, padding, (kernel - 1) * dilation - padding);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = single(this, inputs);
            int width = groupWidth(in.channels());
            if (in.channels() % width != 0 || outChannels % (in.channels() / width) != 0) {
                throw new IllegalArgumentException("groups of " + width + " channels do not divide " + in.channels()
                        + " input and " + outChannels + " output channels");
            }
            return new Shape(in.batch(), outChannels, extent(in.height()), extent(in.width()));
        }

        private int extent(int size) {
            return windows(size, (kernel - 1) * dilation + 1, stride, padding, padding);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            Shape in = inputs.get(0);
            Shape out = output(inputs);
            long taps = taps(in.channels());
            long macs = out.elements() * taps;
            long biases = bias == Bias.YES ? outChannels : 0;
            return new Cost(
                    macs,
                    2 * macs + (biases > 0 ? out.elements() : 0),
                    in.bytes(),
                    out.bytes(),
                    (outChannels * taps + biases) * Shape.ELEMENT_BYTES,
                    0,
                    taps + (biases > 0 ? 1 : 0));
        }
    }

    /** Whether a convolution adds a constant per output channel. */
    enum Bias {
        YES,
        NO
    }

    /** Batch normalisation at inference: x * scale + shift per channel (Ioffe and Szegedy 2015). */
    record BatchNorm() implements Affine {
        @Override
        public boolean shifts() {
            return true;
        }
    }

    /** Multiplication by a constant per channel (Touvron et al. 2021, ConvNeXt's gamma). */
    record LayerScale() implements Affine {
        @Override
        public boolean shifts() {
            return false;
        }
    }

    /** Normalisation over the channels of each pixel, then gain and bias per channel (Ba et al. 2016; ConvNeXt). */
    record LayerNorm(float epsilon) implements Layer {
        @Override
        public ReceptiveField reach(int input) {
            return ReceptiveField.ROW;
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.layerNorm(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            return single(this, inputs);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            Shape in = inputs.get(0);
            Cost cost = elementWise(inputs, 8, 2L * in.channels());
            return cost.plus(new Cost(0, 0, 0, 0, 0, 0, 2L * in.channels()));
        }
    }

    /** An element-wise non-linearity. */
    record Activate(Activation function) implements Layer {
        @Override
        public ReceptiveField reach(int input) {
            return ReceptiveField.ROW;
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.activate(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            return single(this, inputs);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            return elementWise(inputs, 1, 0);
        }
    }

    /** The sum of two tensors of the same shape. */
    record Add() implements Layer {
        @Override
        public ReceptiveField reach(int input) {
            return ReceptiveField.ROW;
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.add(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            if (inputs.size() != 2 || !inputs.get(0).equals(inputs.get(1))) {
                throw new IllegalArgumentException("only two tensors of the same shape can be added, not " + inputs);
            }
            return inputs.get(0);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            return elementWise(inputs, 1, 0);
        }
    }

    /** The first tensor times a gate of one pixel, channel by channel (squeeze-excite, Hu et al. 2018). */
    record Multiply() implements Layer {
        @Override
        public ReceptiveField reach(int input) {
            return input == 0 ? ReceptiveField.ROW : ReceptiveField.GATE;
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.multiply(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            if (inputs.size() != 2
                    || !inputs.get(1)
                            .equals(new Shape(
                                    inputs.get(0).batch(), inputs.get(0).channels(), 1, 1))) {
                throw new IllegalArgumentException("a tensor is multiplied by one value per channel, not by " + inputs);
            }
            return inputs.get(0);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            return elementWise(inputs, 1, 0);
        }
    }

    /** A layer that moves channels and computes nothing: output channel c is channel {@code source(c)} of all inputs. */
    sealed interface Route extends Layer {
        /** For each output channel its index in the concatenation of all inputs. */
        int[] sources(List<Shape> inputs);

        /** What a visitor has for this kind of route. */
        <R> R accept(RouteVisitor<R> visitor);

        @Override
        default ReceptiveField reach(int input) {
            return ReceptiveField.ROW;
        }

        @Override
        default <R> R accept(LayerVisitor<R> visitor) {
            return visitor.route(this);
        }

        /**
         * Where a channel comes from.
         *
         * @param input which input
         * @param channel which channel of it
         */
        record Source(int input, int channel) {
            /** The source with an index in the concatenation of inputs with so many channels each. */
            public static Source of(int index, int[] channels) {
                int input = 0;
                int channel = index;
                while (channel >= channels[input]) {
                    channel -= channels[input++];
                }
                return new Source(input, channel);
            }
        }

        @Override
        default Cost cost(List<Shape> inputs) {
            long bytes = output(inputs).bytes();
            return new Cost(0, 0, bytes, bytes, 0, 0, 0);
        }
    }

    /** All inputs behind one another along the channels. */
    record Concat() implements Route {
        @Override
        public <R> R accept(RouteVisitor<R> visitor) {
            return visitor.concat(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape first = inputs.get(0);
            int channels = 0;
            for (Shape s : inputs) {
                if (!s.withChannels(1).equals(first.withChannels(1))) {
                    throw new IllegalArgumentException(
                            "only tensors of the same size can be concatenated, not " + inputs);
                }
                channels += s.channels();
            }
            return first.withChannels(channels);
        }

        @Override
        public int[] sources(List<Shape> inputs) {
            return IntStream.range(0, output(inputs).channels()).toArray();
        }
    }

    /** A range of channels. */
    record Slice(int from, int channels) implements Route {
        @Override
        public <R> R accept(RouteVisitor<R> visitor) {
            return visitor.slice(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = single(this, inputs);
            if (from < 0 || from + channels > in.channels()) {
                throw new IllegalArgumentException(
                        "channels " + from + " to " + (from + channels) + " are not in a tensor of " + in.channels());
            }
            return in.withChannels(channels);
        }

        @Override
        public int[] sources(List<Shape> inputs) {
            return IntStream.range(from, from + channels).toArray();
        }
    }

    /** Channels of all groups interleaved: output c is channel c / groups of group c % groups (Zhang et al. 2018). */
    record Shuffle(int groups) implements Route {
        @Override
        public <R> R accept(RouteVisitor<R> visitor) {
            return visitor.shuffle(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = single(this, inputs);
            if (groups < 1 || in.channels() % groups != 0) {
                throw new IllegalArgumentException(groups + " groups do not divide " + in.channels() + " channels");
            }
            return in;
        }

        @Override
        public int[] sources(List<Shape> inputs) {
            int size = inputs.get(0).channels() / groups;
            return IntStream.range(0, size * groups)
                    .map(c -> c % groups * size + c / groups)
                    .toArray();
        }
    }

    /**
     * Every map moved one pixel up and left; zeros come in from below and from the right. The second half of a factorized
     * reduction reads the pixels that the strided first half leaves out (Zoph et al. 2018).
     */
    record Shift() implements Layer {
        @Override
        public Shape output(List<Shape> inputs) {
            return single(this, inputs);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            return elementWise(inputs, 0, 0);
        }

        @Override
        public ReceptiveField reach(int input) {
            return new ReceptiveField(1, 0, 1);
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.shift(this);
        }
    }

    /**
     * A reduction over a window of each feature map. Padding is neutral: minus infinity for a maximum, not counted in an
     * average, zero for a blur.
     *
     * @param kind what is reduced how
     * @param kernel rows and columns of the window, 0 for the whole map
     * @param stride step of the window
     * @param padding neutral pixels before the first row and column
     * @param after neutral pixels behind the last row and column; a stride less one more than before it is what frameworks
     *     call ceil mode
     */
    record Pool(Kind kind, int kernel, int stride, int padding, int after) implements Layer {
        /** Average of the whole map. */
        public static final Pool WHOLE_MAP = new Pool(Kind.GLOBAL, 0, 1, 0);

        /** @throws IllegalArgumentException if a blur is padded unevenly: it is a convolution */
        public Pool {
            if (kind == Kind.BLUR && after != padding) {
                throw new IllegalArgumentException("a blur has the same padding on every side");
            }
        }

        /** The same padding on every side. */
        public Pool(Kind kind, int kernel, int stride, int padding) {
            this(kind, kernel, stride, padding, padding);
        }

        /** Kinds of pooling. */
        public enum Kind {
            MAX,
            AVERAGE,
            /** Average of the whole map. */
            GLOBAL,
            /** Binomial 3x3 filter (1 2 1)x(1 2 1)/16, zero padding (Zhang 2019, BlurPool). */
            BLUR
        }

        /** The weight of the tap in row r, column s of a blur. */
        public static float blur(int r, int s) {
            return (r == 1 ? 2 : 1) * (s == 1 ? 2 : 1) / 16f;
        }

        /** The depthwise convolution that a blur is. */
        public Conv blurConv(int channels) {
            return new Conv(channels, kernel, stride, 1, padding, 1, Bias.NO);
        }

        /** Its filter: channel x row x column. */
        public float[] blurFilter(int channels) {
            float[] filter = new float[channels * kernel * kernel];
            for (int i = 0; i < filter.length; i++) {
                filter[i] = blur(i / kernel % kernel, i % kernel);
            }
            return filter;
        }

        @Override
        public ReceptiveField reach(int input) {
            return kind == Kind.GLOBAL ? ReceptiveField.MAP : new ReceptiveField(stride, padding, kernel - 1 - padding);
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.pool(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = single(this, inputs);
            return kind == Kind.GLOBAL
                    ? new Shape(in.batch(), in.channels(), 1, 1)
                    : new Shape(
                            in.batch(),
                            in.channels(),
                            windows(in.height(), kernel, stride, padding, after),
                            windows(in.width(), kernel, stride, padding, after));
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            Shape in = inputs.get(0);
            Shape out = output(inputs);
            long window = kind == Kind.GLOBAL ? in.pixels() : (long) kernel * kernel;
            long perTap = kind == Kind.BLUR ? 2 : 1;
            return new Cost(0, out.elements() * window * perTap, in.bytes(), out.bytes(), 0, 0, window);
        }
    }

    /**
     * A sub-graph run as one kernel: the body's arithmetic, but only its external bytes.
     *
     * @param body the layers; its inputs are this layer's inputs
     */
    record Fused(Graph body) implements Layer {
        @Override
        public boolean isConvolution() {
            int first = body.inputs().size();
            Epilogue epilogue = new Epilogue();
            return body.nodes().get(0).layer() instanceof Conv
                    && IntStream.range(1, body.nodes().size()).allMatch(i -> {
                        Graph.Node node = body.nodes().get(i);
                        List<Integer> inside =
                                node.inputs().stream().filter(v -> v >= first).toList();
                        return inside.equals(List.of(first + i - 1)) && epilogue.takes(node.layer());
                    });
        }

        /** Known of bodies that read it in their first layer, or row by row: a convolution with its epilogue. */
        @Override
        public ReceptiveField reach(int input) {
            return body.nodes().stream()
                    .filter(node -> node.inputs().contains(input))
                    .map(node -> node.layer().reach(node.inputs().indexOf(input)))
                    .reduce(ReceptiveField::and)
                    .orElse(ReceptiveField.ROW);
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.fused(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            if (!inputs.equals(body.inputs())) {
                throw new IllegalArgumentException("a fused kernel for " + body.inputs() + " got " + inputs);
            }
            return body.output();
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            Cost inside = body.cost();
            long read = inputs.stream().mapToLong(Shape::bytes).sum();
            return new Cost(
                    inside.macs(),
                    inside.flops(),
                    read,
                    body.output().bytes(),
                    inside.weightBytes(),
                    0,
                    inside.accumulationDepth());
        }
    }

    private static Shape single(Layer layer, List<Shape> inputs) {
        if (inputs.size() != 1) {
            throw new IllegalArgumentException(layer + " takes one input, not " + inputs.size());
        }
        return inputs.get(0);
    }

    private static Cost elementWise(List<Shape> inputs, int flopsPerElement, long parameters) {
        long read = inputs.stream().mapToLong(Shape::bytes).sum();
        Shape out = inputs.get(0);
        return new Cost(
                0,
                flopsPerElement * out.elements(),
                read,
                out.bytes(),
                parameters * Shape.ELEMENT_BYTES,
                0,
                flopsPerElement);
    }

    private static int windows(int size, int window, int stride, int before, int after) {
        int room = size + before + after - window;
        if (room < 0) {
            throw new IllegalArgumentException("a window of " + window + " pixels does not fit a map of " + size
                    + " with padding " + before + " and " + after);
        }
        return room / stride + 1;
    }
}

package org.convmark.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
 * @param compression of the filter
 */
public record Conv(
        int outChannels,
        int kernel,
        int stride,
        int dilation,
        int padding,
        int groupWidth,
        Bias bias,
        Compression compression)
        implements Layer {
    /** Group width of a convolution in which every filter sees every input channel. */
    public static final int DENSE = 0;

    /** Whether a convolution adds a constant per output channel. */
    public enum Bias {
        YES,
        NO
    }

    /** @throws IllegalArgumentException if a number is out of range */
    public Conv {
        if (outChannels < 1 || kernel < 1 || stride < 1 || dilation < 1 || padding < 0 || groupWidth < 0) {
            throw new IllegalArgumentException(
                    "a convolution needs positive channels, kernel, stride and dilation, not " + outChannels + ", "
                            + kernel + ", " + stride + ", " + dilation);
        }
    }

    /** A convolution that is not compressed. */
    public Conv(int outChannels, int kernel, int stride, int dilation, int padding, int groupWidth, Bias bias) {
        this(outChannels, kernel, stride, dilation, padding, groupWidth, bias, Compression.NONE);
    }

    /** The same with its filter compressed in another way. */
    public Conv with(Compression other) {
        return new Conv(outChannels, kernel, stride, dilation, padding, groupWidth, bias, other);
    }

    /** The same with weights of fewer bits and a bias. */
    Conv with(Precision precision, Bias other) {
        return new Conv(outChannels, kernel, stride, dilation, padding, groupWidth, other, precision);
    }

    /** The format of its weights. */
    public Precision precision() {
        return compression instanceof Precision precision ? precision : Precision.FP32;
    }

    /** The same depthwise or ungrouped convolution of other numbers of channels. */
    Conv withChannels(int channels) {
        int group = groupWidth == 1 ? 1 : DENSE;
        return new Conv(channels, kernel, stride, dilation, padding, group, bias, compression);
    }

    /** The same for an input that has its zero pixels already. */
    Conv withoutPadding() {
        return new Conv(outChannels, kernel, stride, dilation, 0, groupWidth, bias, compression);
    }

    /** Input channels that one filter sees, for this many input channels. */
    public int groupWidth(int inChannels) {
        return groupWidth == DENSE ? inChannels : groupWidth;
    }

    /** Filters per group, for this many input channels. */
    public int groupOut(int inChannels) {
        return outChannels / (inChannels / groupWidth(inChannels));
    }

    /** Products behind one result, those with zeros too. */
    public long taps(int inChannels) {
        return (long) kernel * kernel * groupWidth(inChannels);
    }

    /** Pairs of a result and a tap of the filter that meet inside the input, along a side of the input of this extent. */
    long tapsInside(int size) {
        return IntStream.range(0, extent(size))
                .mapToLong(at -> IntStream.range(0, kernel)
                        .map(tap -> at * stride + tap * dilation - padding)
                        .filter(x -> x >= 0 && x < size)
                        .count())
                .sum();
    }

    @Override
    public int inputBits(int input) {
        return precision().activationBits();
    }

    @Override
    public boolean isConvolution() {
        return true;
    }

    @Override
    public Optional<Conv> convolution() {
        return Optional.of(this);
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
        Shape in = ShapeInference.single(this, inputs);
        int width = groupWidth(in.channels());
        if (in.channels() % width != 0 || outChannels % (in.channels() / width) != 0) {
            throw new IllegalArgumentException("groups of " + width + " channels do not divide " + in.channels()
                    + " input and " + outChannels + " output channels");
        }
        return new Shape(in.batch(), outChannels, extent(in.height()), extent(in.width()));
    }

    private int extent(int size) {
        return ShapeInference.windows(size, (kernel - 1) * dilation + 1, stride, padding, padding);
    }

    @Override
    public Cost cost(List<Shape> inputs) {
        Shape in = inputs.get(0);
        Shape out = output(inputs);
        long taps = taps(in.channels());
        long macs = Math.multiplyExact(out.batch() * out.pixels(), compression.weights(outChannels, taps));
        long biases = bias == Bias.YES ? outChannels : 0;
        return new Cost(
                macs,
                Math.addExact(Math.multiplyExact(2, macs), biases > 0 ? out.elements() : 0),
                in.bytes() * inputBits(0) / Float.SIZE,
                out.bytes(),
                compression.bytes(outChannels, taps) + biases * Shape.ELEMENT_BYTES,
                0,
                taps + (biases > 0 ? 1 : 0));
    }

    @Override
    public double leastFlops(List<Shape> inputs) {
        return Algorithm.leastFlops(this, inputs.get(0));
    }
}

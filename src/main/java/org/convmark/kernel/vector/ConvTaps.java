package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.convmark.model.Layer;

/**
 * The part of a convolution's filter that gives one or two blocks of output channels, as register tiles read it: a table
 * of taps relative to the pixel's place in channel block 0, with a vector of weights for each block. Groups narrower
 * than that appear as zeros: the general form costs them arithmetic, not another kernel.
 */
public final class ConvTaps {
    public final int[] offsets;
    public final float[] weights;
    public final float[] bias;

    /**
     * The first tap, 0. A loop from a constant 0 is slower on JDK 17: C2 then knows that the index of the weights begins
     * at 0 too and keeps it in registers and copies of its own.
     */
    public final int start;

    /** The first of the blocks. */
    final int block;

    /** Vectors of output channels: the second may lie behind the last block, then it is all zeros. */
    final int vectors;

    private final Layer.Conv conv;
    private final int group;
    private final int groupOut;

    /**
     * A matrix with one pair of output blocks.
     *
     * @param offsets of the channels of the other matrix
     * @param weights per channel 2 L
     */
    ConvTaps(int[] offsets, float[] weights) {
        this.conv = new Layer.Conv(2 * L, 1, 1, 1, 0, Layer.Conv.DENSE, Layer.Bias.NO);
        this.group = offsets.length;
        this.groupOut = 2 * L;
        this.start = 0;
        this.block = 0;
        this.vectors = 2;
        this.offsets = offsets;
        this.weights = weights;
        this.bias = new float[2 * L];
    }

    private ConvTaps(Layer.Conv conv, float[] filter, float[] bias, Blocked in, int block, int vectors) {
        this.conv = conv;
        this.group = conv.groupWidth(in.shape.channels());
        this.groupOut = conv.groupOut(in.shape.channels());
        this.start = 0;
        this.block = block;
        this.vectors = vectors;
        this.bias = Arrays.copyOfRange(Lanes.padded(bias), block * L, (block + vectors) * L);
        int first = block * L / groupOut * group;
        int last = (Math.min((block + vectors) * L, conv.outChannels()) - 1) / groupOut * group + group;
        this.offsets = new int[(last - first) * conv.kernel() * conv.kernel()];
        this.weights = new float[Math.multiplyExact(offsets.length, vectors * L)];
        fill(first, last, filter, in);
    }

    /** All blocks, two at a time. */
    static List<ConvTaps> pairs(Layer.Conv conv, float[] filter, float[] bias, Blocked in) {
        List<ConvTaps> all = new ArrayList<>();
        for (int block = 0; block * L < conv.outChannels(); block += 2) {
            all.add(new ConvTaps(conv, filter, bias, in, block, 2));
        }
        return all;
    }

    /** All blocks, two at a time where both lie in one group: a pair in two would read the channels of both. */
    static List<ConvTaps> withinGroups(Layer.Conv conv, float[] filter, float[] bias, Blocked in) {
        int groupOut = conv.groupOut(in.shape.channels());
        int channels = conv.outChannels();
        List<ConvTaps> all = new ArrayList<>();
        int block = 0;
        while (block * L < channels) {
            int lastOfTwo = Math.min((block + 2) * L, channels) - 1;
            boolean one = (block + 1) * L >= channels || block * L / groupOut != lastOfTwo / groupOut;
            all.add(new ConvTaps(conv, filter, bias, in, block, one ? 1 : 2));
            block += one ? 1 : 2;
        }
        return all;
    }

    /** Taps in the order block, row, column, channel: neighbours in the table are neighbours in memory. */
    private void fill(int first, int last, float[] filter, Blocked in) {
        int k = 0;
        for (int from = first; from < last; from = (from / L + 1) * L) {
            for (int r = 0; r < conv.kernel(); r++) {
                for (int s = 0; s < conv.kernel(); s++) {
                    for (int c = from; c < Math.min(last, (from / L + 1) * L); c++) {
                        offsets[k] = c / L * in.block + r * conv.dilation() * in.row + s * conv.dilation() * L + c % L;
                        weights(k++, filter, c, r, s);
                    }
                }
            }
        }
    }

    private void weights(int k, float[] filter, int c, int r, int s) {
        for (int i = 0; i < vectors * L; i++) {
            int out = block * L + i;
            if (out < conv.outChannels() && out / groupOut == c / group) {
                weights[k * vectors * L + i] =
                        filter[((out * group + c % group) * conv.kernel() + r) * conv.kernel() + s];
            }
        }
    }
}

package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

import java.util.Arrays;
import org.convmark.model.Layer;

/**
 * The filter of a convolution as register tiles read it. Output channels are taken two blocks at a time; a pair reads
 * the taps in {@code offsets[start[pair]]} up to {@code start[pair + 1]}, relative to the pixel's place in channel block
 * 0, with 2 L weights each. Groups narrower than a pair appear as zeros: the general form costs them arithmetic, not
 * another kernel.
 */
public final class ConvTaps {
    public final int[] start;
    public final int[] offsets;
    public final float[] weights;
    public final float[] bias;

    /** Pairs of output blocks. */
    final int pairs;

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
        this.pairs = 1;
        this.start = new int[] {0, offsets.length};
        this.offsets = offsets;
        this.weights = weights;
        this.bias = new float[2 * L];
    }

    ConvTaps(Layer.Conv conv, float[] filter, float[] bias, Blocked in) {
        this.conv = conv;
        this.group = conv.groupWidth(in.shape.channels());
        this.groupOut = conv.groupOut(in.shape.channels());
        this.pairs = (Lanes.blocks(conv.outChannels()) + 1) / 2;
        this.bias = Arrays.copyOf(bias, pairs * 2 * L);
        this.start = new int[pairs + 1];
        int window = conv.kernel() * conv.kernel();
        for (int pair = 0; pair < pairs; pair++) {
            start[pair + 1] = start[pair] + (lastIn(pair) - firstIn(pair)) * window;
        }
        this.offsets = new int[start[pairs]];
        this.weights = new float[Math.multiplyExact(start[pairs], 2 * L)];
        for (int pair = 0; pair < pairs; pair++) {
            fill(pair, filter, in);
        }
    }

    private int firstIn(int pair) {
        return pair * 2 * L / groupOut * group;
    }

    private int lastIn(int pair) {
        return (Math.min((pair + 1) * 2 * L, conv.outChannels()) - 1) / groupOut * group + group;
    }

    /** Taps in the order block, row, column, channel: neighbours in the table are neighbours in memory. */
    private void fill(int pair, float[] filter, Blocked in) {
        int k = start[pair];
        int first = firstIn(pair);
        int last = lastIn(pair);
        for (int from = first; from < last; from = (from / L + 1) * L) {
            for (int r = 0; r < conv.kernel(); r++) {
                for (int s = 0; s < conv.kernel(); s++) {
                    for (int c = from; c < Math.min(last, (from / L + 1) * L); c++) {
                        offsets[k] = c / L * in.block + r * conv.dilation() * in.row + s * conv.dilation() * L + c % L;
                        weights(pair, k++, filter, c, r, s);
                    }
                }
            }
        }
    }

    private void weights(int pair, int k, float[] filter, int c, int r, int s) {
        for (int i = 0; i < 2 * L; i++) {
            int out = pair * 2 * L + i;
            if (out < conv.outChannels() && out / groupOut == c / group) {
                weights[k * 2 * L + i] = filter[((out * group + c % group) * conv.kernel() + r) * conv.kernel() + s];
            }
        }
    }
}

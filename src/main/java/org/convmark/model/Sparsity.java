package org.convmark.model;

/**
 * The zeros of a pruned filter. Where they are is drawn with the weights; how many there are is exact. Blocks are zero as a whole: {@code
 * block} neighbouring output channels at one input channel, row and column of the filter. If the channels do not fill the last block of
 * each such place, these last blocks keep their own share.
 *
 * @param density share of the blocks that are not zero, above 0 and at most 1
 * @param block output channels of a block; 1 for zeros anywhere, 0 for a filter that is not pruned
 */
public record Sparsity(double density, int block) {
    /** A filter that is not pruned. */
    public static final Sparsity NONE = new Sparsity(1, 0);

    /** Fewer input channels stay dense: the first layer of a network, and layers with few weights to lose. */
    static final int LEAST_CHANNELS = 16;

    /** Whether a filter is not pruned. */
    public boolean isNone() {
        return block == 0;
    }

    /** Whether pruning reaches a convolution: ungrouped, of {@value #LEAST_CHANNELS} input channels or more, on more than one pixel. */
    static boolean reaches(Conv conv, Shape in, Shape out) {
        return in.channels() >= LEAST_CHANNELS && conv.groupWidth(in.channels()) == in.channels() && out.pixels() > 1;
    }

    /** Blocks that are kept of some: at least one. */
    public long kept(long blocks) {
        return Math.max(1, Math.round(density * blocks));
    }

    /**
     * Weights of a filter that are not zero.
     *
     * @param taps products behind one result of a filter that is not pruned
     */
    public long weights(int outChannels, long taps) {
        if (isNone()) {
            return outChannels * taps;
        }
        long whole = outChannels / block;
        int last = outChannels % block;
        return (whole == 0 ? 0 : kept(whole * taps) * block) + (last == 0 ? 0 : kept(taps) * last);
    }

    /** As an axis writes it: {@code 0.3@16}. */
    @Override
    public String toString() {
        return isNone() ? "none" : block == 1 ? String.valueOf(density) : density + "@" + block;
    }
}

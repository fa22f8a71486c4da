package org.convmark.model;

/**
 * The zeros of a pruned filter. Where they are is drawn with the weights; how many there are is exact. Blocks are zero as a whole: {@code
 * block} neighbouring output channels at one input channel, row and column of the filter. If the channels do not fill the last block of
 * each such place, these last blocks keep their own share.
 *
 * @param density share of the blocks that are not zero, above 0 and at most 1
 * @param block output channels of a block; 1 for zeros anywhere
 */
public record Sparsity(double density, int block) implements Compression {
    @Override
    public boolean isNone() {
        return false;
    }

    /** Ungrouped convolutions of some channels on more than one pixel. */
    @Override
    public boolean reaches(Conv conv, Shape in, Shape out) {
        return Compression.isWide(conv, in) && out.pixels() > 1;
    }

    /** Blocks that are kept of some: at least one. */
    public long kept(long blocks) {
        return Math.max(1, Math.round(density * blocks));
    }

    @Override
    public long weights(int outChannels, long taps) {
        long whole = outChannels / block;
        int last = outChannels % block;
        return (whole == 0 ? 0 : kept(whole * taps) * block) + (last == 0 ? 0 : kept(taps) * last);
    }

    @Override
    public long bytes(int outChannels, long taps) {
        return weights(outChannels, taps) * Shape.ELEMENT_BYTES;
    }

    /** As an axis writes it: {@code density 0.3@16}. */
    @Override
    public String toString() {
        return "density " + density + (block == 1 ? "" : "@" + block);
    }
}

package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;

/**
 * A pruned filter as lists of its weights that are not zero, for tiles with pixels in the lanes. Two neighbouring output channels are a
 * pair: an input that both need is loaded once. The sums of a pair may be made in any order, so its taps are in three lists, one after
 * the other: those of the first channel alone, of the second alone, and of both, with two weights each. Taps come in parts, of which each
 * reads no more of the input than L1 holds.
 */
public final class SparseFilter {
    /** Output channels of a pair. */
    public static final int PAIR = 2;

    /** Pairs of a block of output channels. */
    public static final int PAIRS = L / PAIR;

    /** Lists of a pair. */
    private static final int LISTS = (1 << PAIR) - 1;

    /** Entries of {@link #starts} for a pair. */
    public static final int ENTRIES = LISTS + 2;

    /** For each tap of the lists, the offset of its input from that of a tile's first pixel, in floats. */
    public final int[] offsets;

    /** In the order of the lists. */
    public final float[] weights;

    /** One per output channel of all blocks. */
    public final float[] bias;

    /** For each part and pair its first tap, its first weight, and the taps at which its lists end. */
    public final int[] starts;

    /** Parts of the taps. */
    public final int parts;

    /**
     * @param filter output channel x tap
     * @param bias one per output channel
     * @param places offset of the input of each tap
     * @param most taps of a part
     */
    public SparseFilter(float[] filter, float[] bias, int[] places, int most) {
        int taps = places.length;
        this.bias = Lanes.padded(bias);
        this.parts = (taps + most - 1) / most;
        int pairs = this.bias.length / PAIR;
        this.starts = new int[parts * pairs * ENTRIES];
        int[] at = new int[filter.length];
        float[] kept = new float[filter.length];
        int tap = 0;
        int weight = 0;
        for (int i = 0; i < parts * pairs; i++) {
            int end = Math.min((i / pairs + 1) * most, taps);
            starts[i * ENTRIES] = tap;
            starts[i * ENTRIES + 1] = weight;
            for (int list = 1; list <= LISTS; list++) {
                for (int t = i / pairs * most; t < end; t++) {
                    if (list(filter, i % pairs, taps, t) == list) {
                        at[tap++] = places[t];
                        for (int o = 0; o < PAIR; o++) {
                            if ((list >> o & 1) == 1) {
                                kept[weight++] = filter[(i % pairs * PAIR + o) * taps + t];
                            }
                        }
                    }
                }
                starts[i * ENTRIES + 1 + list] = tap;
            }
        }
        this.offsets = Arrays.copyOf(at, tap);
        this.weights = Arrays.copyOf(kept, weight);
    }

    /** Bit o is set if output channel o of the pair needs the tap. */
    private static int list(float[] filter, int pair, int taps, int t) {
        int list = 0;
        for (int o = 0; o < PAIR; o++) {
            int weight = (pair * PAIR + o) * taps + t;
            list |= weight < filter.length && filter[weight] != 0 ? 1 << o : 0;
        }
        return list;
    }

    /** Entry of {@link #starts} of the first pair of a block. */
    public int entry(int part, int block) {
        return (part * (bias.length / PAIR) + block * PAIRS) * ENTRIES;
    }
}

package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turns pixels of L channels into channels of L pixels, and back. Rows exchange lanes with the row whose number differs in one bit, bit
 * by bit, two bits in a pass. Shuffles and masks are constants, so that C2 keeps them in registers for a whole pass.
 */
public final class Transposition {
    /** Vectors of scratch that a call needs. */
    public static final int SCRATCH = 64;

    private static final VectorShuffle<Float> FLIP_1 = flip(1), FLIP_2 = flip(2), FLIP_4 = flip(4), FLIP_8 = flip(8);
    private static final VectorMask<Float> ODD_1 = odd(1), ODD_2 = odd(2), ODD_4 = odd(4), ODD_8 = odd(8);
    private static final VectorMask<Float> EVEN_1 = ODD_1.not(), EVEN_2 = ODD_2.not(), EVEN_4 = ODD_4.not();
    private static final VectorMask<Float> EVEN_8 = ODD_8.not();

    private Transposition() {}

    private static VectorShuffle<Float> flip(int bit) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane ^ bit) % L);
    }

    private static VectorMask<Float> odd(int bit) {
        boolean[] odd = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            odd[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(FLOATS, odd, 0);
    }

    /**
     * Transposes vectors, L at a time.
     *
     * @param places offset of each vector; their number is a multiple of L
     * @param step floats from one vector of a result to the next
     * @param next floats from the result of L vectors to that of the next L
     * @param scratch where {@link #SCRATCH} vectors may be kept
     */
    public static void run(
            float[] in, int p, int[] places, float[] out, int q, int step, int next, float[] scratch, int s) {
        for (int from = 0; from < places.length; from += SCRATCH) {
            int to = Math.min(from + SCRATCH, places.length);
            int o = q + from / L * next;
            if (L == 4) {
                first(in, p, places, from, to, out, o, step, next);
            } else {
                first(in, p, places, from, to, scratch, s, L, 4 * L);
                second(scratch, s, (to - from) / L, out, o, step, next);
            }
        }
    }

    /** The two lowest bits, of four vectors at a time. */
    private static void first(
            float[] in, int p, int[] places, int from, int to, float[] out, int q, int step, int next) {
        VectorShuffle<Float> flip1 = FLIP_1, flip2 = FLIP_2;
        VectorMask<Float> odd1 = ODD_1, odd2 = ODD_2, even1 = EVEN_1, even2 = EVEN_2;
        int o = q;
        for (int i = from; i < to; i += 4) {
            FloatVector a = FloatVector.fromArray(FLOATS, in, p + places[i]);
            FloatVector b = FloatVector.fromArray(FLOATS, in, p + places[i + 1]);
            FloatVector c = FloatVector.fromArray(FLOATS, in, p + places[i + 2]);
            FloatVector d = FloatVector.fromArray(FLOATS, in, p + places[i + 3]);
            FloatVector e = a.blend(b.rearrange(flip1), odd1), f = b.blend(a.rearrange(flip1), even1);
            FloatVector g = c.blend(d.rearrange(flip1), odd1), h = d.blend(c.rearrange(flip1), even1);
            e.blend(g.rearrange(flip2), odd2).intoArray(out, o);
            f.blend(h.rearrange(flip2), odd2).intoArray(out, o + step);
            g.blend(e.rearrange(flip2), even2).intoArray(out, o + 2 * step);
            h.blend(f.rearrange(flip2), even2).intoArray(out, o + 3 * step);
            o += next;
        }
    }

    private static void second(float[] in, int p, int groups, float[] out, int q, int step, int next) {
        for (int group = 0; group < groups; group++) {
            int i = p + group * L * L;
            int o = q + group * next;
            if (L == 8) {
                third(in, i, out, o, step);
            } else {
                thirdAndFourth(in, i, out, o, step);
            }
        }
    }

    private static void third(float[] in, int p, float[] out, int q, int step) {
        VectorShuffle<Float> flip = FLIP_4;
        VectorMask<Float> odd = ODD_4, even = EVEN_4;
        for (int k = 0; k < 4; k++) {
            FloatVector a = FloatVector.fromArray(FLOATS, in, p + k * L);
            FloatVector b = FloatVector.fromArray(FLOATS, in, p + k * L + 4 * L);
            a.blend(b.rearrange(flip), odd).intoArray(out, q + k * step);
            b.blend(a.rearrange(flip), even).intoArray(out, q + (k + 4) * step);
        }
    }

    private static void thirdAndFourth(float[] in, int p, float[] out, int q, int step) {
        VectorShuffle<Float> flip4 = FLIP_4, flip8 = FLIP_8;
        VectorMask<Float> odd4 = ODD_4, odd8 = ODD_8, even4 = EVEN_4, even8 = EVEN_8;
        for (int k = 0; k < 4; k++) {
            FloatVector a = FloatVector.fromArray(FLOATS, in, p + k * L);
            FloatVector b = FloatVector.fromArray(FLOATS, in, p + k * L + 4 * L);
            FloatVector c = FloatVector.fromArray(FLOATS, in, p + k * L + 8 * L);
            FloatVector d = FloatVector.fromArray(FLOATS, in, p + k * L + 12 * L);
            FloatVector e = a.blend(b.rearrange(flip4), odd4), f = b.blend(a.rearrange(flip4), even4);
            FloatVector g = c.blend(d.rearrange(flip4), odd4), h = d.blend(c.rearrange(flip4), even4);
            e.blend(g.rearrange(flip8), odd8).intoArray(out, q + k * step);
            f.blend(h.rearrange(flip8), odd8).intoArray(out, q + (k + 4) * step);
            g.blend(e.rearrange(flip8), even8).intoArray(out, q + (k + 8) * step);
            h.blend(f.rearrange(flip8), even8).intoArray(out, q + (k + 12) * step);
        }
    }
}

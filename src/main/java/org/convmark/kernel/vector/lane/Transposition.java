package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turns pixels of L channels into channels of L pixels, and back. Rows exchange lanes with the row whose number differs in one bit, bit
 * by bit, two bits in a pass: the lanes that both rows give away are put into one vector, which is shuffled and divided among them. Shuffles
 * and masks are constants, so that C2 keeps them in registers for a whole pass.
 */
public final class Transposition {
    /** Vectors of scratch that a call needs. */
    public static final int SCRATCH = 64;

    private static final VectorShuffle<Float> FLIP_1 = flip(1), FLIP_2 = flip(2), FLIP_4 = flip(4), FLIP_8 = flip(8);
    private static final VectorMask<Float> ODD_1 = odd(1), ODD_2 = odd(2), ODD_4 = odd(4), ODD_8 = odd(8);

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
        VectorMask<Float> odd1 = ODD_1, odd2 = ODD_2;
        int o = q;
        for (int i = from; i < to; i += 4) {
            FloatVector a = FloatVector.fromArray(FLOATS, in, p + places[i]);
            FloatVector b = FloatVector.fromArray(FLOATS, in, p + places[i + 1]);
            FloatVector c = FloatVector.fromArray(FLOATS, in, p + places[i + 2]);
            FloatVector d = FloatVector.fromArray(FLOATS, in, p + places[i + 3]);
            FloatVector x = b.blend(a, odd1).rearrange(flip1),
                    y = d.blend(c, odd1).rearrange(flip1);
            FloatVector e = a.blend(x, odd1), f = x.blend(b, odd1), g = c.blend(y, odd1), h = y.blend(d, odd1);
            x = g.blend(e, odd2).rearrange(flip2);
            y = h.blend(f, odd2).rearrange(flip2);
            e.blend(x, odd2).intoArray(out, o);
            f.blend(y, odd2).intoArray(out, o + step);
            x.blend(g, odd2).intoArray(out, o + 2 * step);
            y.blend(h, odd2).intoArray(out, o + 3 * step);
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
        VectorMask<Float> odd = ODD_4;
        for (int k = 0; k < 4; k++) {
            FloatVector a = FloatVector.fromArray(FLOATS, in, p + k * L);
            FloatVector b = FloatVector.fromArray(FLOATS, in, p + k * L + 4 * L);
            FloatVector x = b.blend(a, odd).rearrange(flip);
            a.blend(x, odd).intoArray(out, q + k * step);
            x.blend(b, odd).intoArray(out, q + (k + 4) * step);
        }
    }

    private static void thirdAndFourth(float[] in, int p, float[] out, int q, int step) {
        VectorShuffle<Float> flip4 = FLIP_4, flip8 = FLIP_8;
        VectorMask<Float> odd4 = ODD_4, odd8 = ODD_8;
        for (int k = 0; k < 4; k++) {
            FloatVector a = FloatVector.fromArray(FLOATS, in, p + k * L);
            FloatVector b = FloatVector.fromArray(FLOATS, in, p + k * L + 4 * L);
            FloatVector c = FloatVector.fromArray(FLOATS, in, p + k * L + 8 * L);
            FloatVector d = FloatVector.fromArray(FLOATS, in, p + k * L + 12 * L);
            FloatVector x = b.blend(a, odd4).rearrange(flip4),
                    y = d.blend(c, odd4).rearrange(flip4);
            FloatVector e = a.blend(x, odd4), f = x.blend(b, odd4), g = c.blend(y, odd4), h = y.blend(d, odd4);
            x = g.blend(e, odd8).rearrange(flip8);
            y = h.blend(f, odd8).rearrange(flip8);
            e.blend(x, odd8).intoArray(out, q + k * step);
            f.blend(y, odd8).intoArray(out, q + (k + 4) * step);
            x.blend(g, odd8).intoArray(out, q + (k + 8) * step);
            y.blend(h, odd8).intoArray(out, q + (k + 12) * step);
        }
    }
}

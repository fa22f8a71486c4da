package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles of a convolution: two vectors of output channels by several pixels, over all taps of the filter. One
 * loop over k: the tap's offset from a table, two weight vectors, one broadcast per pixel. The table serves every kernel
 * size, dilation, group width and channel count, and it keeps C2 from unrolling the loop, which spills accumulators.
 * Five pixels fit 16 registers: ten sums, two weights, broadcasts; per tap 10 FMAs, 5 broadcasts, 2 loads, no stack
 * moves on JDK 25. Share of the FMA roof of the same run, Zen 3, AVX2, one thread, 3x3 and 1x1 at 64 channels: 94 % and
 * 86 % on JDK 25, 79 % and 73 % on JDK 17, which keeps fewer of the integers in registers: every argument counts.
 *
 * <p>Taps {@code k0} to {@code k1 - 1}; tap k has its weights at {@code k * 2 L}. The second vector is stored {@code
 * next} floats behind the first, and before it: where there is no second block, next is 0 and the first overwrites it,
 * which needs no branch.
 */
final class ConvTile {
    private ConvTile() {}

    /** 2x5 on neighbouring pixels. */
    static void five(
            float[] in,
            int p,
            int[] taps,
            int k0,
            int k1,
            float[] w,
            float[] bias,
            int o,
            float[] out,
            int q,
            int next) {
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o), b0 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o), b1 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o), b2 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o), b3 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o), b4 = FloatVector.fromArray(FLOATS, bias, o + L);
        for (int k = k0; k < k1; k++) {
            int i = p + taps[k];
            int wk = k * (2 * L);
            FloatVector u = FloatVector.fromArray(FLOATS, w, wk);
            FloatVector v = FloatVector.fromArray(FLOATS, w, wk + L);
            FloatVector x = FloatVector.broadcast(FLOATS, in[i]);
            a0 = u.fma(x, a0);
            b0 = v.fma(x, b0);
            x = FloatVector.broadcast(FLOATS, in[i + L]);
            a1 = u.fma(x, a1);
            b1 = v.fma(x, b1);
            x = FloatVector.broadcast(FLOATS, in[i + 2 * L]);
            a2 = u.fma(x, a2);
            b2 = v.fma(x, b2);
            x = FloatVector.broadcast(FLOATS, in[i + 3 * L]);
            a3 = u.fma(x, a3);
            b3 = v.fma(x, b3);
            x = FloatVector.broadcast(FLOATS, in[i + 4 * L]);
            a4 = u.fma(x, a4);
            b4 = v.fma(x, b4);
        }
        b0.intoArray(out, q + next);
        b1.intoArray(out, q + next + L);
        b2.intoArray(out, q + next + 2 * L);
        b3.intoArray(out, q + next + 3 * L);
        b4.intoArray(out, q + next + 4 * L);
        a0.intoArray(out, q);
        a1.intoArray(out, q + L);
        a2.intoArray(out, q + 2 * L);
        a3.intoArray(out, q + 3 * L);
        a4.intoArray(out, q + 4 * L);
    }

    /** 2x4 on neighbouring pixels: with five it makes up every row of twelve pixels or more. */
    static void four(
            float[] in,
            int p,
            int[] taps,
            int k0,
            int k1,
            float[] w,
            float[] bias,
            int o,
            float[] out,
            int q,
            int next) {
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o), b0 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o), b1 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o), b2 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o), b3 = FloatVector.fromArray(FLOATS, bias, o + L);
        for (int k = k0; k < k1; k++) {
            int i = p + taps[k];
            int wk = k * (2 * L);
            FloatVector u = FloatVector.fromArray(FLOATS, w, wk);
            FloatVector v = FloatVector.fromArray(FLOATS, w, wk + L);
            FloatVector x = FloatVector.broadcast(FLOATS, in[i]);
            a0 = u.fma(x, a0);
            b0 = v.fma(x, b0);
            x = FloatVector.broadcast(FLOATS, in[i + L]);
            a1 = u.fma(x, a1);
            b1 = v.fma(x, b1);
            x = FloatVector.broadcast(FLOATS, in[i + 2 * L]);
            a2 = u.fma(x, a2);
            b2 = v.fma(x, b2);
            x = FloatVector.broadcast(FLOATS, in[i + 3 * L]);
            a3 = u.fma(x, a3);
            b3 = v.fma(x, b3);
        }
        b0.intoArray(out, q + next);
        b1.intoArray(out, q + next + L);
        b2.intoArray(out, q + next + 2 * L);
        b3.intoArray(out, q + next + 3 * L);
        a0.intoArray(out, q);
        a1.intoArray(out, q + L);
        a2.intoArray(out, q + 2 * L);
        a3.intoArray(out, q + 3 * L);
    }

    /**
     * 2x5 on pixels anywhere, pixel t + j at ins[t + j] and outs[t + j]: strides, and rows too short for the other tiles.
     * A bounds check per broadcast makes it slower (60-70 % of the roof instead of 82-95 %).
     */
    static void scattered(
            float[] in,
            int p,
            int[] ins,
            int t,
            int[] taps,
            int k0,
            int k1,
            float[] w,
            float[] bias,
            int o,
            float[] out,
            int q,
            int[] outs,
            int next) {
        int p0 = p + ins[t], p1 = p + ins[t + 1], p2 = p + ins[t + 2], p3 = p + ins[t + 3], p4 = p + ins[t + 4];
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o), b0 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o), b1 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o), b2 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o), b3 = FloatVector.fromArray(FLOATS, bias, o + L);
        FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o), b4 = FloatVector.fromArray(FLOATS, bias, o + L);
        for (int k = k0; k < k1; k++) {
            int i = taps[k];
            int wk = k * (2 * L);
            FloatVector u = FloatVector.fromArray(FLOATS, w, wk);
            FloatVector v = FloatVector.fromArray(FLOATS, w, wk + L);
            FloatVector x = FloatVector.broadcast(FLOATS, in[p0 + i]);
            a0 = u.fma(x, a0);
            b0 = v.fma(x, b0);
            x = FloatVector.broadcast(FLOATS, in[p1 + i]);
            a1 = u.fma(x, a1);
            b1 = v.fma(x, b1);
            x = FloatVector.broadcast(FLOATS, in[p2 + i]);
            a2 = u.fma(x, a2);
            b2 = v.fma(x, b2);
            x = FloatVector.broadcast(FLOATS, in[p3 + i]);
            a3 = u.fma(x, a3);
            b3 = v.fma(x, b3);
            x = FloatVector.broadcast(FLOATS, in[p4 + i]);
            a4 = u.fma(x, a4);
            b4 = v.fma(x, b4);
        }
        int q0 = q + outs[t], q1 = q + outs[t + 1], q2 = q + outs[t + 2], q3 = q + outs[t + 3], q4 = q + outs[t + 4];
        b0.intoArray(out, q0 + next);
        b1.intoArray(out, q1 + next);
        b2.intoArray(out, q2 + next);
        b3.intoArray(out, q3 + next);
        b4.intoArray(out, q4 + next);
        a0.intoArray(out, q0);
        a1.intoArray(out, q1);
        a2.intoArray(out, q2);
        a3.intoArray(out, q3);
        a4.intoArray(out, q4);
    }
}

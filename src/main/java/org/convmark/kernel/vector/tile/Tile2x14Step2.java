package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.ConvTaps;

/** Generated: two vectors of output channels by 14 pixels, every 2nd of the input. */
public final class Tile2x14Step2 {
    private Tile2x14Step2() {}

    /** See the package. */
    public static void run(ConvTaps taps, float[] in, int p, float[] out, int q, int next) {
        int[] offsets = taps.offsets;
        float[] w = taps.weights, bias = taps.bias;
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, 0), b0 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a1 = FloatVector.fromArray(FLOATS, bias, 0), b1 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a2 = FloatVector.fromArray(FLOATS, bias, 0), b2 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a3 = FloatVector.fromArray(FLOATS, bias, 0), b3 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a4 = FloatVector.fromArray(FLOATS, bias, 0), b4 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a5 = FloatVector.fromArray(FLOATS, bias, 0), b5 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a6 = FloatVector.fromArray(FLOATS, bias, 0), b6 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a7 = FloatVector.fromArray(FLOATS, bias, 0), b7 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a8 = FloatVector.fromArray(FLOATS, bias, 0), b8 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a9 = FloatVector.fromArray(FLOATS, bias, 0), b9 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a10 = FloatVector.fromArray(FLOATS, bias, 0), b10 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a11 = FloatVector.fromArray(FLOATS, bias, 0), b11 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a12 = FloatVector.fromArray(FLOATS, bias, 0), b12 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a13 = FloatVector.fromArray(FLOATS, bias, 0), b13 = FloatVector.fromArray(FLOATS, bias, L);
        for (int k = taps.start; k < offsets.length; k++) {
            int i = p + offsets[k];
            FloatVector u, x, v;
            u = FloatVector.fromArray(FLOATS, w, k * (2 * L));
            v = FloatVector.fromArray(FLOATS, w, k * (2 * L) + L);
            x = FloatVector.broadcast(FLOATS, in[i]);
            a0 = u.fma(x, a0);
            b0 = v.fma(x, b0);
            x = FloatVector.broadcast(FLOATS, in[i + 2 * L]);
            a1 = u.fma(x, a1);
            b1 = v.fma(x, b1);
            x = FloatVector.broadcast(FLOATS, in[i + 4 * L]);
            a2 = u.fma(x, a2);
            b2 = v.fma(x, b2);
            x = FloatVector.broadcast(FLOATS, in[i + 6 * L]);
            a3 = u.fma(x, a3);
            b3 = v.fma(x, b3);
            x = FloatVector.broadcast(FLOATS, in[i + 8 * L]);
            a4 = u.fma(x, a4);
            b4 = v.fma(x, b4);
            x = FloatVector.broadcast(FLOATS, in[i + 10 * L]);
            a5 = u.fma(x, a5);
            b5 = v.fma(x, b5);
            x = FloatVector.broadcast(FLOATS, in[i + 12 * L]);
            a6 = u.fma(x, a6);
            b6 = v.fma(x, b6);
            x = FloatVector.broadcast(FLOATS, in[i + 14 * L]);
            a7 = u.fma(x, a7);
            b7 = v.fma(x, b7);
            x = FloatVector.broadcast(FLOATS, in[i + 16 * L]);
            a8 = u.fma(x, a8);
            b8 = v.fma(x, b8);
            x = FloatVector.broadcast(FLOATS, in[i + 18 * L]);
            a9 = u.fma(x, a9);
            b9 = v.fma(x, b9);
            x = FloatVector.broadcast(FLOATS, in[i + 20 * L]);
            a10 = u.fma(x, a10);
            b10 = v.fma(x, b10);
            x = FloatVector.broadcast(FLOATS, in[i + 22 * L]);
            a11 = u.fma(x, a11);
            b11 = v.fma(x, b11);
            x = FloatVector.broadcast(FLOATS, in[i + 24 * L]);
            a12 = u.fma(x, a12);
            b12 = v.fma(x, b12);
            x = FloatVector.broadcast(FLOATS, in[i + 26 * L]);
            a13 = u.fma(x, a13);
            b13 = v.fma(x, b13);
        }
        FloatVector low = FloatVector.broadcast(FLOATS, taps.limits.low());
        FloatVector high = FloatVector.broadcast(FLOATS, taps.limits.high());
        b0 = b0.blend(low, b0.lt(low));
        b0.blend(high, high.lt(b0)).intoArray(out, q + next);
        b1 = b1.blend(low, b1.lt(low));
        b1.blend(high, high.lt(b1)).intoArray(out, q + next + L);
        b2 = b2.blend(low, b2.lt(low));
        b2.blend(high, high.lt(b2)).intoArray(out, q + next + 2 * L);
        b3 = b3.blend(low, b3.lt(low));
        b3.blend(high, high.lt(b3)).intoArray(out, q + next + 3 * L);
        b4 = b4.blend(low, b4.lt(low));
        b4.blend(high, high.lt(b4)).intoArray(out, q + next + 4 * L);
        b5 = b5.blend(low, b5.lt(low));
        b5.blend(high, high.lt(b5)).intoArray(out, q + next + 5 * L);
        b6 = b6.blend(low, b6.lt(low));
        b6.blend(high, high.lt(b6)).intoArray(out, q + next + 6 * L);
        b7 = b7.blend(low, b7.lt(low));
        b7.blend(high, high.lt(b7)).intoArray(out, q + next + 7 * L);
        b8 = b8.blend(low, b8.lt(low));
        b8.blend(high, high.lt(b8)).intoArray(out, q + next + 8 * L);
        b9 = b9.blend(low, b9.lt(low));
        b9.blend(high, high.lt(b9)).intoArray(out, q + next + 9 * L);
        b10 = b10.blend(low, b10.lt(low));
        b10.blend(high, high.lt(b10)).intoArray(out, q + next + 10 * L);
        b11 = b11.blend(low, b11.lt(low));
        b11.blend(high, high.lt(b11)).intoArray(out, q + next + 11 * L);
        b12 = b12.blend(low, b12.lt(low));
        b12.blend(high, high.lt(b12)).intoArray(out, q + next + 12 * L);
        b13 = b13.blend(low, b13.lt(low));
        b13.blend(high, high.lt(b13)).intoArray(out, q + next + 13 * L);
        a0 = a0.blend(low, a0.lt(low));
        a0.blend(high, high.lt(a0)).intoArray(out, q);
        a1 = a1.blend(low, a1.lt(low));
        a1.blend(high, high.lt(a1)).intoArray(out, q + L);
        a2 = a2.blend(low, a2.lt(low));
        a2.blend(high, high.lt(a2)).intoArray(out, q + 2 * L);
        a3 = a3.blend(low, a3.lt(low));
        a3.blend(high, high.lt(a3)).intoArray(out, q + 3 * L);
        a4 = a4.blend(low, a4.lt(low));
        a4.blend(high, high.lt(a4)).intoArray(out, q + 4 * L);
        a5 = a5.blend(low, a5.lt(low));
        a5.blend(high, high.lt(a5)).intoArray(out, q + 5 * L);
        a6 = a6.blend(low, a6.lt(low));
        a6.blend(high, high.lt(a6)).intoArray(out, q + 6 * L);
        a7 = a7.blend(low, a7.lt(low));
        a7.blend(high, high.lt(a7)).intoArray(out, q + 7 * L);
        a8 = a8.blend(low, a8.lt(low));
        a8.blend(high, high.lt(a8)).intoArray(out, q + 8 * L);
        a9 = a9.blend(low, a9.lt(low));
        a9.blend(high, high.lt(a9)).intoArray(out, q + 9 * L);
        a10 = a10.blend(low, a10.lt(low));
        a10.blend(high, high.lt(a10)).intoArray(out, q + 10 * L);
        a11 = a11.blend(low, a11.lt(low));
        a11.blend(high, high.lt(a11)).intoArray(out, q + 11 * L);
        a12 = a12.blend(low, a12.lt(low));
        a12.blend(high, high.lt(a12)).intoArray(out, q + 12 * L);
        a13 = a13.blend(low, a13.lt(low));
        a13.blend(high, high.lt(a13)).intoArray(out, q + 13 * L);
    }
}

package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.ConvTaps.RUN;
import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.ConvTaps;

/** Generated: two vectors of output channels by 3 pixels and 2 of another row, every 2nd of the input. */
public final class Tile2x3And2Step2 {
    private Tile2x3And2Step2() {}

    /** See the package. */
    public static void run(
            ConvTaps taps, float[] in, int p, float[] out, int q, int inGap, int outGap, int next, int r) {
        int[] offsets = taps.offsets;
        float[] w = taps.weights, bias = taps.bias;
        int w0 = taps.first;
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, 0), b0 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a1 = FloatVector.fromArray(FLOATS, bias, 0), b1 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a2 = FloatVector.fromArray(FLOATS, bias, 0), b2 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a3 = FloatVector.fromArray(FLOATS, bias, 0), b3 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a4 = FloatVector.fromArray(FLOATS, bias, 0), b4 = FloatVector.fromArray(FLOATS, bias, L);
        for (int k = taps.start; k < offsets.length; k++) {
            int i = p + offsets[k];
            int j = i + inGap;
            int m = w0 + k * (RUN * 2 * L);
            FloatVector u, x, v;
            u = FloatVector.fromArray(FLOATS, w, m);
            v = FloatVector.fromArray(FLOATS, w, m + L);
            x = FloatVector.broadcast(FLOATS, in[i]);
            a0 = u.fma(x, a0);
            b0 = v.fma(x, b0);
            x = FloatVector.broadcast(FLOATS, in[i + 2 * L]);
            a1 = u.fma(x, a1);
            b1 = v.fma(x, b1);
            x = FloatVector.broadcast(FLOATS, in[i + 4 * L]);
            a2 = u.fma(x, a2);
            b2 = v.fma(x, b2);
            x = FloatVector.broadcast(FLOATS, in[j]);
            a3 = u.fma(x, a3);
            b3 = v.fma(x, b3);
            x = FloatVector.broadcast(FLOATS, in[j + 2 * L]);
            a4 = u.fma(x, a4);
            b4 = v.fma(x, b4);
            if (RUN > 1) {
                if (k == in.length) {
                    break;
                }
                u = FloatVector.fromArray(FLOATS, w, m + 2 * L);
                v = FloatVector.fromArray(FLOATS, w, m + 3 * L);
                x = FloatVector.broadcast(FLOATS, in[i + 1]);
                a0 = u.fma(x, a0);
                b0 = v.fma(x, b0);
                x = FloatVector.broadcast(FLOATS, in[i + 2 * L + 1]);
                a1 = u.fma(x, a1);
                b1 = v.fma(x, b1);
                x = FloatVector.broadcast(FLOATS, in[i + 4 * L + 1]);
                a2 = u.fma(x, a2);
                b2 = v.fma(x, b2);
                x = FloatVector.broadcast(FLOATS, in[j + 1]);
                a3 = u.fma(x, a3);
                b3 = v.fma(x, b3);
                x = FloatVector.broadcast(FLOATS, in[j + 2 * L + 1]);
                a4 = u.fma(x, a4);
                b4 = v.fma(x, b4);
            }
            if (RUN > 2) {
                if (k == w.length) {
                    break;
                }
                u = FloatVector.fromArray(FLOATS, w, m + 4 * L);
                v = FloatVector.fromArray(FLOATS, w, m + 5 * L);
                x = FloatVector.broadcast(FLOATS, in[i + 2]);
                a0 = u.fma(x, a0);
                b0 = v.fma(x, b0);
                x = FloatVector.broadcast(FLOATS, in[i + 2 * L + 2]);
                a1 = u.fma(x, a1);
                b1 = v.fma(x, b1);
                x = FloatVector.broadcast(FLOATS, in[i + 4 * L + 2]);
                a2 = u.fma(x, a2);
                b2 = v.fma(x, b2);
                x = FloatVector.broadcast(FLOATS, in[j + 2]);
                a3 = u.fma(x, a3);
                b3 = v.fma(x, b3);
                x = FloatVector.broadcast(FLOATS, in[j + 2 * L + 2]);
                a4 = u.fma(x, a4);
                b4 = v.fma(x, b4);
                if (i == in.length) {
                    break;
                }
                u = FloatVector.fromArray(FLOATS, w, m + 6 * L);
                v = FloatVector.fromArray(FLOATS, w, m + 7 * L);
                x = FloatVector.broadcast(FLOATS, in[i + 3]);
                a0 = u.fma(x, a0);
                b0 = v.fma(x, b0);
                x = FloatVector.broadcast(FLOATS, in[i + 2 * L + 3]);
                a1 = u.fma(x, a1);
                b1 = v.fma(x, b1);
                x = FloatVector.broadcast(FLOATS, in[i + 4 * L + 3]);
                a2 = u.fma(x, a2);
                b2 = v.fma(x, b2);
                x = FloatVector.broadcast(FLOATS, in[j + 3]);
                a3 = u.fma(x, a3);
                b3 = v.fma(x, b3);
                x = FloatVector.broadcast(FLOATS, in[j + 2 * L + 3]);
                a4 = u.fma(x, a4);
                b4 = v.fma(x, b4);
            }
        }
        float[] residual = taps.residual;
        if (residual != null) {
            a0 = a0.add(FloatVector.fromArray(FLOATS, residual, r));
            b0 = b0.add(FloatVector.fromArray(FLOATS, residual, r + next));
            a1 = a1.add(FloatVector.fromArray(FLOATS, residual, r + L));
            b1 = b1.add(FloatVector.fromArray(FLOATS, residual, r + next + L));
            a2 = a2.add(FloatVector.fromArray(FLOATS, residual, r + 2 * L));
            b2 = b2.add(FloatVector.fromArray(FLOATS, residual, r + next + 2 * L));
            a3 = a3.add(FloatVector.fromArray(FLOATS, residual, r + outGap));
            b3 = b3.add(FloatVector.fromArray(FLOATS, residual, r + outGap + next));
            a4 = a4.add(FloatVector.fromArray(FLOATS, residual, r + outGap + L));
            b4 = b4.add(FloatVector.fromArray(FLOATS, residual, r + outGap + next + L));
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
        b3.blend(high, high.lt(b3)).intoArray(out, q + outGap + next);
        b4 = b4.blend(low, b4.lt(low));
        b4.blend(high, high.lt(b4)).intoArray(out, q + outGap + next + L);
        a0 = a0.blend(low, a0.lt(low));
        a0.blend(high, high.lt(a0)).intoArray(out, q);
        a1 = a1.blend(low, a1.lt(low));
        a1.blend(high, high.lt(a1)).intoArray(out, q + L);
        a2 = a2.blend(low, a2.lt(low));
        a2.blend(high, high.lt(a2)).intoArray(out, q + 2 * L);
        a3 = a3.blend(low, a3.lt(low));
        a3.blend(high, high.lt(a3)).intoArray(out, q + outGap);
        a4 = a4.blend(low, a4.lt(low));
        a4.blend(high, high.lt(a4)).intoArray(out, q + outGap + L);
    }
}

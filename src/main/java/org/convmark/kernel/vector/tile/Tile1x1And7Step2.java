package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.ConvTaps.RUN;
import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.ConvTaps;

/** Generated: one vector of output channels by 1 pixels and 7 of another row, every 2nd of the input. */
public final class Tile1x1And7Step2 {
    private Tile1x1And7Step2() {}

    /** See the package. */
    public static void run(ConvTaps taps, float[] in, int p, float[] out, int q, int inGap, int outGap, int r) {
        int[] offsets = taps.offsets;
        float[] w = taps.weights, bias = taps.bias;
        int w0 = taps.first;
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, 0);
        FloatVector a1 = FloatVector.fromArray(FLOATS, bias, 0);
        FloatVector a2 = FloatVector.fromArray(FLOATS, bias, 0);
        FloatVector a3 = FloatVector.fromArray(FLOATS, bias, 0);
        FloatVector a4 = FloatVector.fromArray(FLOATS, bias, 0);
        FloatVector a5 = FloatVector.fromArray(FLOATS, bias, 0);
        FloatVector a6 = FloatVector.fromArray(FLOATS, bias, 0);
        FloatVector a7 = FloatVector.fromArray(FLOATS, bias, 0);
        for (int k = taps.start; k < offsets.length; k++) {
            int i = p + offsets[k];
            int j = i + inGap;
            int m = w0 + k * (RUN * L);
            FloatVector u, x;
            u = FloatVector.fromArray(FLOATS, w, m);
            x = FloatVector.broadcast(FLOATS, in[i]);
            a0 = u.fma(x, a0);
            x = FloatVector.broadcast(FLOATS, in[j]);
            a1 = u.fma(x, a1);
            x = FloatVector.broadcast(FLOATS, in[j + 2 * L]);
            a2 = u.fma(x, a2);
            x = FloatVector.broadcast(FLOATS, in[j + 4 * L]);
            a3 = u.fma(x, a3);
            x = FloatVector.broadcast(FLOATS, in[j + 6 * L]);
            a4 = u.fma(x, a4);
            x = FloatVector.broadcast(FLOATS, in[j + 8 * L]);
            a5 = u.fma(x, a5);
            x = FloatVector.broadcast(FLOATS, in[j + 10 * L]);
            a6 = u.fma(x, a6);
            x = FloatVector.broadcast(FLOATS, in[j + 12 * L]);
            a7 = u.fma(x, a7);
            if (RUN > 1) {
                if (k == in.length) {
                    break;
                }
                u = FloatVector.fromArray(FLOATS, w, m + L);
                x = FloatVector.broadcast(FLOATS, in[i + 1]);
                a0 = u.fma(x, a0);
                x = FloatVector.broadcast(FLOATS, in[j + 1]);
                a1 = u.fma(x, a1);
                x = FloatVector.broadcast(FLOATS, in[j + 2 * L + 1]);
                a2 = u.fma(x, a2);
                x = FloatVector.broadcast(FLOATS, in[j + 4 * L + 1]);
                a3 = u.fma(x, a3);
                x = FloatVector.broadcast(FLOATS, in[j + 6 * L + 1]);
                a4 = u.fma(x, a4);
                x = FloatVector.broadcast(FLOATS, in[j + 8 * L + 1]);
                a5 = u.fma(x, a5);
                x = FloatVector.broadcast(FLOATS, in[j + 10 * L + 1]);
                a6 = u.fma(x, a6);
                x = FloatVector.broadcast(FLOATS, in[j + 12 * L + 1]);
                a7 = u.fma(x, a7);
            }
            if (RUN > 2) {
                if (k == w.length) {
                    break;
                }
                u = FloatVector.fromArray(FLOATS, w, m + 2 * L);
                x = FloatVector.broadcast(FLOATS, in[i + 2]);
                a0 = u.fma(x, a0);
                x = FloatVector.broadcast(FLOATS, in[j + 2]);
                a1 = u.fma(x, a1);
                x = FloatVector.broadcast(FLOATS, in[j + 2 * L + 2]);
                a2 = u.fma(x, a2);
                x = FloatVector.broadcast(FLOATS, in[j + 4 * L + 2]);
                a3 = u.fma(x, a3);
                x = FloatVector.broadcast(FLOATS, in[j + 6 * L + 2]);
                a4 = u.fma(x, a4);
                x = FloatVector.broadcast(FLOATS, in[j + 8 * L + 2]);
                a5 = u.fma(x, a5);
                x = FloatVector.broadcast(FLOATS, in[j + 10 * L + 2]);
                a6 = u.fma(x, a6);
                x = FloatVector.broadcast(FLOATS, in[j + 12 * L + 2]);
                a7 = u.fma(x, a7);
                if (i == in.length) {
                    break;
                }
                u = FloatVector.fromArray(FLOATS, w, m + 3 * L);
                x = FloatVector.broadcast(FLOATS, in[i + 3]);
                a0 = u.fma(x, a0);
                x = FloatVector.broadcast(FLOATS, in[j + 3]);
                a1 = u.fma(x, a1);
                x = FloatVector.broadcast(FLOATS, in[j + 2 * L + 3]);
                a2 = u.fma(x, a2);
                x = FloatVector.broadcast(FLOATS, in[j + 4 * L + 3]);
                a3 = u.fma(x, a3);
                x = FloatVector.broadcast(FLOATS, in[j + 6 * L + 3]);
                a4 = u.fma(x, a4);
                x = FloatVector.broadcast(FLOATS, in[j + 8 * L + 3]);
                a5 = u.fma(x, a5);
                x = FloatVector.broadcast(FLOATS, in[j + 10 * L + 3]);
                a6 = u.fma(x, a6);
                x = FloatVector.broadcast(FLOATS, in[j + 12 * L + 3]);
                a7 = u.fma(x, a7);
            }
        }
        float[] residual = taps.residual;
        if (residual != null) {
            a0 = a0.add(FloatVector.fromArray(FLOATS, residual, r));
            a1 = a1.add(FloatVector.fromArray(FLOATS, residual, r + outGap));
            a2 = a2.add(FloatVector.fromArray(FLOATS, residual, r + outGap + L));
            a3 = a3.add(FloatVector.fromArray(FLOATS, residual, r + outGap + 2 * L));
            a4 = a4.add(FloatVector.fromArray(FLOATS, residual, r + outGap + 3 * L));
            a5 = a5.add(FloatVector.fromArray(FLOATS, residual, r + outGap + 4 * L));
            a6 = a6.add(FloatVector.fromArray(FLOATS, residual, r + outGap + 5 * L));
            a7 = a7.add(FloatVector.fromArray(FLOATS, residual, r + outGap + 6 * L));
        }
        FloatVector low = FloatVector.broadcast(FLOATS, taps.limits.low());
        FloatVector high = FloatVector.broadcast(FLOATS, taps.limits.high());
        a0 = a0.blend(low, a0.lt(low));
        a0.blend(high, high.lt(a0)).intoArray(out, q);
        a1 = a1.blend(low, a1.lt(low));
        a1.blend(high, high.lt(a1)).intoArray(out, q + outGap);
        a2 = a2.blend(low, a2.lt(low));
        a2.blend(high, high.lt(a2)).intoArray(out, q + outGap + L);
        a3 = a3.blend(low, a3.lt(low));
        a3.blend(high, high.lt(a3)).intoArray(out, q + outGap + 2 * L);
        a4 = a4.blend(low, a4.lt(low));
        a4.blend(high, high.lt(a4)).intoArray(out, q + outGap + 3 * L);
        a5 = a5.blend(low, a5.lt(low));
        a5.blend(high, high.lt(a5)).intoArray(out, q + outGap + 4 * L);
        a6 = a6.blend(low, a6.lt(low));
        a6.blend(high, high.lt(a6)).intoArray(out, q + outGap + 5 * L);
        a7 = a7.blend(low, a7.lt(low));
        a7.blend(high, high.lt(a7)).intoArray(out, q + outGap + 6 * L);
    }
}

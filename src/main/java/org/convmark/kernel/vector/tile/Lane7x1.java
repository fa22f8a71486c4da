package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.Limits;

/** Generated: seven pixels by runs of 1 tap. */
public final class Lane7x1 {
    private Lane7x1() {}

    /** See the package. */
    public static void run(
            float[] in,
            int p,
            int[] runs,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            Limits limits,
            float[] out,
            int q,
            int end) {
        FloatVector low = FloatVector.broadcast(FLOATS, limits.low());
        FloatVector high = FloatVector.broadcast(FLOATS, limits.high());
        for (; q < end; q += 7 * L, p += 7 * L) {
            int k = w0;
            FloatVector x;
            FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a5 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a6 = FloatVector.fromArray(FLOATS, bias, o);
            for (int r = 0; r < runs.length; r++) {
                int i = p + runs[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a6 = u.fma(x, a6);
                k += L;
            }
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
        }
    }
}

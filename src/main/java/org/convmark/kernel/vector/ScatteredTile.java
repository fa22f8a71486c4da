package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.ConvTaps.RUN;
import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;

/**
 * The register tile for pixels anywhere, where none of the generated ones fits: maps of less than four columns, strides
 * above two. Two vectors of output channels by the five pixels of {@code ins} and {@code outs} from t on. An offset and
 * a bounds check per pixel make it slower than the others.
 */
final class ScatteredTile {
    private ScatteredTile() {}

    /** All tiles of a band. */
    static void run(ConvTaps taps, Band band, float[] in, int p, float[] out, int q, int next, int r) {
        for (int t = 0; t < band.ins().length; t += 5) {
            run(taps, band.ins(), band.outs(), t, in, p, out, q, next, r);
        }
    }

    private static void run(
            ConvTaps taps, int[] ins, int[] outs, int t, float[] in, int p, float[] out, int q, int next, int r) {
        int[] offsets = taps.offsets;
        float[] w = taps.weights, bias = taps.bias;
        int p0 = p + ins[t], p1 = p + ins[t + 1], p2 = p + ins[t + 2], p3 = p + ins[t + 3], p4 = p + ins[t + 4];
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, 0), b0 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a1 = FloatVector.fromArray(FLOATS, bias, 0), b1 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a2 = FloatVector.fromArray(FLOATS, bias, 0), b2 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a3 = FloatVector.fromArray(FLOATS, bias, 0), b3 = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector a4 = FloatVector.fromArray(FLOATS, bias, 0), b4 = FloatVector.fromArray(FLOATS, bias, L);
        for (int k = taps.start; k < offsets.length * RUN; k++) {
            int i = offsets[k / RUN] + k % RUN;
            int m = taps.first + k * (2 * L);
            FloatVector u = FloatVector.fromArray(FLOATS, w, m);
            FloatVector v = FloatVector.fromArray(FLOATS, w, m + L);
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
        float[] residual = taps.residual;
        if (residual != null) {
            int r0 = r + outs[t],
                    r1 = r + outs[t + 1],
                    r2 = r + outs[t + 2],
                    r3 = r + outs[t + 3],
                    r4 = r + outs[t + 4];
            a0 = a0.add(FloatVector.fromArray(FLOATS, residual, r0));
            b0 = b0.add(FloatVector.fromArray(FLOATS, residual, r0 + next));
            a1 = a1.add(FloatVector.fromArray(FLOATS, residual, r1));
            b1 = b1.add(FloatVector.fromArray(FLOATS, residual, r1 + next));
            a2 = a2.add(FloatVector.fromArray(FLOATS, residual, r2));
            b2 = b2.add(FloatVector.fromArray(FLOATS, residual, r2 + next));
            a3 = a3.add(FloatVector.fromArray(FLOATS, residual, r3));
            b3 = b3.add(FloatVector.fromArray(FLOATS, residual, r3 + next));
            a4 = a4.add(FloatVector.fromArray(FLOATS, residual, r4));
            b4 = b4.add(FloatVector.fromArray(FLOATS, residual, r4 + next));
        }
        FloatVector low = FloatVector.broadcast(FLOATS, taps.limits.low());
        FloatVector high = FloatVector.broadcast(FLOATS, taps.limits.high());
        int q0 = q + outs[t], q1 = q + outs[t + 1], q2 = q + outs[t + 2], q3 = q + outs[t + 3], q4 = q + outs[t + 4];
        b0 = b0.blend(low, b0.lt(low));
        b0.blend(high, high.lt(b0)).intoArray(out, q0 + next);
        b1 = b1.blend(low, b1.lt(low));
        b1.blend(high, high.lt(b1)).intoArray(out, q1 + next);
        b2 = b2.blend(low, b2.lt(low));
        b2.blend(high, high.lt(b2)).intoArray(out, q2 + next);
        b3 = b3.blend(low, b3.lt(low));
        b3.blend(high, high.lt(b3)).intoArray(out, q3 + next);
        b4 = b4.blend(low, b4.lt(low));
        b4.blend(high, high.lt(b4)).intoArray(out, q4 + next);
        a0 = a0.blend(low, a0.lt(low));
        a0.blend(high, high.lt(a0)).intoArray(out, q0);
        a1 = a1.blend(low, a1.lt(low));
        a1.blend(high, high.lt(a1)).intoArray(out, q1);
        a2 = a2.blend(low, a2.lt(low));
        a2.blend(high, high.lt(a2)).intoArray(out, q2);
        a3 = a3.blend(low, a3.lt(low));
        a3.blend(high, high.lt(a3)).intoArray(out, q3);
        a4 = a4.blend(low, a4.lt(low));
        a4.blend(high, high.lt(a4)).intoArray(out, q4);
    }
}

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
            FloatVector u = FloatVector.fromArray(FLOATS, w, k * (2 * L));
            FloatVector v = FloatVector.fromArray(FLOATS, w, k * (2 * L) + L);
            FloatVector x;
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
        int low = taps.limits.low(), high = taps.limits.high();
        b0.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next);
        b1.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + L);
        b2.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 2 * L);
        b3.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 3 * L);
        b4.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 4 * L);
        b5.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 5 * L);
        b6.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 6 * L);
        b7.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 7 * L);
        b8.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 8 * L);
        b9.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 9 * L);
        b10.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 10 * L);
        b11.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 11 * L);
        b12.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 12 * L);
        b13.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + next + 13 * L);
        a0.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q);
        a1.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + L);
        a2.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 2 * L);
        a3.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 3 * L);
        a4.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 4 * L);
        a5.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 5 * L);
        a6.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 6 * L);
        a7.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 7 * L);
        a8.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 8 * L);
        a9.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 9 * L);
        a10.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 10 * L);
        a11.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 11 * L);
        a12.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 12 * L);
        a13.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 13 * L);
    }
}

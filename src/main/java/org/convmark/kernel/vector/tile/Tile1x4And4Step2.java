package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.ConvTaps;

/** Generated: one vector of output channels by 4 pixels and 4 of another row, every 2nd of the input. */
public final class Tile1x4And4Step2 {
    private Tile1x4And4Step2() {}

    /** See the package. */
    public static void run(ConvTaps taps, float[] in, int p, float[] out, int q, int inGap, int outGap) {
        int[] offsets = taps.offsets;
        float[] w = taps.weights, bias = taps.bias;
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
            FloatVector u = FloatVector.fromArray(FLOATS, w, k * L);
            FloatVector x;
            x = FloatVector.broadcast(FLOATS, in[i]);
            a0 = u.fma(x, a0);
            x = FloatVector.broadcast(FLOATS, in[i + 2 * L]);
            a1 = u.fma(x, a1);
            x = FloatVector.broadcast(FLOATS, in[i + 4 * L]);
            a2 = u.fma(x, a2);
            x = FloatVector.broadcast(FLOATS, in[i + 6 * L]);
            a3 = u.fma(x, a3);
            x = FloatVector.broadcast(FLOATS, in[j]);
            a4 = u.fma(x, a4);
            x = FloatVector.broadcast(FLOATS, in[j + 2 * L]);
            a5 = u.fma(x, a5);
            x = FloatVector.broadcast(FLOATS, in[j + 4 * L]);
            a6 = u.fma(x, a6);
            x = FloatVector.broadcast(FLOATS, in[j + 6 * L]);
            a7 = u.fma(x, a7);
        }
        int low = taps.limits.low(), high = taps.limits.high();
        a0.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q);
        a1.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + L);
        a2.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 2 * L);
        a3.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + 3 * L);
        a4.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + outGap);
        a5.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + outGap + L);
        a6.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + outGap + 2 * L);
        a7.reinterpretAsInts().max(low).min(high).reinterpretAsFloats().intoArray(out, q + outGap + 3 * L);
    }
}

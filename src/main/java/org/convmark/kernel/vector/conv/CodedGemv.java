package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.INTS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.convmark.kernel.vector.lane.CodedWeights;
import org.convmark.model.Precision;

/**
 * Matrix-vector products with weights of fewer bits, which become floats in registers; see {@link CodedWeights}. Eight vectors of sums
 * are made from eight vectors of weights per channel. A scale is that of an output, so it multiplies the finished sum.
 */
final class CodedGemv {
    /**
     * Halves and powers of two become numbers that are too small by a constant factor. Inputs that are too large by about its root keep
     * sums away from denormal numbers, which take a processor a hundred cycles.
     */
    private static final float HALF = 0x1p56f, POWER = 0x1p60f;

    private final CodedWeights weights;
    private final float[] scales;

    /**
     * @param weights eight vectors per channel
     * @param scales one per lane of eight vectors
     */
    CodedGemv(Precision precision, float[] weights, float[] scales) {
        float rest = CodedWeights.factor(precision) / factor(precision);
        this.weights = new CodedWeights(precision, weights, scales);
        this.scales = new float[scales.length];
        for (int i = 0; i < scales.length; i++) {
            this.scales[i] = scales[i] * rest;
        }
    }

    private static float factor(Precision precision) {
        return switch (precision) {
            case FP32, BF16, W8, INT8 -> 1;
            case FP16 -> HALF;
            case POW2 -> POWER;
        };
    }

    /** Eight vectors of results. */
    void run(float[] in, int p, int channels, float[] bias, float[] out, int q) {
        switch (weights.precision) {
            case FP32 -> throw new IllegalStateException("floats are no codes");
            case FP16 -> halves(in, p, channels, weights.codes, scales, bias, out, q);
            case BF16 -> upperHalves(in, p, channels, weights.codes, scales, bias, out, q);
            case W8, INT8 -> bytes(in, p, channels, weights.codes, scales, bias, out, q);
            case POW2 -> powers(in, p, channels, weights.codes, scales, bias, out, q);
        }
    }

    private static void halves(
            float[] in, int p, int channels, int[] codes, float[] scales, float[] bias, float[] out, int q) {
        FloatVector a = FloatVector.zero(FLOATS), b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS), d = FloatVector.zero(FLOATS);
        FloatVector e = FloatVector.zero(FLOATS), f = FloatVector.zero(FLOATS);
        FloatVector g = FloatVector.zero(FLOATS), h = FloatVector.zero(FLOATS);
        for (int k = 0; k < channels; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, in[p + k] * HALF);
            IntVector y = IntVector.fromArray(INTS, codes, k * 4 * L);
            IntVector z = IntVector.fromArray(INTS, codes, k * 4 * L + L);
            IntVector v = IntVector.fromArray(INTS, codes, k * 4 * L + 2 * L);
            IntVector w = IntVector.fromArray(INTS, codes, k * 4 * L + 3 * L);
            a = y.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, a);
            b = y.lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, b);
            c = z.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, c);
            d = z.lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, d);
            e = v.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, e);
            f = v.lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, f);
            g = w.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, g);
            h = w.lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats()
                    .fma(x, h);
        }
        a.fma(FloatVector.fromArray(FLOATS, scales, 0), FloatVector.fromArray(FLOATS, bias, 0))
                .intoArray(out, q);
        b.fma(FloatVector.fromArray(FLOATS, scales, L), FloatVector.fromArray(FLOATS, bias, L))
                .intoArray(out, q + L);
        c.fma(FloatVector.fromArray(FLOATS, scales, 2 * L), FloatVector.fromArray(FLOATS, bias, 2 * L))
                .intoArray(out, q + 2 * L);
        d.fma(FloatVector.fromArray(FLOATS, scales, 3 * L), FloatVector.fromArray(FLOATS, bias, 3 * L))
                .intoArray(out, q + 3 * L);
        e.fma(FloatVector.fromArray(FLOATS, scales, 4 * L), FloatVector.fromArray(FLOATS, bias, 4 * L))
                .intoArray(out, q + 4 * L);
        f.fma(FloatVector.fromArray(FLOATS, scales, 5 * L), FloatVector.fromArray(FLOATS, bias, 5 * L))
                .intoArray(out, q + 5 * L);
        g.fma(FloatVector.fromArray(FLOATS, scales, 6 * L), FloatVector.fromArray(FLOATS, bias, 6 * L))
                .intoArray(out, q + 6 * L);
        h.fma(FloatVector.fromArray(FLOATS, scales, 7 * L), FloatVector.fromArray(FLOATS, bias, 7 * L))
                .intoArray(out, q + 7 * L);
    }

    private static void upperHalves(
            float[] in, int p, int channels, int[] codes, float[] scales, float[] bias, float[] out, int q) {
        FloatVector a = FloatVector.zero(FLOATS), b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS), d = FloatVector.zero(FLOATS);
        FloatVector e = FloatVector.zero(FLOATS), f = FloatVector.zero(FLOATS);
        FloatVector g = FloatVector.zero(FLOATS), h = FloatVector.zero(FLOATS);
        for (int k = 0; k < channels; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, in[p + k]);
            IntVector y = IntVector.fromArray(INTS, codes, k * 4 * L);
            IntVector z = IntVector.fromArray(INTS, codes, k * 4 * L + L);
            IntVector v = IntVector.fromArray(INTS, codes, k * 4 * L + 2 * L);
            IntVector w = IntVector.fromArray(INTS, codes, k * 4 * L + 3 * L);
            a = y.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(x, a);
            b = y.and(0xffff0000).reinterpretAsFloats().fma(x, b);
            c = z.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(x, c);
            d = z.and(0xffff0000).reinterpretAsFloats().fma(x, d);
            e = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(x, e);
            f = v.and(0xffff0000).reinterpretAsFloats().fma(x, f);
            g = w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(x, g);
            h = w.and(0xffff0000).reinterpretAsFloats().fma(x, h);
        }
        a.fma(FloatVector.fromArray(FLOATS, scales, 0), FloatVector.fromArray(FLOATS, bias, 0))
                .intoArray(out, q);
        b.fma(FloatVector.fromArray(FLOATS, scales, L), FloatVector.fromArray(FLOATS, bias, L))
                .intoArray(out, q + L);
        c.fma(FloatVector.fromArray(FLOATS, scales, 2 * L), FloatVector.fromArray(FLOATS, bias, 2 * L))
                .intoArray(out, q + 2 * L);
        d.fma(FloatVector.fromArray(FLOATS, scales, 3 * L), FloatVector.fromArray(FLOATS, bias, 3 * L))
                .intoArray(out, q + 3 * L);
        e.fma(FloatVector.fromArray(FLOATS, scales, 4 * L), FloatVector.fromArray(FLOATS, bias, 4 * L))
                .intoArray(out, q + 4 * L);
        f.fma(FloatVector.fromArray(FLOATS, scales, 5 * L), FloatVector.fromArray(FLOATS, bias, 5 * L))
                .intoArray(out, q + 5 * L);
        g.fma(FloatVector.fromArray(FLOATS, scales, 6 * L), FloatVector.fromArray(FLOATS, bias, 6 * L))
                .intoArray(out, q + 6 * L);
        h.fma(FloatVector.fromArray(FLOATS, scales, 7 * L), FloatVector.fromArray(FLOATS, bias, 7 * L))
                .intoArray(out, q + 7 * L);
    }

    private static void bytes(
            float[] in, int p, int channels, int[] codes, float[] scales, float[] bias, float[] out, int q) {
        FloatVector a = FloatVector.zero(FLOATS), b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS), d = FloatVector.zero(FLOATS);
        FloatVector e = FloatVector.zero(FLOATS), f = FloatVector.zero(FLOATS);
        FloatVector g = FloatVector.zero(FLOATS), h = FloatVector.zero(FLOATS);
        for (int k = 0; k < channels; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, in[p + k]);
            IntVector y = IntVector.fromArray(INTS, codes, k * 2 * L);
            IntVector z = IntVector.fromArray(INTS, codes, k * 2 * L + L);
            a = ((FloatVector) y.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, a);
            b = ((FloatVector) y.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, b);
            c = ((FloatVector) y.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, c);
            d = ((FloatVector) y.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, d);
            e = ((FloatVector) z.lanewise(VectorOperators.LSHL, 24)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, e);
            f = ((FloatVector) z.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, f);
            g = ((FloatVector) z.lanewise(VectorOperators.LSHL, 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, g);
            h = ((FloatVector) z.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, FLOATS, 0))
                    .fma(x, h);
        }
        a.fma(FloatVector.fromArray(FLOATS, scales, 0), FloatVector.fromArray(FLOATS, bias, 0))
                .intoArray(out, q);
        b.fma(FloatVector.fromArray(FLOATS, scales, L), FloatVector.fromArray(FLOATS, bias, L))
                .intoArray(out, q + L);
        c.fma(FloatVector.fromArray(FLOATS, scales, 2 * L), FloatVector.fromArray(FLOATS, bias, 2 * L))
                .intoArray(out, q + 2 * L);
        d.fma(FloatVector.fromArray(FLOATS, scales, 3 * L), FloatVector.fromArray(FLOATS, bias, 3 * L))
                .intoArray(out, q + 3 * L);
        e.fma(FloatVector.fromArray(FLOATS, scales, 4 * L), FloatVector.fromArray(FLOATS, bias, 4 * L))
                .intoArray(out, q + 4 * L);
        f.fma(FloatVector.fromArray(FLOATS, scales, 5 * L), FloatVector.fromArray(FLOATS, bias, 5 * L))
                .intoArray(out, q + 5 * L);
        g.fma(FloatVector.fromArray(FLOATS, scales, 6 * L), FloatVector.fromArray(FLOATS, bias, 6 * L))
                .intoArray(out, q + 6 * L);
        h.fma(FloatVector.fromArray(FLOATS, scales, 7 * L), FloatVector.fromArray(FLOATS, bias, 7 * L))
                .intoArray(out, q + 7 * L);
    }

    private static void powers(
            float[] in, int p, int channels, int[] codes, float[] scales, float[] bias, float[] out, int q) {
        FloatVector a = FloatVector.zero(FLOATS), b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS), d = FloatVector.zero(FLOATS);
        FloatVector e = FloatVector.zero(FLOATS), f = FloatVector.zero(FLOATS);
        FloatVector g = FloatVector.zero(FLOATS), h = FloatVector.zero(FLOATS);
        for (int k = 0; k < channels; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, in[p + k] * POWER);
            IntVector y = IntVector.fromArray(INTS, codes, k * L);
            a = y.lanewise(VectorOperators.LSHL, 28)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, a);
            b = y.lanewise(VectorOperators.LSHL, 24)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, b);
            c = y.lanewise(VectorOperators.LSHL, 20)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, c);
            d = y.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, d);
            e = y.lanewise(VectorOperators.LSHL, 12)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, e);
            f = y.lanewise(VectorOperators.LSHL, 8)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, f);
            g = y.lanewise(VectorOperators.LSHL, 4)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, g);
            h = y.lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats()
                    .fma(x, h);
        }
        a.fma(FloatVector.fromArray(FLOATS, scales, 0), FloatVector.fromArray(FLOATS, bias, 0))
                .intoArray(out, q);
        b.fma(FloatVector.fromArray(FLOATS, scales, L), FloatVector.fromArray(FLOATS, bias, L))
                .intoArray(out, q + L);
        c.fma(FloatVector.fromArray(FLOATS, scales, 2 * L), FloatVector.fromArray(FLOATS, bias, 2 * L))
                .intoArray(out, q + 2 * L);
        d.fma(FloatVector.fromArray(FLOATS, scales, 3 * L), FloatVector.fromArray(FLOATS, bias, 3 * L))
                .intoArray(out, q + 3 * L);
        e.fma(FloatVector.fromArray(FLOATS, scales, 4 * L), FloatVector.fromArray(FLOATS, bias, 4 * L))
                .intoArray(out, q + 4 * L);
        f.fma(FloatVector.fromArray(FLOATS, scales, 5 * L), FloatVector.fromArray(FLOATS, bias, 5 * L))
                .intoArray(out, q + 5 * L);
        g.fma(FloatVector.fromArray(FLOATS, scales, 6 * L), FloatVector.fromArray(FLOATS, bias, 6 * L))
                .intoArray(out, q + 6 * L);
        h.fma(FloatVector.fromArray(FLOATS, scales, 7 * L), FloatVector.fromArray(FLOATS, bias, 7 * L))
                .intoArray(out, q + 7 * L);
    }
}

package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.INTS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.convmark.model.Precision;

/**
 * Vectors of weights as codes of a {@link Precision}, and the loops that turn them into floats. An int holds the codes of one lane of 2,
 * 4 or 8 neighbouring vectors, so shifts within lanes separate them, whatever the length of a vector.
 */
public final class CodedWeights {
    /** Vectors of scales: as many as the longest group of vectors that share ints. */
    private static final int SCALES = 8;

    /** A number of half precision as the exponent and significand of a float is too small by this factor. */
    private static final float HALF = 0x1p112f;

    /** The same for a power of two in 3 bits. */
    private static final float POWER = 0x1p120f;

    /** The format. */
    public final Precision precision;

    /** Vectors that share ints. */
    private final int group;

    /** Ints of each lane, vector by vector. */
    public final int[] codes;

    /** The scale of each lane of {@link #SCALES} vectors, times a factor of the format. */
    private final float[] scales;

    /**
     * @param weights whole vectors
     * @param scales of each lane of one or more vectors, a divisor of {@value #SCALES}, which vectors of weights take in turn
     */
    public CodedWeights(Precision precision, float[] weights, float[] scales) {
        this.precision = precision;
        this.group = Integer.SIZE / precision.bits();
        this.codes = new int[(weights.length / L + group - 1) / group * L];
        this.scales = new float[SCALES * L];
        for (int i = 0; i < weights.length; i++) {
            int vector = i / L;
            int code = precision.encode(weights[i], scales[i % scales.length]);
            codes[vector / group * L + i % L] |= code << vector % group * precision.bits();
        }
        for (int i = 0; i < this.scales.length; i++) {
            this.scales[i] = scales[i % scales.length] * factor(precision);
        }
    }

    /** What a number of a format is once shifts have made a float of its code, the number over that float. */
    public static float factor(Precision precision) {
        return switch (precision) {
            case FP32, BF16 -> 1;
            case FP16 -> HALF;
            case W8, INT8 -> precision.decode(1);
            case POW2 -> POWER;
        };
    }

    /** Vectors that are written for this many: whole groups. */
    public int written(int vectors) {
        return (vectors + group - 1) / group * group;
    }

    /**
     * Writes vectors of weights as floats.
     *
     * @param from the first vector, a multiple of the vectors that share ints
     * @param vectors how many, rounded up to {@link #written}
     */
    public void expand(int from, int vectors, float[] out, int q) {
        int c = from / group * L;
        int end = c + written(vectors) / group * L;
        switch (precision) {
            case FP32 -> throw new IllegalStateException("floats need no expansion");
            case FP16 -> halves(codes, c, end, scales, out, q);
            case BF16 -> upperHalves(codes, c, end, scales, out, q);
            case W8, INT8 -> bytes(codes, c, end, scales, out, q);
            case POW2 -> powers(codes, c, end, scales, out, q);
        }
    }

    /** The exponent and significand move to those of a float; the sign, which comes with them, moves back. */
    private static void halves(int[] codes, int from, int to, float[] scales, float[] out, int q) {
        int s = 0;
        int o = q;
        for (int at = from; at < to; at += L) {
            IntVector x = IntVector.fromArray(INTS, codes, at);
            FloatVector a = x.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000)
                    .reinterpretAsFloats();
            FloatVector b = x.lanewise(VectorOperators.ASHR, 3).and(0x8fffe000).reinterpretAsFloats();
            a.mul(FloatVector.fromArray(FLOATS, scales, s)).intoArray(out, o);
            b.mul(FloatVector.fromArray(FLOATS, scales, s + L)).intoArray(out, o + L);
            s = (s + 2 * L) % (SCALES * L);
            o += 2 * L;
        }
    }

    /** The lower half of a float is zero. */
    private static void upperHalves(int[] codes, int from, int to, float[] scales, float[] out, int q) {
        int s = 0;
        int o = q;
        for (int at = from; at < to; at += L) {
            IntVector x = IntVector.fromArray(INTS, codes, at);
            FloatVector a = x.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector b = x.and(0xffff0000).reinterpretAsFloats();
            a.mul(FloatVector.fromArray(FLOATS, scales, s)).intoArray(out, o);
            b.mul(FloatVector.fromArray(FLOATS, scales, s + L)).intoArray(out, o + L);
            s = (s + 2 * L) % (SCALES * L);
            o += 2 * L;
        }
    }

    /** Signs are extended. */
    private static void bytes(int[] codes, int from, int to, float[] scales, float[] out, int q) {
        int s = 0;
        int o = q;
        for (int at = from; at < to; at += L) {
            IntVector x = IntVector.fromArray(INTS, codes, at);
            FloatVector a = (FloatVector) x.lanewise(VectorOperators.LSHL, 24)
                    .lanewise(VectorOperators.ASHR, 24)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector b = (FloatVector) x.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 24)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector c = (FloatVector) x.lanewise(VectorOperators.LSHL, 8)
                    .lanewise(VectorOperators.ASHR, 24)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector d =
                    (FloatVector) x.lanewise(VectorOperators.ASHR, 24).convertShape(VectorOperators.I2F, FLOATS, 0);
            a.mul(FloatVector.fromArray(FLOATS, scales, s)).intoArray(out, o);
            b.mul(FloatVector.fromArray(FLOATS, scales, s + L)).intoArray(out, o + L);
            c.mul(FloatVector.fromArray(FLOATS, scales, s + 2 * L)).intoArray(out, o + 2 * L);
            d.mul(FloatVector.fromArray(FLOATS, scales, s + 3 * L)).intoArray(out, o + 3 * L);
            s = (s + 4 * L) % (SCALES * L);
            o += 4 * L;
        }
    }

    /** Three bits become the lowest of an exponent, where zero is zero; the sign moves as in {@link #halves}. */
    private static void powers(int[] codes, int from, int to, float[] scales, float[] out, int q) {
        int o = q;
        for (int at = from; at < to; at += L) {
            IntVector x = IntVector.fromArray(INTS, codes, at);
            FloatVector a = x.lanewise(VectorOperators.LSHL, 28)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats();
            FloatVector b = x.lanewise(VectorOperators.LSHL, 24)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats();
            FloatVector c = x.lanewise(VectorOperators.LSHL, 20)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats();
            FloatVector d = x.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats();
            FloatVector e = x.lanewise(VectorOperators.LSHL, 12)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats();
            FloatVector f = x.lanewise(VectorOperators.LSHL, 8)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats();
            FloatVector g = x.lanewise(VectorOperators.LSHL, 4)
                    .lanewise(VectorOperators.ASHR, 5)
                    .and(0x83800000)
                    .reinterpretAsFloats();
            FloatVector h = x.lanewise(VectorOperators.ASHR, 5).and(0x83800000).reinterpretAsFloats();
            a.mul(FloatVector.fromArray(FLOATS, scales, 0)).intoArray(out, o);
            b.mul(FloatVector.fromArray(FLOATS, scales, L)).intoArray(out, o + L);
            c.mul(FloatVector.fromArray(FLOATS, scales, 2 * L)).intoArray(out, o + 2 * L);
            d.mul(FloatVector.fromArray(FLOATS, scales, 3 * L)).intoArray(out, o + 3 * L);
            e.mul(FloatVector.fromArray(FLOATS, scales, 4 * L)).intoArray(out, o + 4 * L);
            f.mul(FloatVector.fromArray(FLOATS, scales, 5 * L)).intoArray(out, o + 5 * L);
            g.mul(FloatVector.fromArray(FLOATS, scales, 6 * L)).intoArray(out, o + 6 * L);
            h.mul(FloatVector.fromArray(FLOATS, scales, 7 * L)).intoArray(out, o + 7 * L);
            o += 8 * L;
        }
    }
}

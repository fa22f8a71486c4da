package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.convmark.kernel.Quantiser;
import org.convmark.model.Activation;

/**
 * Element-wise loops over a contiguous row of whole vectors. One load per operand, one store, nothing carried between iterations:
 * L1 bandwidth is the limit, except for exponential activations.
 */
public final class ElementwiseKernels {
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2 = 0.69314718f;

    /**
     * 1.5 * 2^23: adding it rounds to an integer, which is then in the low bits; the bits above are lost when it is shifted to
     * the exponent.
     */
    private static final float ROUND = 12582912f;

    private static final float SIXTH = 1f / 6;

    private static final float SELU_SCALE = (float) Activation.SELU_SCALE;
    private static final float SELU_NEGATIVE = (float) (Activation.SELU_SCALE * Activation.SELU_ALPHA);
    private static final float GELU_SLOPE = (float) Activation.GELU_SLOPE;
    private static final float GELU_CUBE = (float) (Activation.GELU_SLOPE * Activation.GELU_CUBIC);

    private ElementwiseKernels() {}

    /** {@code out[o..] = in[i..]}. */
    public static void copy(float[] in, int i, float[] out, int o, int length) {
        System.arraycopy(in, i, out, o, length);
    }

    /** {@code out[o..] = a[i..] + b[j..]}. */
    public static void add(float[] a, int i, float[] b, int j, float[] out, int o, int length) {
        for (int k = 0; k < length; k += L) {
            FloatVector.fromArray(FLOATS, a, i + k)
                    .add(FloatVector.fromArray(FLOATS, b, j + k))
                    .intoArray(out, o + k);
        }
    }

    /** Clamped sums: a residual and the activation after it in one pass. */
    public static void add(float[] a, int i, float[] b, int j, Clamp clamp, float[] out, int o, int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, clamp.low());
        FloatVector high = FloatVector.broadcast(FLOATS, clamp.high());
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, a, i + k).add(FloatVector.fromArray(FLOATS, b, j + k));
            x = x.blend(low, x.lt(low));
            x.blend(high, high.lt(x)).intoArray(out, o + k);
        }
    }

    /** By comparison: two instructions, while a maximum that respects NaN and -0 takes six. */
    public static void maximum(float[] a, int i, float[] b, int j, float[] out, int o, int length) {
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, a, i + k);
            FloatVector y = FloatVector.fromArray(FLOATS, b, j + k);
            x.blend(y, x.lt(y)).intoArray(out, o + k);
        }
    }

    /** in * scale + shift, with one vector of scales and shifts for the whole row. */
    public static void affine(float[] in, int i, float[] scale, float[] shift, int c, float[] out, int o, int length) {
        FloatVector s = FloatVector.fromArray(FLOATS, scale, c);
        FloatVector t = FloatVector.fromArray(FLOATS, shift, c);
        for (int k = 0; k < length; k += L) {
            FloatVector.fromArray(FLOATS, in, i + k).fma(s, t).intoArray(out, o + k);
        }
    }

    /** {@code out[o..] = in[i..] * factor[f..]}, the factors of one vector for all pixels. */
    public static void multiply(float[] in, int i, float[] factor, int f, float[] out, int o, int length) {
        FloatVector s = FloatVector.fromArray(FLOATS, factor, f);
        for (int k = 0; k < length; k += L) {
            FloatVector.fromArray(FLOATS, in, i + k).mul(s).intoArray(out, o + k);
        }
    }

    /** {@code out[o..] = function(in[i..])}. */
    public static void activate(Activation function, float[] in, int i, float[] out, int o, int length) {
        switch (function) {
            case RELU, RELU6 -> limit(in, i, Clamp.of(function), out, o, length);
            case ELU -> elu(in, i, 1, 1, out, o, length);
            case SELU -> elu(in, i, SELU_SCALE, SELU_NEGATIVE, out, o, length);
            case TANH -> tangent(in, i, 1, 0, 0, 1, 0, out, o, length);
            case GELU_TANH -> tangent(in, i, GELU_SLOPE, GELU_CUBE, 0.5f, 0, 1, out, o, length);
            case SIGMOID -> logistic(in, i, 0, 1, out, o, length);
            case SILU -> logistic(in, i, 1, 0, out, o, length);
            case GELU -> gelu(in, i, out, o, length);
            case HARD_SIGMOID -> hardSigmoid(in, i, out, o, length);
            case HARD_SWISH -> hardSwish(in, i, out, o, length);
        }
    }

    /** Rounds to 8 bits: see {@link Quantiser#shifter}. */
    public static void quantise(Quantiser quantiser, float[] in, int i, float[] out, int o, int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, quantiser.low());
        FloatVector high = FloatVector.broadcast(FLOATS, quantiser.high());
        FloatVector shifter = FloatVector.broadcast(FLOATS, quantiser.shifter());
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            x = x.blend(low, x.lt(low));
            x.blend(high, high.lt(x)).add(shifter).sub(shifter).intoArray(out, o + k);
        }
    }

    private static void limit(float[] in, int i, Clamp clamp, float[] out, int o, int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, clamp.low());
        FloatVector high = FloatVector.broadcast(FLOATS, clamp.high());
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            x = x.blend(low, x.lt(low));
            x.blend(high, high.lt(x)).intoArray(out, o + k);
        }
    }

    private static void hardSigmoid(float[] in, int i, float[] out, int o, int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, 0);
        FloatVector high = FloatVector.broadcast(FLOATS, 6);
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k).add(3f);
            x = x.blend(low, x.lt(low));
            x.blend(high, high.lt(x)).mul(SIXTH).intoArray(out, o + k);
        }
    }

    private static void hardSwish(float[] in, int i, float[] out, int o, int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, 0);
        FloatVector high = FloatVector.broadcast(FLOATS, 6);
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            FloatVector y = x.add(3f);
            y = y.blend(low, y.lt(low));
            y.blend(high, high.lt(y)).mul(SIXTH).mul(x).intoArray(out, o + k);
        }
    }

    /**
     * (slope * x + constant) / (1 + e^-x): sigmoid with 0 and 1, SiLU with 1 and 0. e^-x is computed as 2^n * p(r) with r of at
     * most ln 2 / 2 in magnitude (Cephes expf), relative error about 2e-7; x is clamped to +-87. Largest absolute error on -12 to
     * 12: sigmoid 9e-8, SiLU 1.2e-6, of which half an ulp of the result is 4.8e-7. All in one method: C2 does not inline a helper
     * into a loop that usually runs once, as on maps of one pixel, and the helper's vectors would be boxed.
     */
    private static void logistic(float[] in, int i, float slope, float constant, float[] out, int o, int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, -87f);
        FloatVector high = FloatVector.broadcast(FLOATS, 87f);
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            FloatVector y = x.blend(low, x.lt(low));
            y = y.blend(high, high.lt(y));
            FloatVector rounded = y.fma(FloatVector.broadcast(FLOATS, -LOG2_E), FloatVector.broadcast(FLOATS, ROUND));
            FloatVector n = rounded.sub(ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2), y.neg());
            FloatVector p = r.fma(
                            FloatVector.broadcast(FLOATS, 1.9875691500e-4f),
                            FloatVector.broadcast(FLOATS, 1.3981999507e-3f))
                    .fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f))
                    .fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f))
                    .fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f))
                    .fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f))
                    .fma(r.mul(r), r.add(1f));
            IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            x.mul(slope).add(constant).div(e.add(1f)).intoArray(out, o + k);
        }
    }

    /**
     * {@code above * x} for x above zero, {@code below * (e^x - 1)} for x below, e^x as in {@link #logistic}. Largest absolute
     * error on -12 to 12: ELU 6.2e-8, SELU 8.9e-7.
     */
    private static void elu(float[] in, int i, float above, float below, float[] out, int o, int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, -87f);
        FloatVector zero = FloatVector.broadcast(FLOATS, 0);
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            FloatVector y = x.blend(low, x.lt(low));
            y = y.blend(zero, zero.lt(y));
            FloatVector rounded = y.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUND));
            FloatVector n = rounded.sub(ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2), y);
            FloatVector p = r.fma(
                            FloatVector.broadcast(FLOATS, 1.9875691500e-4f),
                            FloatVector.broadcast(FLOATS, 1.3981999507e-3f))
                    .fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f))
                    .fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f))
                    .fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f))
                    .fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f))
                    .fma(r.mul(r), r.add(1f));
            IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            x.mul(above).blend(e.sub(1f).mul(below), x.lt(zero)).intoArray(out, o + k);
        }
    }

    /**
     * h * (tanh(u) + shift) with u = slope * x + cube * x^3 and h = half * x + constant: tanh with h = 1, GELU's approximation
     * with h = x / 2. tanh is the quotient of two polynomials on -7.9 to 7.9 (the form and coefficients of Eigen). Largest
     * absolute error on -12 to 12: tanh 2.9e-7, GELU_TANH 1.1e-6.
     */
    private static void tangent(
            float[] in,
            int i,
            float slope,
            float cube,
            float half,
            float constant,
            float shift,
            float[] out,
            int o,
            int length) {
        FloatVector low = FloatVector.broadcast(FLOATS, -7.90531110763549805f);
        FloatVector high = FloatVector.broadcast(FLOATS, 7.90531110763549805f);
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            FloatVector u = x.mul(x).mul(cube).add(slope).mul(x);
            u = u.blend(low, u.lt(low));
            u = u.blend(high, high.lt(u));
            FloatVector s = u.mul(u);
            FloatVector p = s.mul(-2.76076847742355e-16f)
                    .add(2.00018790482477e-13f)
                    .fma(s, FloatVector.broadcast(FLOATS, -8.60467152213735e-11f))
                    .fma(s, FloatVector.broadcast(FLOATS, 5.12229709037114e-08f))
                    .fma(s, FloatVector.broadcast(FLOATS, 1.48572235717979e-05f))
                    .fma(s, FloatVector.broadcast(FLOATS, 6.37261928875436e-04f))
                    .fma(s, FloatVector.broadcast(FLOATS, 4.89352455891786e-03f));
            FloatVector q = s.mul(1.19825839466702e-06f)
                    .add(1.18534705686654e-04f)
                    .fma(s, FloatVector.broadcast(FLOATS, 2.26843463243900e-03f))
                    .fma(s, FloatVector.broadcast(FLOATS, 4.89352518554385e-03f));
            FloatVector h = x.mul(half).add(constant);
            u.mul(p).div(q).add(shift).mul(h).intoArray(out, o + k);
        }
    }

    /**
     * x / 2 + |x| z p(z * z), with erf(z / sqrt 2) / z / 2 as one polynomial in z * z up to z = 5.35, moved to the middle of that
     * range, where its terms are small (our own minimax fit). Magnitudes are limited as ints, which have the same order: one
     * instruction, not a comparison and a blend. Largest absolute error on -12 to 12: 8.7e-7. There is no division, which takes as
     * long as ten multiplications of 64 bytes, and no exponential, with which the method would be too long for C2 to inline, and
     * every vector would be boxed.
     */
    private static void gelu(float[] in, int i, float[] out, int o, int length) {
        IntVector limit = FloatVector.broadcast(FLOATS, 5.35f).reinterpretAsInts();
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            FloatVector half = x.mul(0.5f);
            IntVector magnitude = x.reinterpretAsInts().and(Integer.MAX_VALUE);
            FloatVector z = magnitude.min(limit).reinterpretAsFloats();
            FloatVector t = z.fma(z, FloatVector.broadcast(FLOATS, -14.31125f));
            FloatVector p = t.fma(
                            FloatVector.broadcast(FLOATS, -5.5004427e-19f),
                            FloatVector.broadcast(FLOATS, 2.3930553e-17f))
                    .fma(t, FloatVector.broadcast(FLOATS, -3.8993005e-16f))
                    .fma(t, FloatVector.broadcast(FLOATS, 6.4446837e-15f))
                    .fma(t, FloatVector.broadcast(FLOATS, -2.1218048e-13f))
                    .fma(t, FloatVector.broadcast(FLOATS, 5.5746951e-12f))
                    .fma(t, FloatVector.broadcast(FLOATS, -1.1430042e-10f))
                    .fma(t, FloatVector.broadcast(FLOATS, 2.2283553e-9f))
                    .fma(t, FloatVector.broadcast(FLOATS, -4.2340823e-8f))
                    .fma(t, FloatVector.broadcast(FLOATS, 7.6584016e-7f))
                    .fma(t, FloatVector.broadcast(FLOATS, -1.3447026e-5f))
                    .fma(t, FloatVector.broadcast(FLOATS, 2.3866375e-4f))
                    .fma(t, FloatVector.broadcast(FLOATS, -4.6060673e-3f))
                    .fma(t, FloatVector.broadcast(FLOATS, 0.13214903f));
            p.fma(magnitude.reinterpretAsFloats().mul(z), half).intoArray(out, o + k);
        }
    }
}

package org.convmark.kernel;

/**
 * Rounding to 8 bits: {@code step * max(least, min(most, rint(x / step)))}.
 *
 * @param step a power of two
 * @param least -128, or 0 for values that are never negative
 * @param most 127 or 255
 */
public record Quantiser(float step, int least, int most) {
    /** Whether integers have no sign. */
    public boolean isUnsigned() {
        return least == 0;
    }

    /** The smallest result. */
    public float low() {
        return least * step;
    }

    /** The largest result. */
    public float high() {
        return most * step;
    }

    /**
     * 1.5 * 2^23 steps. A float of this size has neighbours one step away, so adding it to a number between {@link #low} and {@link #high}
     * rounds the number to a multiple of the step, ties to even, and subtracting it again is exact.
     */
    public float shifter() {
        return 0x1.8p23f * step;
    }

    /** The definition. */
    double apply(double x) {
        return step * Math.max(least, Math.min(most, Math.rint(x / step)));
    }
}

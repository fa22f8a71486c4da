package org.convmark.model;

/** Element-wise non-linearities. */
public enum Activation {
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code min(max(x, 0), 6)} (MobileNet). */
    RELU6,
    /** {@code x} above zero, {@code exp(x) - 1} below (Clevert et al. 2016). */
    ELU,
    /** ELU, scaled so that mean 0 and variance 1 are preserved (Klambauer et al. 2017). */
    SELU,
    /** Hyperbolic tangent. */
    TANH,
    /** GELU as {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))}, its usual approximation (Hendrycks and Gimpel 2016). */
    GELU_TANH,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** {@code x * sigmoid(x)}, also called swish. */
    SILU,
    /** {@code x * Phi(x)} with the Gaussian distribution function, not its tanh approximation. */
    GELU,
    /** {@code min(max(x + 3, 0), 6) / 6}, a piecewise-linear sigmoid (Howard et al. 2019, MobileNet-V3). */
    HARD_SIGMOID,
    /** {@code x * hard-sigmoid(x)}, also called hard-swish. */
    HARD_SWISH;

    /** Factor that SELU applies to all values. */
    public static final double SELU_SCALE = 1.0507009873554805;
    /** Further factor that SELU applies to values below zero. */
    public static final double SELU_ALPHA = 1.6732632423543772;
    /** Factor of x in the tangent of {@link #GELU_TANH}. */
    public static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);
    /** Factor of x cubed in that tangent, relative to the factor of x. */
    public static final double GELU_CUBIC = 0.044715;

    private static final double SQRT_HALF = Math.sqrt(0.5);

    /** The value in double precision: the definition that kernels are compared with. */
    public double apply(double x) {
        return switch (this) {
            case RELU -> Math.max(x, 0);
            case RELU6 -> Math.min(Math.max(x, 0), 6);
            case ELU -> x > 0 ? x : Math.expm1(x);
            case SELU -> SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x));
            case TANH -> Math.tanh(x);
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(GELU_SLOPE * (x + GELU_CUBIC * x * x * x)));
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case SILU -> x / (1 + Math.exp(-x));
            case GELU -> 0.5 * x * erfc(-x * SQRT_HALF);
            case HARD_SIGMOID -> Math.min(Math.max(x + 3, 0), 6) / 6;
            case HARD_SWISH -> x * Math.min(Math.max(x + 3, 0), 6) / 6;
        };
    }

    /** Chebyshev coefficients of the complementary error function, highest degree first (Press et al., erfcc). */
    private static final double[] ERFC = {
        0.17087277,
        -0.82215223,
        1.48851587,
        -1.13520398,
        0.27886807,
        -0.18628806,
        0.09678418,
        0.37409196,
        1.00002368,
        -1.26551223
    };

    /** Complementary error function, relative error below 1.2e-7. */
    private static double erfc(double x) {
        double z = Math.abs(x);
        double t = 1 / (1 + 0.5 * z);
        double exponent = 0;
        for (double c : ERFC) {
            exponent = exponent * t + c;
        }
        double tail = t * Math.exp(exponent - z * z);
        return x >= 0 ? tail : 2 - tail;
    }
}

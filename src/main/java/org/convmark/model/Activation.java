package org.convmark.model;

import java.util.List;
import java.util.Map;

/**
 * Element-wise non-linearities: each with its definition and with what other libraries call it, so that none of their adapters tells
 * activations apart.
 */
public enum Activation {
    /** {@code max(x, 0)}. */
    RELU(new Onnx("Relu"), new OneDnn("relu", 0, 0), new PyTorch("relu")),
    /** {@code min(max(x, 0), 6)} (MobileNet). */
    RELU6(new Onnx("Clip", 0, 6), new OneDnn("clip", 0, 6), new PyTorch("relu6")),
    /** {@code x} above zero, {@code exp(x) - 1} below (Clevert et al. 2016). */
    ELU(new Onnx("Elu"), new OneDnn("elu", 1, 0), new PyTorch("elu")),
    /** ELU, scaled so that mean 0 and variance 1 are preserved (Klambauer et al. 2017). */
    SELU(
            new Onnx("Selu"),
            List.of(new OneDnn("elu", Activation.SELU_ALPHA, 0), new OneDnn("linear", Activation.SELU_SCALE, 0)),
            new PyTorch("selu")),
    /** Hyperbolic tangent. */
    TANH(new Onnx("Tanh"), new OneDnn("tanh", 0, 0), new PyTorch("tanh")),
    /** GELU as {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))}, its usual approximation (Hendrycks and Gimpel 2016). */
    GELU_TANH(
            new Onnx("Gelu", Map.of("approximate", "tanh")),
            new OneDnn("gelu_tanh", 0, 0),
            new PyTorch("gelu", "tanh")),
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID(new Onnx("Sigmoid"), new OneDnn("logistic", 0, 0), new PyTorch("sigmoid")),
    /** {@code x * sigmoid(x)}, also called swish. */
    SILU(new Onnx("Sigmoid").asGate(), new OneDnn("swish", 1, 0), new PyTorch("silu")),
    /** {@code x * Phi(x)} with the Gaussian distribution function, not its tanh approximation. */
    GELU(new Onnx("Gelu"), new OneDnn("gelu_erf", 0, 0), new PyTorch("gelu")),
    /** {@code min(max(x + 3, 0), 6) / 6}, a piecewise-linear sigmoid (Howard et al. 2019, MobileNet-V3). */
    HARD_SIGMOID(
            new Onnx("HardSigmoid", Map.of("alpha", 1f / 6, "beta", 0.5f)),
            new OneDnn("hardsigmoid", 1.0 / 6, 0.5),
            new PyTorch("hardsigmoid")),
    /** {@code x * hard-sigmoid(x)}, also called hard-swish. */
    HARD_SWISH(new Onnx("HardSwish"), new OneDnn("hardswish", 1.0 / 6, 0.5), new PyTorch("hardswish"));

    /**
     * An operator of ONNX on a tensor.
     *
     * @param inputs scalar inputs that follow the tensor
     * @param attributes floats or strings by name
     * @param isGate whether the tensor is then multiplied by what the operator yields
     */
    public record Onnx(String name, List<Float> inputs, Map<String, Object> attributes, boolean isGate) {
        Onnx(String name) {
            this(name, Map.of());
        }

        Onnx(String name, float low, float high) {
            this(name, List.of(low, high), Map.of(), false);
        }

        Onnx(String name, Map<String, Object> attributes) {
            this(name, List.of(), attributes, false);
        }

        Onnx asGate() {
            return new Onnx(name, inputs, attributes, true);
        }
    }

    /**
     * An element-wise algorithm of oneDNN.
     *
     * @param name its constant, without {@code dnnl_eltwise_}
     * @param alpha slope of a ReLU or factor of an ELU below zero, lower limit of a clip, factor in the exponent of a swish, slope of a
     *     line or of a hard sigmoid
     * @param beta upper limit of a clip, value of a line or of a hard sigmoid at zero
     */
    public record OneDnn(String name, double alpha, double beta) {}

    /**
     * A function of PyTorch on a tensor.
     *
     * @param name in the namespace {@code at}
     * @param words arguments that follow the tensor
     */
    public record PyTorch(String name, List<String> words) {
        PyTorch(String name, String... words) {
            this(name, List.of(words));
        }
    }

    /** Factor that SELU applies to all values. */
    public static final double SELU_SCALE = 1.0507009873554805;
    /** Further factor that SELU applies to values below zero. */
    public static final double SELU_ALPHA = 1.6732632423543772;
    /** Factor of x in the tangent of {@link #GELU_TANH}. */
    public static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);
    /** Factor of x cubed in that tangent, relative to the factor of x. */
    public static final double GELU_CUBIC = 0.044715;

    private static final double SQRT_HALF = Math.sqrt(0.5);

    private final Onnx onnx;
    private final List<OneDnn> oneDnn;
    private final PyTorch pyTorch;

    Activation(Onnx onnx, OneDnn oneDnn, PyTorch pyTorch) {
        this(onnx, List.of(oneDnn), pyTorch);
    }

    Activation(Onnx onnx, List<OneDnn> oneDnn, PyTorch pyTorch) {
        this.onnx = onnx;
        this.oneDnn = oneDnn;
        this.pyTorch = pyTorch;
    }

    /** What ONNX calls it. */
    public Onnx onnx() {
        return onnx;
    }

    /** What oneDNN calls it: one algorithm, or several to apply in order. */
    public List<OneDnn> oneDnn() {
        return oneDnn;
    }

    /** What PyTorch calls it. */
    public PyTorch pyTorch() {
        return pyTorch;
    }

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

    /** Whether it only limits numbers. */
    public boolean isClamp() {
        return this == RELU || this == RELU6;
    }
}

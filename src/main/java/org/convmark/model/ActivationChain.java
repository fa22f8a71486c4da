package org.convmark.model;

import java.util.Optional;

/**
 * Pointwise convolutions, {@code depth} in a chain at constant width and size, with an activation behind each, or with none:
 * what an activation costs is the difference, as a kernel of its own (fusion {@code NONE}) or fused (fusion {@code EPILOGUE}).
 */
public enum ActivationChain implements Stack {
    /** Nothing: what the others are compared with. */
    IDENTITY(Optional.empty()),
    /** {@link Activation#RELU}. */
    RELU(Optional.of(Activation.RELU)),
    /** {@link Activation#RELU6}. */
    RELU6(Optional.of(Activation.RELU6)),
    /** {@link Activation#ELU}. */
    ELU(Optional.of(Activation.ELU)),
    /** {@link Activation#SELU}. */
    SELU(Optional.of(Activation.SELU)),
    /** {@link Activation#TANH}. */
    TANH(Optional.of(Activation.TANH)),
    /** {@link Activation#GELU_TANH}. */
    GELU_TANH(Optional.of(Activation.GELU_TANH)),
    /** {@link Activation#SIGMOID}. */
    SIGMOID(Optional.of(Activation.SIGMOID)),
    /** {@link Activation#SILU}. */
    SILU(Optional.of(Activation.SILU)),
    /** {@link Activation#GELU}. */
    GELU(Optional.of(Activation.GELU)),
    /** {@link Activation#HARD_SIGMOID}. */
    HARD_SIGMOID(Optional.of(Activation.HARD_SIGMOID)),
    /** {@link Activation#HARD_SWISH}. */
    HARD_SWISH(Optional.of(Activation.HARD_SWISH));

    private final Optional<Activation> function;

    ActivationChain(Optional<Activation> function) {
        this.function = function;
    }

    /** What stands behind each convolution; empty for {@link #IDENTITY}. */
    public Optional<Activation> function() {
        return function;
    }

    /**
     * A chain of convolutions and activations.
     *
     * @param depth convolutions
     * @param width channels
     * @param image rows and columns
     * @param batch images
     */
    @Override
    public Graph graph(int depth, int width, int image, int batch) {
        return Graph.of(new Shape(batch, width, image, image)).repeat(depth, x -> {
            Graph sums = x.conv(1, width);
            return function.map(sums::activate).orElse(sums);
        });
    }
}

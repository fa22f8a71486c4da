package org.convmark.model;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * A chain of {@code depth} pointwise convolutions at constant width and size, each followed by an activation, or by none. The
 * difference is the cost of the activation, as a kernel of its own (fusion {@code NONE}) or fused (fusion {@code EPILOGUE}).
 *
 * @param function the activation after each convolution; empty for none, the baseline of the others
 */
public record ActivationChain(Optional<Activation> function) implements Stack {
    /** The chain without an activation, then one for each activation. */
    public static ActivationChain[] values() {
        return Stream.concat(
                        Stream.of(Optional.<Activation>empty()),
                        Stream.of(Activation.values()).map(Optional::of))
                .map(ActivationChain::new)
                .toArray(ActivationChain[]::new);
    }

    /** Name of the activation, or {@code IDENTITY}. */
    @Override
    public String name() {
        return function.map(Activation::name).orElse("IDENTITY");
    }

    @Override
    public String toString() {
        return name();
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

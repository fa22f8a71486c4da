package org.convmark.model;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Pointwise convolutions, {@code depth} in a chain at constant width and size, with an activation behind each, or with none:
 * what an activation costs is the difference, as a kernel of its own (fusion {@code NONE}) or fused (fusion {@code EPILOGUE}).
 *
 * @param function what stands behind each convolution; empty for nothing, what the others are compared with
 */
public record ActivationChain(Optional<Activation> function) implements Stack {
    /** That without an activation, then those of each. */
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

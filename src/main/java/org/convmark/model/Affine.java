package org.convmark.model;

import java.util.List;

/** A layer that multiplies each channel by a constant, so that it can be folded into a convolution before it. */
public sealed interface Affine extends ElementWise {
    /** Whether a constant per channel is added too. */
    boolean shifts();

    @Override
    default <R> R accept(LayerVisitor<R> visitor) {
        return visitor.affine(this);
    }

    @Override
    default Cost cost(List<Shape> inputs) {
        int terms = shifts() ? 2 : 1;
        return Cost.elementWise(inputs, terms, (long) terms * inputs.get(0).channels());
    }

    /** None: it can be folded into the filter before it. */
    @Override
    default double leastFlops(List<Shape> inputs) {
        return 0;
    }

    /** Batch normalisation at inference: x * scale + shift per channel (Ioffe and Szegedy 2015). */
    record BatchNorm() implements Affine {
        @Override
        public boolean shifts() {
            return true;
        }
    }

    /** Multiplication by a constant per channel (Touvron et al. 2021, ConvNeXt's gamma). */
    record LayerScale() implements Affine {
        @Override
        public boolean shifts() {
            return false;
        }
    }
}

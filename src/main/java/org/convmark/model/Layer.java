package org.convmark.model;

import java.util.List;
import java.util.Optional;

/**
 * One step of a network: what it computes, the shape of its result and what it costs. Everything here is inference;
 * shapes are batch x channels x height x width.
 */
public sealed interface Layer permits Conv, ElementWise, LayerNorm, Pool, Route, Shift, TileLayer, Gated, Fused {
    /**
     * The shape of the result.
     *
     * @throws IllegalArgumentException if the inputs do not fit this layer
     */
    Shape output(List<Shape> inputs);

    /** Work and traffic of this layer as a kernel of its own. */
    Cost cost(List<Shape> inputs);

    /**
     * Flops that the best known algorithm needs at least: fewer than those of the {@link #cost} where there is a shorter way than the
     * definition.
     */
    default double leastFlops(List<Shape> inputs) {
        return cost(inputs).flops();
    }

    /** Whether this is one convolution, perhaps with what follows it element by element: what every backend runs as one kernel. */
    default boolean isConvolution() {
        return false;
    }

    /** The convolution that this layer is, without what follows it, perhaps of chosen channels; empty for other layers. */
    default Optional<Conv> convolution() {
        return Optional.empty();
    }

    /** Whether the elements of the result are elements of the inputs. */
    default boolean isMove() {
        return false;
    }

    /** Which rows of an input a row of the result is made from. */
    ReceptiveField reach(int input);

    /** Bits of an element of an input as it must be read: 32 for floats. */
    default int inputBits(int input) {
        return Float.SIZE;
    }

    /** Bits of an element of the result as it must be written. */
    default int resultBits() {
        return Float.SIZE;
    }

    /** What a visitor has for this kind. */
    <R> R accept(LayerVisitor<R> visitor);
}

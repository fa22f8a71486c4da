package org.convmark.model;

import java.util.List;

/** A layer that makes each element of its result from the elements in the same place of its inputs. */
public sealed interface ElementWise extends Layer
        permits ElementWise.Activate, ElementWise.Add, ElementWise.Multiply, ElementWise.Quantise, Affine {
    @Override
    default ReceptiveField reach(int input) {
        return ReceptiveField.ROW;
    }

    @Override
    default Shape output(List<Shape> inputs) {
        return ShapeInference.single(this, inputs);
    }

    @Override
    default Cost cost(List<Shape> inputs) {
        return Cost.elementWise(inputs, 1, 0);
    }

    /** An element-wise non-linearity. */
    record Activate(Activation function) implements ElementWise {
        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.activate(this);
        }
    }

    /** The sum of two tensors of the same shape. */
    record Add() implements ElementWise {
        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.add(this);
        }

        /** None: a convolution before it can start from the other tensor instead of from zero. */
        @Override
        public double leastFlops(List<Shape> inputs) {
            return 0;
        }

        @Override
        public Shape output(List<Shape> inputs) {
            if (inputs.size() != 2 || !inputs.get(0).equals(inputs.get(1))) {
                throw new IllegalArgumentException("only two tensors of the same shape can be added, not " + inputs);
            }
            return inputs.get(0);
        }
    }

    /** The first tensor times a gate of one pixel, channel by channel (squeeze-excite, Hu et al. 2018). */
    record Multiply() implements ElementWise {
        @Override
        public ReceptiveField reach(int input) {
            return input == 0 ? ReceptiveField.ROW : ReceptiveField.GATE;
        }

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.multiply(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            if (inputs.size() != 2
                    || !inputs.get(1)
                            .equals(new Shape(
                                    inputs.get(0).batch(), inputs.get(0).channels(), 1, 1))) {
                throw new IllegalArgumentException("a tensor is multiplied by one value per channel, not by " + inputs);
            }
            return inputs.get(0);
        }
    }

    /**
     * Rounds to 8 bits: {@code step * max(least, min(most, rint(x / step)))}, ties to even. The step is a parameter, a power of two, so that
     * the division is exact and the result a float like any other. See {@link Quantisation}.
     *
     * @param least integer: -128, or 0 for values that are not negative
     * @param most integer: 127 or 255
     */
    record Quantise(int least, int most) implements ElementWise {
        /** For values that are not negative. */
        static final Quantise UNSIGNED = new Quantise(0, 255);

        /** For all others. */
        static final Quantise SIGNED = new Quantise(-128, 127);

        @Override
        public <R> R accept(LayerVisitor<R> visitor) {
            return visitor.quantise(this);
        }

        /** None: the convolution before it can round what it stores. */
        @Override
        public double leastFlops(List<Shape> inputs) {
            return 0;
        }

        @Override
        public int resultBits() {
            return Byte.SIZE;
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            Cost floats = Cost.elementWise(inputs, 1, 0);
            long written = floats.bytesWritten() * resultBits() / Float.SIZE;
            return new Cost(0, floats.flops(), floats.bytesRead(), written, 0, 0, 1);
        }
    }
}

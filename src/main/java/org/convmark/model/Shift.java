package org.convmark.model;

import java.util.List;

/**
 * Every map moved one pixel up and left; zeros come in from below and from the right. The second half of a factorized
 * reduction reads the pixels that the strided first half leaves out (Zoph et al. 2018).
 */
public record Shift() implements Layer {
    @Override
    public Shape output(List<Shape> inputs) {
        return ShapeInference.single(this, inputs);
    }

    @Override
    public Cost cost(List<Shape> inputs) {
        return Cost.elementWise(inputs, 0, 0);
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public ReceptiveField reach(int input) {
        return new ReceptiveField(1, 0, 1);
    }

    @Override
    public <R> R accept(LayerVisitor<R> visitor) {
        return visitor.shift(this);
    }
}

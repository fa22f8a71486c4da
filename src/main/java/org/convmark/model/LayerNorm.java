package org.convmark.model;

import java.util.List;

/** Normalisation over the channels of each pixel, then gain and bias per channel (Ba et al. 2016; ConvNeXt). */
public record LayerNorm(float epsilon) implements Layer {
    @Override
    public ReceptiveField reach(int input) {
        return ReceptiveField.ROW;
    }

    @Override
    public <R> R accept(LayerVisitor<R> visitor) {
        return visitor.layerNorm(this);
    }

    @Override
    public Shape output(List<Shape> inputs) {
        return ShapeInference.single(this, inputs);
    }

    @Override
    public Cost cost(List<Shape> inputs) {
        Shape in = inputs.get(0);
        Cost cost = Cost.elementWise(inputs, 8, 2L * in.channels());
        return cost.plus(new Cost(0, 0, 0, 0, 0, 0, 2L * in.channels()));
    }
}

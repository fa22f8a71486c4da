package org.convmark.model;

/**
 * One method per kind of layer. A new kind does not compile before it accepts visitors, and no visitor compiles before it handles
 * the new kind.
 *
 * @param <R> result for a layer
 */
public interface LayerVisitor<R> {
    R conv(Conv conv);

    R affine(Affine affine);

    R layerNorm(LayerNorm norm);

    R activate(ElementWise.Activate activate);

    R add(ElementWise.Add add);

    R multiply(ElementWise.Multiply multiply);

    R quantise(ElementWise.Quantise quantise);

    R route(Route route);

    R shift(Shift shift);

    R pool(Pool pool);

    R tiles(TileLayer layer);

    /** What it has for the layer on the chosen channels, unless said. */
    default R gated(Gated gated) {
        return gated.layer().accept(this);
    }

    R fused(Fused fused);
}

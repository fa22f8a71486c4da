package org.convmark.model;

/**
 * Something for each kind of layer: a new kind does not compile before it accepts visitors, nor does any visitor before it has something for
 * it.
 *
 * @param <R> what comes of a layer
 */
public interface LayerVisitor<R> {
    R conv(Conv conv);

    R affine(Affine affine);

    R layerNorm(LayerNorm norm);

    R activate(ElementWise.Activate activate);

    R add(ElementWise.Add add);

    R multiply(ElementWise.Multiply multiply);

    R route(Route route);

    R shift(Shift shift);

    R pool(Pool pool);

    R fused(Fused fused);
}

package org.convmark.model;

/**
 * Something for each kind of layer: a new kind does not compile before it accepts visitors, nor does any visitor before it has something for
 * it.
 *
 * @param <R> what comes of a layer
 */
public interface LayerVisitor<R> {
    R conv(Layer.Conv conv);

    R affine(Layer.Affine affine);

    R layerNorm(Layer.LayerNorm norm);

    R activate(Layer.Activate activate);

    R add(Layer.Add add);

    R multiply(Layer.Multiply multiply);

    R route(Layer.Route route);

    R shift(Layer.Shift shift);

    R pool(Layer.Pool pool);

    R fused(Layer.Fused fused);
}

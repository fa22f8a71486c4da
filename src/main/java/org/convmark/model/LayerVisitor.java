package org.convmark.model;

/**
 * One method per kind of layer. A new kind does not compile before it accepts visitors, and no visitor compiles before it handles
 * the new kind.
 *
 * @param <R> result for a layer
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

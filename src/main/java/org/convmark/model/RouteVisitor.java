package org.convmark.model;

/**
 * One method per way to move channels, as {@link LayerVisitor} has for layers.
 *
 * @param <R> result for a route
 */
public interface RouteVisitor<R> {
    R concat(Layer.Concat concat);

    R slice(Layer.Slice slice);

    R shuffle(Layer.Shuffle shuffle);
}

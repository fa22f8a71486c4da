package org.convmark.model;

/**
 * One method per way to move channels, as {@link LayerVisitor} has for layers.
 *
 * @param <R> result for a route
 */
public interface RouteVisitor<R> {
    R concat(Route.Concat concat);

    R slice(Route.Slice slice);

    R shuffle(Route.Shuffle shuffle);
}

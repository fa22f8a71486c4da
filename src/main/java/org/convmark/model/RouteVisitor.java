package org.convmark.model;

/**
 * Something for each way to move channels, as {@link LayerVisitor} has for layers: for whatever has operations of its own for them.
 *
 * @param <R> what comes of a route
 */
public interface RouteVisitor<R> {
    R concat(Route.Concat concat);

    R slice(Route.Slice slice);

    R shuffle(Route.Shuffle shuffle);
}

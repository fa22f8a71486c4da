package org.convmark.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * A sequence of equal units of any depth and width: a {@link Pattern}, a {@link Block}, an {@link Operator} or an {@link
 * ActivationChain}.
 */
public interface Stack extends Workload {
    /** The extents that every stack has. */
    List<Parameter> EXTENTS = List.of(Parameter.DEPTH, Parameter.WIDTH, Parameter.IMAGE, Parameter.BATCH);

    /** The largest depth: far beyond any network, and its graph is still built in a moment. */
    int MOST_DEPTH = 512;

    /**
     * The graph of these extents.
     *
     * @param depth units, blocks or layers
     * @param width channels of the first stage
     * @param image rows and columns of the input
     * @param batch images
     */
    Graph graph(int depth, int width, int image, int batch);

    @Override
    default List<Parameter> extents() {
        return EXTENTS;
    }

    /** @throws IllegalArgumentException if it is deeper than {@link #MOST_DEPTH}, or if its extents do not make a graph */
    @Override
    default Graph graph(Extents extents) {
        int depth = extents.get(Parameter.DEPTH);
        if (depth > MOST_DEPTH) {
            throw new IllegalArgumentException("depth " + depth + " is more than " + MOST_DEPTH);
        }
        return graph(depth, extents.get(Parameter.WIDTH), extents.get(Parameter.IMAGE), extents.get(Parameter.BATCH));
    }

    /** Every pattern, every block, every operator and every activation. */
    static List<Stack> stacks() {
        return Stream.<Stack[]>of(Pattern.values(), Block.values(), Operator.values(), ActivationChain.values())
                .flatMap(Stream::of)
                .toList();
    }
}

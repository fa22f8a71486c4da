package org.convmark.model;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Equal units behind one another, of any depth and width: a {@link Pattern}, a {@link Block}, an {@link Operator} or an
 * {@link ActivationChain}.
 */
public interface Stack extends Workload {
    /** The deepest: far beyond any network, and its graph is still made in a moment. */
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
    default List<String> extents() {
        return List.of("depth", "width", "image", "batch");
    }

    /** @throws IllegalArgumentException if it is deeper than {@link #MOST_DEPTH}, or extents make no graph */
    @Override
    default Graph graph(ToIntFunction<String> extent) {
        int depth = extent.applyAsInt("depth");
        if (depth > MOST_DEPTH) {
            throw new IllegalArgumentException("depth " + depth + " is more than " + MOST_DEPTH);
        }
        return graph(depth, extent.applyAsInt("width"), extent.applyAsInt("image"), extent.applyAsInt("batch"));
    }

    /** Every pattern, every block, every operator and every activation. */
    static List<Stack> stacks() {
        return Stream.<Stack[]>of(Pattern.values(), Block.values(), Operator.values(), ActivationChain.values())
                .flatMap(Stream::of)
                .toList();
    }
}

package org.convmark.model;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Equal units behind one another, of any depth and width: a {@link Pattern}, a {@link Block}, an {@link Operator} or an
 * {@link ActivationChain}.
 */
public interface Stack extends Workload {
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

    @Override
    default Graph graph(ToIntFunction<String> extent) {
        return graph(
                extent.applyAsInt("depth"),
                extent.applyAsInt("width"),
                extent.applyAsInt("image"),
                extent.applyAsInt("batch"));
    }

    /** Every pattern, every block, every operator and every activation. */
    static List<Stack> stacks() {
        return Stream.<Stack[]>of(Pattern.values(), Block.values(), Operator.values(), ActivationChain.values())
                .flatMap(Stream::of)
                .toList();
    }
}

package org.convmark.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * A pattern or a block: what the sweeps go over.
 *
 * @param name its constant
 * @param sized its graph of a size
 */
public record Form(String name, Sized sized) {
    /** The signature that patterns and blocks share. */
    @FunctionalInterface
    public interface Sized {
        /** The graph of this size. */
        Graph graph(int depth, int width, int image, int batch);
    }

    /** Every pattern and every block. */
    public static List<Form> all() {
        return Stream.concat(
                        Stream.of(Pattern.values()).map(p -> new Form(p.name(), p::graph)),
                        Stream.of(Block.values()).map(b -> new Form(b.name(), b::graph)))
                .toList();
    }

    /** The graph of this size. */
    public Graph graph(int depth, int width, int image, int batch) {
        return sized.graph(depth, width, image, batch);
    }

    @Override
    public String toString() {
        return name;
    }
}

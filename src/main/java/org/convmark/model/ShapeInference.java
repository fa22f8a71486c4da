package org.convmark.model;

import java.util.List;

/** What several kinds of layers need to find the shape of their result. */
final class ShapeInference {
    private ShapeInference() {}

    /** The shape of the only input. */
    static Shape single(Layer layer, List<Shape> inputs) {
        if (inputs.size() != 1) {
            throw new IllegalArgumentException(layer + " takes one input, not " + inputs.size());
        }
        return inputs.get(0);
    }

    /** How many places a window has along one side of a map that is padded before and after. */
    static int windows(int size, int window, int stride, int before, int after) {
        int room = size + before + after - window;
        if (room < 0) {
            throw new IllegalArgumentException("a window of " + window + " pixels does not fit a map of " + size
                    + " with padding " + before + " and " + after);
        }
        return room / stride + 1;
    }
}

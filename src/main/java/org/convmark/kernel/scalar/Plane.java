package org.convmark.kernel.scalar;

import org.convmark.model.Shape;

/**
 * A tensor of plain Java: batch x channel x row x column, no border.
 *
 * @param shape its extent
 * @param data its elements
 */
record Plane(Shape shape, float[] data) {
    /** Index of the first element of a feature map, counted over batch and channels. */
    int map(int index) {
        return index * (int) shape.pixels();
    }

    /** Feature maps of all images. */
    int maps() {
        return shape.batch() * shape.channels();
    }
}

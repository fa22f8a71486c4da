package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

import org.convmark.model.Shape;

/**
 * A tensor in blocks of L channels: batch x channel block x row x column x lane, with a border of zeros around every
 * map. Lanes behind the last channel hold anything.
 */
final class Blocked {
    final Shape shape;
    final int border;
    final float[] data;

    /** Floats from one row to the next. */
    final int row;

    /** Floats from one channel block to the next. */
    final int block;

    /** Channel blocks of one image. */
    final int blocks;

    /** Offset of lane 0 of the first pixel of the map of the first block. */
    private final int origin;

    /** Floats from one image to the next. */
    private final int image;

    Blocked(Shape shape, int border) {
        this.shape = shape;
        this.border = border;
        this.row = (shape.width() + 2 * border) * L;
        this.block = Math.multiplyExact(shape.height() + 2 * border, row);
        this.blocks = Lanes.blocks(shape.channels());
        this.image = Math.multiplyExact(block, blocks);
        this.origin = border * (row + L);
        this.data = new float[Math.multiplyExact(image, shape.batch())];
    }

    private Blocked(Blocked whole, int first, int channels) {
        this.shape = whole.shape.withChannels(channels);
        this.border = whole.border;
        this.row = whole.row;
        this.block = whole.block;
        this.blocks = Lanes.blocks(channels);
        this.image = whole.image;
        this.origin = whole.origin + first / L * block;
        this.data = whole.data;
    }

    /** Some channels, in the same memory; the first is the first of a block. */
    Blocked part(int first, int channels) {
        return new Blocked(this, first, channels);
    }

    /** Offset of lane 0 of a pixel of the map; rows and columns may reach into the border. */
    int at(int n, int b, int y, int x) {
        return origin + n * image + b * block + y * row + x * L;
    }

    /** Floats of a row without its border. */
    int rowLength() {
        return shape.width() * L;
    }

    /** Rows of all maps of all images. */
    int rows() {
        return shape.batch() * blocks * shape.height();
    }

    /** Offset of the first pixel of a row, counted over images, blocks and rows. */
    int rowAt(int index) {
        int map = index / shape.height();
        return at(map / blocks, map % blocks, index % shape.height(), 0);
    }

    void write(float[] values) {
        copy((from, to) -> data[to] = values[from]);
    }

    float[] read() {
        float[] values = new float[(int) shape.elements()];
        copy((to, from) -> values[to] = data[from]);
        return values;
    }

    private interface Copy {
        void element(int planar, int blocked);
    }

    private void copy(Copy copy) {
        int planar = 0;
        for (int n = 0; n < shape.batch(); n++) {
            for (int c = 0; c < shape.channels(); c++) {
                for (int y = 0; y < shape.height(); y++) {
                    for (int x = 0; x < shape.width(); x++) {
                        copy.element(planar++, at(n, c / L, y, x) + c % L);
                    }
                }
            }
        }
    }
}

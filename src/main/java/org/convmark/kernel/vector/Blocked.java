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

    Blocked(Shape shape, int border) {
        this.shape = shape;
        this.border = border;
        this.row = (shape.width() + 2 * border) * L;
        this.block = Math.multiplyExact(shape.height() + 2 * border, row);
        this.blocks = Lanes.blocks(shape.channels());
        this.data = new float[Math.multiplyExact(block, Math.multiplyExact(blocks, shape.batch()))];
    }

    /** Offset of lane 0 of a pixel of the map; rows and columns may reach into the border. */
    int at(int n, int b, int y, int x) {
        return (n * blocks + b) * block + (y + border) * row + (x + border) * L;
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
        int h = shape.height();
        return at(0, 0, 0, 0) + index / h * block + index % h * row;
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

package org.convmark.kernel.opencl;

import org.convmark.model.Shape;

/**
 * A tensor on a device: batch x channel block x row x column x channel in block, with a border of zeros around every map. The
 * unused channels of the last block hold arbitrary finite values.
 *
 * @param shape its shape
 * @param border zero pixels on every side
 * @param block channels side by side
 * @param memory the buffer that holds it
 * @param first index in the buffer of the tensor's first element
 */
record DeviceTensor(Shape shape, int border, int block, Cl.Memory memory, int first) {
    /** Elements that such a tensor takes. */
    static long elements(Shape shape, int border, int block) {
        long pixels = (shape.height() + 2L * border) * (shape.width() + 2L * border);
        return shape.batch() * (long) blocks(shape.channels(), block) * block * pixels;
    }

    /** Blocks that hold this many channels. */
    static int blocks(int channels, int block) {
        return (channels + block - 1) / block;
    }

    /**
     * Rows that one work-item of a CPU computes: many, so that few items start, but not so many that compute units go idle.
     *
     * @param height rows of a map
     * @param maps maps with items of their own
     * @param units compute units
     */
    static int rowsPerItem(int height, int maps, int units) {
        int rows = height;
        while (rows > 1 && blocks(height, rows) * maps < 8 * units) {
            rows = (rows + 1) / 2;
        }
        return rows;
    }

    int blocks() {
        return blocks(shape.channels(), block);
    }

    /** Elements from one row to the next. */
    int row() {
        return (shape.width() + 2 * border) * block;
    }

    /** Elements from one block of channels to the next. */
    int plane() {
        return (shape.height() + 2 * border) * row();
    }

    /** Elements from one image to the next. */
    int image() {
        return blocks() * plane();
    }

    /** Where the inside starts and how far apart its parts are, as kernel arguments: first element, row, plane, image. */
    int[] at() {
        return at(0);
    }

    /** The same, starting some pixels further up and left. */
    int[] at(int padding) {
        return new int[] {first + (border - padding) * (row() + block), row(), plane(), image()};
    }

    /** Index in the buffer of an element of the inside. */
    int index(int n, int channel, int y, int x) {
        return first
                + n * image()
                + channel / block * plane()
                + (y + border) * row()
                + (x + border) * block
                + channel % block;
    }
}

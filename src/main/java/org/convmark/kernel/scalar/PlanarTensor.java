package org.convmark.kernel.scalar;

import java.util.Arrays;
import org.convmark.model.Shape;

/**
 * A tensor of plain Java in NCHW order: one array of height x width floats per feature map, no border. Loops over whole maps then
 * use the same index in every array, a form that C2 vectorises.
 *
 * @param shape its shape
 * @param maps feature maps of all images, image by image
 */
record PlanarTensor(Shape shape, float[][] maps) {
    PlanarTensor(Shape shape) {
        this(shape, new float[shape.batch() * shape.channels()][(int) shape.pixels()]);
    }

    /** A tensor of some of the maps, starting at {@code first}. */
    PlanarTensor(Shape shape, float[][] maps, int first) {
        this(shape, Arrays.copyOfRange(maps, first, first + shape.batch() * shape.channels()));
    }

    /** Some channels, sharing the maps. */
    PlanarTensor part(int first, int channels) {
        float[][] part = new float[shape.batch() * channels][];
        for (int m = 0; m < part.length; m++) {
            part[m] = maps[m / channels * shape.channels() + first + m % channels];
        }
        return new PlanarTensor(shape.withChannels(channels), part);
    }

    void write(float[] values) {
        for (int m = 0; m < maps.length; m++) {
            System.arraycopy(values, m * maps[m].length, maps[m], 0, maps[m].length);
        }
    }

    float[] read() {
        float[] values = new float[(int) shape.elements()];
        for (int m = 0; m < maps.length; m++) {
            System.arraycopy(maps[m], 0, values, m * maps[m].length, maps[m].length);
        }
        return values;
    }
}

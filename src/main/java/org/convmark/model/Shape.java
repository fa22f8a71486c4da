package org.convmark.model;

/**
 * The shape of an activation tensor in elements: batch x channels x height x width, 32-bit floats.
 *
 * @param batch images
 * @param channels feature maps
 * @param height rows
 * @param width columns
 */
public record Shape(int batch, int channels, int height, int width) {
    /** Bytes of one element: every tensor holds 32-bit floats. */
    public static final int ELEMENT_BYTES = Float.BYTES;

    /** @throws IllegalArgumentException if an extent is not positive */
    public Shape {
        if (batch < 1 || channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("a tensor needs at least one element in every dimension, not " + batch
                    + "x" + channels + "x" + height + "x" + width);
        }
    }

    /** Pixels of one feature map. */
    public long pixels() {
        return (long) height * width;
    }

    /**
     * Elements of the whole tensor.
     *
     * @throws ArithmeticException if they do not fit into a long
     */
    public long elements() {
        return Math.multiplyExact((long) batch * channels, pixels());
    }

    /**
     * Bytes of the whole tensor.
     *
     * @throws ArithmeticException if they do not fit into a long
     */
    public long bytes() {
        return Math.multiplyExact(elements(), (long) ELEMENT_BYTES);
    }

    /** The same shape with another number of channels. */
    public Shape withChannels(int newChannels) {
        return new Shape(batch, newChannels, height, width);
    }

    /** {@code 1x64x56x56}. */
    @Override
    public String toString() {
        return batch + "x" + channels + "x" + height + "x" + width;
    }
}

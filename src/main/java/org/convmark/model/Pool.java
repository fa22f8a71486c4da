package org.convmark.model;

import java.util.List;

/**
 * A reduction over a window of each feature map. Padding is neutral: minus infinity for a maximum, not counted in an
 * average, zero for a blur.
 *
 * @param kind what is reduced how
 * @param kernel rows and columns of the window, 0 for the whole map
 * @param stride step of the window
 * @param padding neutral pixels before the first row and column
 * @param after neutral pixels behind the last row and column; a stride less one more than before it is what frameworks
 *     call ceil mode
 */
public record Pool(Kind kind, int kernel, int stride, int padding, int after) implements Layer {
    /** Average of the whole map. */
    public static final Pool WHOLE_MAP = new Pool(Kind.GLOBAL, 0, 1, 0);

    /** @throws IllegalArgumentException if a blur is padded unevenly: it is a convolution */
    public Pool {
        if (kind == Kind.BLUR && after != padding) {
            throw new IllegalArgumentException("a blur has the same padding on every side");
        }
    }

    /** The same padding on every side. */
    public Pool(Kind kind, int kernel, int stride, int padding) {
        this(kind, kernel, stride, padding, padding);
    }

    /** Kinds of pooling. */
    public enum Kind {
        MAX,
        AVERAGE,
        /** Average of the whole map. */
        GLOBAL,
        /** Binomial 3x3 filter (1 2 1)x(1 2 1)/16, zero padding (Zhang 2019, BlurPool). */
        BLUR
    }

    /** The weight of the tap in row r, column s of a blur. */
    public static float blur(int r, int s) {
        return (r == 1 ? 2 : 1) * (s == 1 ? 2 : 1) / 16f;
    }

    /** The depthwise convolution that a blur is. */
    public Conv blurConv(int channels) {
        return new Conv(channels, kernel, stride, 1, padding, 1, Conv.Bias.NO);
    }

    /** Its filter: channel x row x column. */
    public float[] blurFilter(int channels) {
        float[] filter = new float[channels * kernel * kernel];
        for (int i = 0; i < filter.length; i++) {
            filter[i] = blur(i / kernel % kernel, i % kernel);
        }
        return filter;
    }

    @Override
    public boolean isMove() {
        return kind == Kind.MAX;
    }

    @Override
    public ReceptiveField reach(int input) {
        return kind == Kind.GLOBAL ? ReceptiveField.MAP : new ReceptiveField(stride, padding, kernel - 1 - padding);
    }

    @Override
    public <R> R accept(LayerVisitor<R> visitor) {
        return visitor.pool(this);
    }

    @Override
    public Shape output(List<Shape> inputs) {
        Shape in = ShapeInference.single(this, inputs);
        return kind == Kind.GLOBAL
                ? new Shape(in.batch(), in.channels(), 1, 1)
                : new Shape(
                        in.batch(),
                        in.channels(),
                        ShapeInference.windows(in.height(), kernel, stride, padding, after),
                        ShapeInference.windows(in.width(), kernel, stride, padding, after));
    }

    @Override
    public Cost cost(List<Shape> inputs) {
        Shape in = inputs.get(0);
        Shape out = output(inputs);
        long window = kind == Kind.GLOBAL ? in.pixels() : (long) kernel * kernel;
        long perTap = kind == Kind.BLUR ? 2 : 1;
        return new Cost(0, out.elements() * window * perTap, in.bytes(), out.bytes(), 0, 0, window);
    }

    /** Windows that overlap share partial results, so only one operation a result is sure. */
    @Override
    public double leastFlops(List<Shape> inputs) {
        return kind == Kind.GLOBAL ? cost(inputs).flops() : output(inputs).elements();
    }
}

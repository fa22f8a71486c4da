package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.Kernel;
import org.convmark.model.Layer;

/**
 * Depthwise convolution. A unit is one row of one channel block: seven pixels at a time, one loop over taps, per tap one
 * weight vector and one FMA with an input vector from memory per pixel. Seven sums stay in registers; loads are the
 * limit. Rows of less than seven pixels go pixel by pixel.
 */
final class DepthwiseKernel implements Kernel {
    private static final int TILE = 7;

    private final Layer.Conv conv;
    private final float[] weights;
    private final float[] bias;
    private final int[] taps;
    private final Finish finish;
    private final Blocked in;
    private final Blocked out;

    /** @param filter channel x row x column */
    DepthwiseKernel(Layer.Conv conv, float[] filter, float[] bias, Finish finish, Blocked in, Blocked out) {
        this.conv = conv;
        this.finish = finish;
        this.in = in;
        this.out = out;
        this.bias = Lanes.padded(bias);
        int k = conv.kernel();
        this.taps = new int[k * k];
        this.weights = new float[out.blocks * taps.length * L];
        for (int t = 0; t < taps.length; t++) {
            taps[t] = t / k * conv.dilation() * in.row + t % k * conv.dilation() * L;
            for (int c = 0; c < conv.outChannels(); c++) {
                weights[(c / L * taps.length + t) * L + c % L] = filter[c * taps.length + t];
            }
        }
    }

    @Override
    public int units() {
        return out.rows();
    }

    @Override
    public void run(int from, int to) {
        int height = out.shape.height();
        for (int unit = from; unit < to; unit++) {
            row(unit / height / out.blocks, unit / height % out.blocks, unit % height);
        }
    }

    private void row(int n, int b, int y) {
        int p = in.at(n, b, y * conv.stride() - conv.padding(), -conv.padding());
        int q = out.at(n, b, y, 0);
        int step = conv.stride() * L;
        int w0 = b * taps.length * L;
        int width = out.shape.width();
        if (width < TILE) {
            for (int x = 0; x < width; x++) {
                one(in.data, p + x * step, taps, weights, w0, bias, b * L, out.data, q + x * L);
            }
        } else {
            for (int x = 0; x < width; x += TILE) {
                int start = Math.min(x, width - TILE);
                seven(in.data, p + start * step, step, taps, weights, w0, bias, b * L, out.data, q + start * L);
            }
        }
        finish.row(out, n, b, y);
    }

    private static void seven(
            float[] in, int p0, int step, int[] taps, float[] w, int w0, float[] bias, int o, float[] out, int q) {
        int p1 = p0 + step, p2 = p1 + step, p3 = p2 + step, p4 = p3 + step, p5 = p4 + step, p6 = p5 + step;
        FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
        FloatVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        for (int k = 0; k < taps.length; k++) {
            int i = taps[k];
            FloatVector u = FloatVector.fromArray(FLOATS, w, w0 + k * L);
            a0 = u.fma(FloatVector.fromArray(FLOATS, in, p0 + i), a0);
            a1 = u.fma(FloatVector.fromArray(FLOATS, in, p1 + i), a1);
            a2 = u.fma(FloatVector.fromArray(FLOATS, in, p2 + i), a2);
            a3 = u.fma(FloatVector.fromArray(FLOATS, in, p3 + i), a3);
            a4 = u.fma(FloatVector.fromArray(FLOATS, in, p4 + i), a4);
            a5 = u.fma(FloatVector.fromArray(FLOATS, in, p5 + i), a5);
            a6 = u.fma(FloatVector.fromArray(FLOATS, in, p6 + i), a6);
        }
        a0.intoArray(out, q);
        a1.intoArray(out, q + L);
        a2.intoArray(out, q + 2 * L);
        a3.intoArray(out, q + 3 * L);
        a4.intoArray(out, q + 4 * L);
        a5.intoArray(out, q + 5 * L);
        a6.intoArray(out, q + 6 * L);
    }

    private static void one(float[] in, int p, int[] taps, float[] w, int w0, float[] bias, int o, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, bias, o);
        for (int k = 0; k < taps.length; k++) {
            a = FloatVector.fromArray(FLOATS, w, w0 + k * L).fma(FloatVector.fromArray(FLOATS, in, p + taps[k]), a);
        }
        a.intoArray(out, q);
    }

    /** Blur pooling is a depthwise convolution whose filter is known. */
    static DepthwiseKernel blur(Layer.Pool pool, Blocked in, Blocked out) {
        int channels = out.shape.channels();
        int k = pool.kernel();
        float[] filter = new float[channels * k * k];
        for (int i = 0; i < filter.length; i++) {
            filter[i] = Layer.Pool.blur(i / k % k, i % k);
        }
        Layer.Conv conv = new Layer.Conv(channels, k, pool.stride(), 1, pool.padding(), 1, Layer.Bias.NO);
        return new DepthwiseKernel(conv, filter, new float[channels], Finish.NOTHING, in, out);
    }
}

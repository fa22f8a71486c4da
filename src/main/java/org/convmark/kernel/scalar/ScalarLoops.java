package org.convmark.kernel.scalar;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Quantiser;
import org.convmark.model.Activation;
import org.convmark.model.Pool;

/** The loops behind {@link ScalarBackend}, each simple enough for C2 to vectorise where arithmetic allows it. */
final class ScalarLoops {
    private static final float SIXTH = 1f / 6;

    private ScalarLoops() {}

    /** A kernel that calls a body once per unit. */
    static Kernel units(int units, IntConsumer body) {
        return new Kernel() {
            @Override
            public int units() {
                return units;
            }

            @Override
            public void run(int from, int to) {
                for (int unit = from; unit < to; unit++) {
                    body.accept(unit);
                }
            }
        };
    }

    static void affine(float[] in, float[] out, float scale, float shift) {
        for (int i = 0; i < out.length; i++) {
            out[i] = in[i] * scale + shift;
        }
    }

    static void add(float[] a, float[] b, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = a[i] + b[i];
        }
    }

    static void quantise(Quantiser quantiser, float[] in, float[] out, int from, int to) {
        float low = quantiser.low();
        float high = quantiser.high();
        float shifter = quantiser.shifter();
        for (int i = from; i < to; i++) {
            out[i] = Math.min(Math.max(in[i], low), high) + shifter - shifter;
        }
    }

    /** Activates in place. */
    static void activate(Activation function, float[] x, int from, int to) {
        switch (function) {
            case RELU -> {
                for (int i = from; i < to; i++) {
                    x[i] = Math.max(x[i], 0);
                }
            }
            case RELU6 -> {
                for (int i = from; i < to; i++) {
                    x[i] = Math.min(Math.max(x[i], 0), 6);
                }
            }
            case HARD_SIGMOID -> {
                for (int i = from; i < to; i++) {
                    x[i] = Math.min(Math.max(x[i] + 3, 0), 6) * SIXTH;
                }
            }
            case HARD_SWISH -> {
                for (int i = from; i < to; i++) {
                    x[i] *= Math.min(Math.max(x[i] + 3, 0), 6) * SIXTH;
                }
            }
            default -> {
                for (int i = from; i < to; i++) {
                    x[i] = (float) function.apply(x[i]);
                }
            }
        }
    }

    /**
     * One row of pixels of one image: mean and variance of every pixel over its channels, map by map.
     *
     * @param mean scratch as long as the row, overwritten; so is factor
     */
    static void layerNorm(
            float epsilon,
            float[] gain,
            float[] bias,
            PlanarTensor in,
            PlanarTensor out,
            int row,
            float[] mean,
            float[] factor) {
        int channels = in.shape().channels();
        int width = in.shape().width();
        int first = row / in.shape().height() * channels;
        int start = row % in.shape().height() * width;
        Arrays.fill(mean, 0);
        Arrays.fill(factor, 0);
        for (int c = 0; c < channels; c++) {
            float[] x = in.maps()[first + c];
            for (int i = 0; i < width; i++) {
                mean[i] += x[start + i];
            }
        }
        for (int i = 0; i < width; i++) {
            mean[i] /= channels;
        }
        for (int c = 0; c < channels; c++) {
            float[] x = in.maps()[first + c];
            for (int i = 0; i < width; i++) {
                float d = x[start + i] - mean[i];
                factor[i] += d * d;
            }
        }
        for (int i = 0; i < width; i++) {
            factor[i] = (float) (1 / Math.sqrt(factor[i] / channels + epsilon));
        }
        for (int c = 0; c < channels; c++) {
            float[] x = in.maps()[first + c];
            float[] y = out.maps()[first + c];
            for (int i = 0; i < width; i++) {
                y[start + i] = (x[start + i] - mean[i]) * factor[i] * gain[c] + bias[c];
            }
        }
    }

    /** One feature map; its last row and column become zero. */
    static void shift(float[] in, float[] out, int width) {
        for (int to = 0; to < out.length - width; to += width) {
            System.arraycopy(in, to + width + 1, out, to, width - 1);
            out[to + width - 1] = 0;
        }
        Arrays.fill(out, out.length - width, out.length, 0);
    }

    /** One feature map. */
    static void pool(Pool pool, PlanarTensor in, PlanarTensor out, int map) {
        int height = in.shape().height();
        int width = in.shape().width();
        float[] x = in.maps()[map];
        if (pool.kind() == Pool.Kind.GLOBAL) {
            double sum = 0;
            for (float v : x) {
                sum += v;
            }
            out.maps()[map][0] = (float) (sum / x.length);
            return;
        }
        for (int p = 0; p < out.shape().height(); p++) {
            for (int q = 0; q < out.shape().width(); q++) {
                int top = p * pool.stride() - pool.padding();
                int left = q * pool.stride() - pool.padding();
                float maximum = Float.NEGATIVE_INFINITY;
                float sum = 0;
                int count = 0;
                for (int r = Math.max(0, -top); r < Math.min(pool.kernel(), height - top); r++) {
                    for (int s = Math.max(0, -left); s < Math.min(pool.kernel(), width - left); s++) {
                        float v = x[(top + r) * width + left + s];
                        maximum = Math.max(maximum, v);
                        sum += pool.kind() == Pool.Kind.BLUR ? v * Pool.blur(r, s) : v;
                        count++;
                    }
                }
                out.maps()[map][p * out.shape().width() + q] = switch (pool.kind()) {
                    case MAX -> maximum;
                    case AVERAGE -> sum / count;
                    default -> sum;
                };
            }
        }
    }
}

package org.convmark.kernel.scalar;

import java.util.Arrays;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.Kernel;
import org.convmark.model.Layer;

/**
 * Convolution in plain loops. A unit is some output maps of one group and image. Four filter taps at a time, the input
 * map is shifted, strided and padded into a map of the output's size, once for all maps of the unit; then each output map
 * adds the four products, a loop that C2 vectorises whatever the filter. A pointwise filter at stride 1 reads the input
 * maps where they are.
 */
final class ScalarConv implements Kernel {
    private static final int MAPS_PER_UNIT = 16;
    private static final int TAPS = 4;

    /** Shifted maps, one set per thread; grows to the largest convolution. */
    private static final ThreadLocal<float[][]> SHIFTED = ThreadLocal.withInitial(() -> new float[TAPS][0]);

    private final Layer.Conv conv;
    private final Epilogue epilogue;
    private final float[] filter;
    private final float[] bias;
    private final Plane in;
    private final Plane residual;
    private final Plane out;
    private final int group;
    private final int groupOut;
    private final int taps;

    /** Units of one group. */
    private final int split;

    ScalarConv(Layer.Conv conv, Epilogue epilogue, float[] filter, float[] bias, Plane in, Plane residual, Plane out) {
        this.conv = conv;
        this.epilogue = epilogue;
        this.filter = filter;
        this.bias = bias;
        this.in = in;
        this.residual = residual;
        this.out = out;
        this.group = conv.groupWidth(in.shape().channels());
        this.groupOut = conv.groupOut(in.shape().channels());
        this.taps = (int) conv.taps(in.shape().channels());
        this.split = (groupOut + MAPS_PER_UNIT - 1) / MAPS_PER_UNIT;
    }

    @Override
    public int units() {
        return out.shape().batch() * (out.shape().channels() / groupOut) * split;
    }

    @Override
    public void run(int from, int to) {
        for (int unit = from; unit < to; unit++) {
            int groups = out.shape().channels() / groupOut;
            int g = unit / split % groups;
            int first = g * groupOut + unit % split * groupOut / split;
            int last = g * groupOut + (unit % split + 1) * groupOut / split;
            maps(unit / split / groups, g * group, first, last);
        }
    }

    /** Output channels first to last - 1 of image n, which read input channels from firstIn on. */
    private void maps(int n, int firstIn, int first, int last) {
        float[][] shifted = shifted();
        int base = n * out.shape().channels();
        for (int o = first; o < last; o++) {
            Arrays.fill(out.maps()[base + o], bias[o]);
        }
        int t = 0;
        for (; t + TAPS <= taps; t += TAPS) {
            float[] a = tap(n, firstIn, t, shifted[0]);
            float[] b = tap(n, firstIn, t + 1, shifted[1]);
            float[] c = tap(n, firstIn, t + 2, shifted[2]);
            float[] d = tap(n, firstIn, t + 3, shifted[3]);
            for (int o = first; o < last; o++) {
                add(out.maps()[base + o], a, b, c, d, filter, o * taps + t);
            }
        }
        for (; t < taps; t++) {
            float[] a = tap(n, firstIn, t, shifted[0]);
            for (int o = first; o < last; o++) {
                add(out.maps()[base + o], a, filter[o * taps + t]);
            }
        }
        for (int o = first; o < last; o++) {
            finish(base + o);
        }
    }

    private float[][] shifted() {
        float[][] maps = SHIFTED.get();
        int pixels = (int) out.shape().pixels();
        if (maps[0].length < pixels) {
            for (int j = 0; j < TAPS; j++) {
                maps[j] = new float[pixels];
            }
        }
        return maps;
    }

    private static void add(float[] y, float[] a, float[] b, float[] c, float[] d, float[] w, int k) {
        float w0 = w[k];
        float w1 = w[k + 1];
        float w2 = w[k + 2];
        float w3 = w[k + 3];
        for (int i = 0; i < y.length; i++) {
            y[i] += w0 * a[i] + w1 * b[i] + w2 * c[i] + w3 * d[i];
        }
    }

    private static void add(float[] y, float[] a, float w) {
        for (int i = 0; i < y.length; i++) {
            y[i] += w * a[i];
        }
    }

    /** The input that filter tap t meets at each output pixel, zero in the padding. */
    private float[] tap(int n, int firstIn, int t, float[] shifted) {
        int k = conv.kernel();
        float[] map = in.maps()[n * in.shape().channels() + firstIn + t / (k * k)];
        if (k == 1 && conv.stride() == 1 && conv.padding() == 0) {
            return map;
        }
        int width = out.shape().width();
        int dy = t / k % k * conv.dilation() - conv.padding();
        int dx = t % k * conv.dilation() - conv.padding();
        for (int p = 0; p < out.shape().height(); p++) {
            int y = p * conv.stride() + dy;
            if (y < 0 || y >= in.shape().height()) {
                Arrays.fill(shifted, p * width, (p + 1) * width, 0);
            } else {
                row(map, y * in.shape().width(), dx, shifted, p * width);
            }
        }
        return shifted;
    }

    private void row(float[] map, int from, int dx, float[] shifted, int to) {
        int width = in.shape().width();
        int stride = conv.stride();
        int columns = out.shape().width();
        int left = Math.min(columns, dx < 0 ? (stride - 1 - dx) / stride : 0);
        int right = Math.max(left, width <= dx ? 0 : Math.min(columns, (width - 1 - dx) / stride + 1));
        Arrays.fill(shifted, to, to + left, 0);
        if (stride == 1 && left < right) {
            System.arraycopy(map, from + left + dx, shifted, to + left, right - left);
        } else {
            for (int x = left; x < right; x++) {
                shifted[to + x] = map[from + x * stride + dx];
            }
        }
        Arrays.fill(shifted, to + right, to + columns, 0);
    }

    private void finish(int m) {
        float[] map = out.maps()[m];
        if (epilogue.before() != null) {
            ScalarLoops.activate(epilogue.before(), map);
        }
        if (residual != null) {
            ScalarLoops.add(map, residual.maps()[m], map);
        }
        if (epilogue.after() != null) {
            ScalarLoops.activate(epilogue.after(), map);
        }
    }
}

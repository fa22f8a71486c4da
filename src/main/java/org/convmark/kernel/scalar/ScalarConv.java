package org.convmark.kernel.scalar;

import java.util.Arrays;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;

/**
 * Convolution in plain loops. A unit is a band of rows of some output maps of one group and image. Four filter taps are handled
 * at a time: the input map is shifted, strided and padded into a map of the output's size, once for all maps of the unit; then
 * each output map adds the four products, in a loop that C2 vectorises for every filter. The shifted bands stay in L1. A
 * pointwise filter at stride 1 reads the input maps in place.
 */
final class ScalarConv implements Kernel {
    private static final int MAPS_PER_UNIT = 64;
    private static final int BAND_PIXELS = 512;
    static final int TAPS = 4;

    /** Shifted maps, one set per thread; grows to the largest convolution. */
    private static final ThreadLocal<float[][]> SHIFTED = ThreadLocal.withInitial(() -> new float[TAPS][0]);

    private final Conv conv;
    private final PostOps postOps;
    private final StoredFilter filter;
    private final float[] bias;
    private final PlanarTensor in;
    private final PlanarTensor out;
    private final int group;
    private final int groupOut;
    private final int taps;

    /** Parts into which the maps of a group are split. */
    private final int split;

    /** Rows of a band. */
    private final int band;

    private final int bands;

    ScalarConv(FoldedConv folded, PostOps postOps, PlanarTensor in, PlanarTensor out) {
        this.conv = folded.conv();
        this.postOps = postOps;
        this.filter = new StoredFilter(folded);
        this.bias = folded.bias();
        this.in = in;
        this.out = out;
        this.group = conv.groupWidth(in.shape().channels());
        this.groupOut = conv.groupOut(in.shape().channels());
        this.taps = (int) conv.taps(in.shape().channels());
        this.split = (groupOut + MAPS_PER_UNIT - 1) / MAPS_PER_UNIT;
        int height = out.shape().height();
        int most = (out.shape().width() * height + BAND_PIXELS - 1) / BAND_PIXELS;
        this.band = (height + most - 1) / most;
        this.bands = (height + band - 1) / band;
    }

    @Override
    public int units() {
        return out.shape().batch() * (out.shape().channels() / groupOut) * split * bands;
    }

    @Override
    public void run(int from, int to) {
        int groups = out.shape().channels() / groupOut;
        for (int unit = from; unit < to; unit++) {
            int part = unit / bands;
            int g = part / split % groups;
            int first = g * groupOut + part % split * groupOut / split;
            int last = g * groupOut + (part % split + 1) * groupOut / split;
            maps(part / split / groups, g * group, first, last, unit % bands * band);
        }
    }

    /**
     * Rows {@code y} onwards, one band, of output channels {@code first} to {@code last - 1} of image n. Their input channels
     * start at {@code firstIn}.
     */
    private void maps(int n, int firstIn, int first, int last, int y) {
        float[][] shifted = shifted();
        float[][] maps = out.maps();
        int base = n * out.shape().channels();
        int end = Math.min(out.shape().height(), y + band);
        int from = y * out.shape().width();
        int to = end * out.shape().width();
        for (int o = first; o < last; o++) {
            Arrays.fill(maps[base + o], from, to, bias[o]);
        }
        int t = 0;
        for (; t + TAPS <= taps; t += TAPS) {
            float[] a = tap(n, firstIn, t, y, end, shifted[0]);
            float[] b = tap(n, firstIn, t + 1, y, end, shifted[1]);
            float[] c = tap(n, firstIn, t + 2, y, end, shifted[2]);
            float[] d = tap(n, firstIn, t + 3, y, end, shifted[3]);
            for (int o = first; o < last; o++) {
                add(
                        maps[base + o],
                        from,
                        to,
                        a,
                        b,
                        c,
                        d,
                        filter.at(o, t),
                        filter.at(o, t + 1),
                        filter.at(o, t + 2),
                        filter.at(o, t + 3));
            }
        }
        for (; t < taps; t++) {
            float[] a = tap(n, firstIn, t, y, end, shifted[0]);
            for (int o = first; o < last; o++) {
                add(maps[base + o], from, to, a, filter.at(o, t));
            }
        }
        for (int o = first; o < last; o++) {
            postOps.map(out, base + o, from, to);
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

    /** All arrays use the same index; otherwise C2 cannot tell that they do not overlap, and does not vectorise. */
    static void add(
            float[] y,
            int from,
            int to,
            float[] a,
            float[] b,
            float[] c,
            float[] d,
            float w0,
            float w1,
            float w2,
            float w3) {
        for (int i = from; i < to; i++) {
            y[i] += w0 * a[i] + w1 * b[i] + w2 * c[i] + w3 * d[i];
        }
    }

    static void add(float[] y, int from, int to, float[] a, float w) {
        for (int i = from; i < to; i++) {
            y[i] += w * a[i];
        }
    }

    /** The input under filter tap t for the output pixels of rows {@code first} to {@code last - 1}; zero in the padding. */
    private float[] tap(int n, int firstIn, int t, int first, int last, float[] shifted) {
        int k = conv.kernel();
        float[] map = in.maps()[n * in.shape().channels() + firstIn + t / (k * k)];
        if (k == 1 && conv.stride() == 1 && conv.padding() == 0) {
            return map;
        }
        int width = out.shape().width();
        int dy = t / k % k * conv.dilation() - conv.padding();
        int dx = t % k * conv.dilation() - conv.padding();
        for (int p = first; p < last; p++) {
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
}

package org.convmark.kernel;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * A convolution in double precision, in loops over pixels that C2 vectorises. Four filter taps are handled at a time: the input under
 * each is gathered once for all output channels of a unit, and each channel adds the four products.
 *
 * @param filter output channel x channel in group x row x column
 * @param bias one per output channel
 * @param x the input in batch x channel x row x column order, of the shape {@code in}
 */
record DoubleConvolution(Conv conv, float[] filter, float[] bias, Shape in, double[] x, Shape out) {
    private static final int TAPS = 4;

    /** The sums of a unit fit into L2, the gathered inputs into L1. */
    private static final int PIXELS = 256;

    private static final int CHANNELS = 64;

    /** The result in batch x channel x row x column order, by all processors. */
    double[] run() {
        double[] y = new double[(int) out.elements()];
        int parts = parts(conv.groupOut(in.channels()), CHANNELS);
        int bands = parts((int) out.pixels(), PIXELS);
        IntStream.range(0, out.batch() * groups() * parts * bands)
                .parallel()
                .forEach(unit -> channels(unit / bands, parts, unit % bands * PIXELS, y));
        return y;
    }

    private static int parts(int size, int most) {
        return (size + most - 1) / most;
    }

    private int groups() {
        return in.channels() / conv.groupWidth(in.channels());
    }

    /** A part of the output channels of a group and image, on the pixels from {@code first}. */
    private void channels(int unit, int parts, int first, double[] y) {
        int group = unit / parts % groups();
        int image = unit / parts / groups();
        int from = group * conv.groupOut(in.channels()) + unit % parts * CHANNELS;
        int to = Math.min(from + CHANNELS, (group + 1) * conv.groupOut(in.channels()));
        int last = Math.min(first + PIXELS, (int) out.pixels());
        int map = image * in.channels() + group * conv.groupWidth(in.channels());
        double[][] sums = sums(map, from, to, first, last);
        for (int o = from; o < to; o++) {
            int start = (image * out.channels() + o) * (int) out.pixels() + first;
            System.arraycopy(sums[o - from], 0, y, start, last - first);
        }
    }

    private double[][] sums(int map, int from, int to, int first, int last) {
        int pixels = last - first;
        int taps = (int) conv.taps(in.channels());
        double[][] sums = new double[to - from][pixels];
        double[][] gathered = new double[TAPS][pixels];
        for (int o = from; o < to; o++) {
            Arrays.fill(sums[o - from], bias[o]);
        }
        for (int t = 0; t < taps; t += TAPS) {
            int count = Math.min(TAPS, taps - t);
            for (int j = 0; j < count; j++) {
                gather(map, t + j, first, last, gathered[j]);
            }
            for (int o = from; o < to; o++) {
                add(sums[o - from], gathered, o * taps + t, count);
            }
        }
        return sums;
    }

    /** The input under tap t for some output pixels; zero in the padding. */
    private void gather(int map, int t, int first, int last, double[] to) {
        int k = conv.kernel();
        int start = (map + t / (k * k)) * (int) in.pixels();
        int dy = t / k % k * conv.dilation() - conv.padding();
        int dx = t % k * conv.dilation() - conv.padding();
        int columns = out.width();
        for (int i = first; i < last; i++) {
            int y = i / columns * conv.stride() + dy;
            int z = i % columns * conv.stride() + dx;
            boolean isInside = y >= 0 && y < in.height() && z >= 0 && z < in.width();
            to[i - first] = isInside ? x[start + y * in.width() + z] : 0;
        }
    }

    private void add(double[] sums, double[][] gathered, int tap, int count) {
        if (count == TAPS) {
            add(
                    sums,
                    gathered[0],
                    gathered[1],
                    gathered[2],
                    gathered[3],
                    filter[tap],
                    filter[tap + 1],
                    filter[tap + 2],
                    filter[tap + 3]);
        } else {
            for (int j = 0; j < count; j++) {
                add(sums, gathered[j], filter[tap + j]);
            }
        }
    }

    private static void add(
            double[] y, double[] a, double[] b, double[] c, double[] d, double u, double v, double w, double z) {
        for (int i = 0; i < y.length; i++) {
            y[i] += u * a[i] + v * b[i] + w * c[i] + z * d[i];
        }
    }

    private static void add(double[] y, double[] a, double w) {
        for (int i = 0; i < y.length; i++) {
            y[i] += w * a[i];
        }
    }
}

package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

import org.convmark.kernel.Kernel;
import org.convmark.model.Layer;

/**
 * Convolution of any kind but depthwise. A unit is a band of rows of one image for a pair of output blocks: tiles along
 * the band, then the epilogue on the rows just stored. A pair's weights stay in L2 while its bands pass; sums stay in
 * registers over all taps. At stride 1 a band is a row cut into tiles of five and four pixels; else, and on rows of
 * less than four pixels, a band is several rows whose pixels are numbered through.
 */
final class ConvKernel implements Kernel {
    private static final int TILE = 5;
    private static final int SMALL_TILE = 4;
    private static final int BAND_PIXELS = 7 * TILE;

    private final Layer.Conv conv;
    private final ConvTaps taps;
    private final Finish finish;
    private final Blocked in;
    private final Blocked out;
    private final boolean scattered;

    /** Rows of a band. */
    private final int band;

    private final int bands;

    /** Neighbouring pixels: first column of each tile, those of five before those of four. */
    private final int[] columns;

    private final int fives;

    /** Scattered pixels of a band, and of the last, which may be shorter. */
    private final Pixels full;

    private final Pixels last;

    /** Offsets of a band's pixels from its first: in the input and in the output. */
    private record Pixels(int[] ins, int[] outs) {}

    ConvKernel(Layer.Conv conv, ConvTaps taps, Finish finish, Blocked in, Blocked out) {
        this.conv = conv;
        this.taps = taps;
        this.finish = finish;
        this.in = in;
        this.out = out;
        int width = out.shape.width();
        this.scattered = conv.stride() > 1 || width < SMALL_TILE;
        this.band = scattered ? Math.max(1, Math.min(out.shape.height(), BAND_PIXELS / width)) : 1;
        this.bands = (out.shape.height() + band - 1) / band;
        this.fives = fives(width);
        this.columns = columns(width, fives);
        this.full = pixels(band);
        this.last = pixels(out.shape.height() - (bands - 1) * band);
    }

    /** As many tiles of five as leave a multiple of four; where that is impossible, as fit. */
    private static int fives(int width) {
        for (int n = width / TILE; n >= 0; n--) {
            if ((width - n * TILE) % SMALL_TILE == 0) {
                return n;
            }
        }
        return width > TILE + SMALL_TILE ? width / TILE : 0;
    }

    /** Tiles of five, then of four; the last starts early enough to end with the row. */
    private static int[] columns(int width, int fives) {
        int rest = width - fives * TILE;
        int[] columns = new int[fives + (rest + SMALL_TILE - 1) / SMALL_TILE];
        for (int t = 0; t < columns.length; t++) {
            int column = t <= fives ? t * TILE : fives * TILE + (t - fives) * SMALL_TILE;
            columns[t] = t < fives ? column : Math.max(0, Math.min(column, width - SMALL_TILE));
        }
        return columns;
    }

    /** Numbers the pixels of some rows, the last repeated to fill the last tile. */
    private Pixels pixels(int rows) {
        int width = out.shape.width();
        int count = rows * width;
        int[] ins = new int[(count + TILE - 1) / TILE * TILE];
        int[] outs = new int[ins.length];
        for (int t = 0; t < ins.length; t++) {
            int pixel = Math.min(t, count - 1);
            ins[t] = pixel / width * conv.stride() * in.row + pixel % width * conv.stride() * L;
            outs[t] = pixel / width * out.row + pixel % width * L;
        }
        return new Pixels(ins, outs);
    }

    @Override
    public int units() {
        return out.shape.batch() * taps.pairs * bands;
    }

    @Override
    public void run(int from, int to) {
        for (int unit = from; unit < to; unit++) {
            band(unit / bands / taps.pairs, unit / bands % taps.pairs, unit % bands);
        }
    }

    private void band(int n, int pair, int index) {
        int y = index * band;
        int p = in.at(n, 0, y * conv.stride() - conv.padding(), -conv.padding());
        int q = out.at(n, pair * 2, y, 0);
        int next = pair * 2 + 1 < out.blocks ? out.block : 0;
        if (scattered) {
            scattered(index == bands - 1 ? last : full, pair, p, q, next);
        } else {
            neighbours(pair, p, q, next);
        }
        for (int row = y; row < Math.min(y + band, out.shape.height()); row++) {
            finish.row(out, n, pair * 2, row);
            if (next > 0) {
                finish.row(out, n, pair * 2 + 1, row);
            }
        }
    }

    private void neighbours(int pair, int p, int q, int next) {
        int k0 = taps.start[pair];
        int k1 = taps.start[pair + 1];
        int o = pair * 2 * L;
        for (int t = 0; t < columns.length; t++) {
            int x = columns[t] * L;
            if (t < fives) {
                ConvTile.five(in.data, p + x, taps.offsets, k0, k1, taps.weights, taps.bias, o, out.data, q + x, next);
            } else {
                ConvTile.four(in.data, p + x, taps.offsets, k0, k1, taps.weights, taps.bias, o, out.data, q + x, next);
            }
        }
    }

    private void scattered(Pixels pixels, int pair, int p, int q, int next) {
        int k0 = taps.start[pair];
        int k1 = taps.start[pair + 1];
        int o = pair * 2 * L;
        for (int t = 0; t < pixels.ins.length; t += TILE) {
            ConvTile.scattered(
                    in.data,
                    p,
                    pixels.ins,
                    t,
                    taps.offsets,
                    k0,
                    k1,
                    taps.weights,
                    taps.bias,
                    o,
                    out.data,
                    q,
                    pixels.outs,
                    next);
        }
    }
}

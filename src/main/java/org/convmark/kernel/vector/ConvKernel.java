package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

import org.convmark.kernel.Kernel;
import org.convmark.kernel.vector.tile.Tile2x14;
import org.convmark.kernel.vector.tile.Tile2x14Step2;
import org.convmark.kernel.vector.tile.Tile2x1And4;
import org.convmark.kernel.vector.tile.Tile2x1And4Step2;
import org.convmark.kernel.vector.tile.Tile2x2And3;
import org.convmark.kernel.vector.tile.Tile2x2And3Step2;
import org.convmark.kernel.vector.tile.Tile2x3And2;
import org.convmark.kernel.vector.tile.Tile2x3And2Step2;
import org.convmark.kernel.vector.tile.Tile2x4And1;
import org.convmark.kernel.vector.tile.Tile2x4And1Step2;
import org.convmark.kernel.vector.tile.Tile2x5;
import org.convmark.kernel.vector.tile.Tile2x5Step2;
import org.convmark.kernel.vector.tile.Tile2x7And7;
import org.convmark.kernel.vector.tile.Tile2x7And7Step2;
import org.convmark.model.Layer;

/**
 * Convolution of any kind but depthwise. A unit is a band of rows of one image for a pair of output blocks: tiles along
 * the band, then the epilogue on the rows just stored. Sums stay in registers over all taps. As many pairs as have their
 * weights in half of a usual L2 take a band one after the other, so that weights and band both stay there; then comes
 * the next band.
 */
final class ConvKernel implements Kernel {
    private static final int CACHED_WEIGHTS = 256 << 10;

    private final Layer.Conv conv;
    private final ConvTaps taps;
    private final Finish finish;
    private final Blocked in;
    private final Blocked out;
    private final Tiling tiling;

    /** Pairs of output blocks that take a band one after the other. */
    private final int together;

    private final Band full;
    private final Band last;

    /**
     * The tiles of a band, or its pixels if they are scattered, as offsets from its first pixel: in the input and in the
     * output. The first pixels of a tile, as {@code forms} says how many, are in one row, the others begin the next.
     */
    private record Band(int[] ins, int[] outs, int[] forms) {}

    ConvKernel(Layer.Conv conv, ConvTaps taps, Finish finish, Blocked in, Blocked out) {
        this.conv = conv;
        this.taps = taps;
        this.finish = finish;
        this.in = in;
        this.out = out;
        this.tiling = new Tiling(out.shape.width(), out.shape.height(), conv.stride());
        int bytes = taps.weights.length / taps.pairs * Float.BYTES;
        this.together = Math.max(1, Math.min(taps.pairs, CACHED_WEIGHTS / bytes));
        this.full = band(0);
        this.last = band(tiling.bands - 1);
    }

    private Band band(int index) {
        int[] starts = tiling.starts(index);
        if (tiling.runs()) {
            int[] forms = new int[starts.length];
            for (int t = 0; t < forms.length; t++) {
                forms[t] = Math.min(tiling.size, tiling.width - starts[t] % tiling.width);
            }
            return places(starts, forms);
        }
        int pixels = tiling.rowsOf(index) * tiling.width;
        int[] all = new int[starts.length * tiling.size];
        for (int t = 0; t < all.length; t++) {
            all[t] = Math.min(starts[t / tiling.size] + t % tiling.size, pixels - 1);
        }
        return places(all, null);
    }

    private Band places(int[] pixels, int[] forms) {
        int[] ins = new int[pixels.length];
        int[] outs = new int[pixels.length];
        for (int t = 0; t < pixels.length; t++) {
            int y = pixels[t] / tiling.width;
            int x = pixels[t] % tiling.width;
            ins[t] = (y * in.row + x * L) * conv.stride();
            outs[t] = y * out.row + x * L;
        }
        return new Band(ins, outs, forms);
    }

    @Override
    public int units() {
        return out.shape.batch() * taps.pairs * tiling.bands;
    }

    @Override
    public void run(int from, int to) {
        int perImage = taps.pairs * tiling.bands;
        for (int unit = from; unit < to; unit++) {
            int inImage = unit % perImage;
            int first = inImage / (together * tiling.bands) * together;
            int pairs = Math.min(together, taps.pairs - first);
            int inGroup = inImage - first * tiling.bands;
            band(unit / perImage, first + inGroup % pairs, inGroup / pairs);
        }
    }

    private void band(int n, int pair, int index) {
        int y = index * tiling.rows;
        int p = in.at(n, 0, y * conv.stride() - conv.padding(), -conv.padding());
        int q = out.at(n, pair * 2, y, 0);
        int next = pair * 2 + 1 < out.blocks ? out.block : 0;
        Band band = index == tiling.bands - 1 ? last : full;
        if (band.forms == null) {
            scattered(band, pair, p, q, next);
        } else if (conv.stride() == 1) {
            neighbours(band, pair, p, q, next);
        } else {
            seconds(band, pair, p, q, next);
        }
        for (int row = y; row < y + tiling.rowsOf(index); row++) {
            finish.row(out, n, pair * 2, row);
            if (next > 0) {
                finish.row(out, n, pair * 2 + 1, row);
            }
        }
    }

    private void neighbours(Band band, int pair, int p, int q, int next) {
        float[] x = in.data;
        float[] y = out.data;
        for (int t = 0; t < band.forms.length; t++) {
            int form = band.forms[t];
            int i = p + band.ins[t];
            int o = q + band.outs[t];
            int inGap = in.row - (tiling.width - form) * L;
            int outGap = out.row - (tiling.width - form) * L;
            switch (form) {
                case 5 -> Tile2x5.run(taps, pair, x, i, y, o, next);
                case 4 -> Tile2x4And1.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 3 -> Tile2x3And2.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 2 -> Tile2x2And3.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 1 -> Tile2x1And4.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 7 -> Tile2x7And7.run(taps, pair, x, i, y, o, inGap, outGap, next);
                default -> Tile2x14.run(taps, pair, x, i, y, o, next);
            }
        }
    }

    private void seconds(Band band, int pair, int p, int q, int next) {
        float[] x = in.data;
        float[] y = out.data;
        for (int t = 0; t < band.forms.length; t++) {
            int form = band.forms[t];
            int i = p + band.ins[t];
            int o = q + band.outs[t];
            int inGap = (in.row - (tiling.width - form) * L) * 2;
            int outGap = out.row - (tiling.width - form) * L;
            switch (form) {
                case 5 -> Tile2x5Step2.run(taps, pair, x, i, y, o, next);
                case 4 -> Tile2x4And1Step2.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 3 -> Tile2x3And2Step2.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 2 -> Tile2x2And3Step2.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 1 -> Tile2x1And4Step2.run(taps, pair, x, i, y, o, inGap, outGap, next);
                case 7 -> Tile2x7And7Step2.run(taps, pair, x, i, y, o, inGap, outGap, next);
                default -> Tile2x14Step2.run(taps, pair, x, i, y, o, next);
            }
        }
    }

    private void scattered(Band band, int pair, int p, int q, int next) {
        int k0 = taps.start[pair];
        int k1 = taps.start[pair + 1];
        int o = pair * 2 * L;
        for (int t = 0; t < band.ins.length; t += tiling.size) {
            ScatteredTile.run(
                    in.data,
                    p,
                    band.ins,
                    t,
                    taps.offsets,
                    k0,
                    k1,
                    taps.weights,
                    taps.bias,
                    o,
                    out.data,
                    q,
                    band.outs,
                    next);
        }
    }
}

package org.convmark.kernel.vector;

import java.util.List;
import org.convmark.kernel.Kernel;
import org.convmark.model.Layer;

/**
 * Convolution of any kind that is not lane-wise. A unit is a band of rows of one image for one or two output blocks:
 * tiles along the band, then the epilogue on the rows just stored. Sums stay in registers over all taps. As many blocks
 * as have their weights in half of a usual L2 take a band one after the other, so that weights and band both stay there;
 * then comes the next band.
 */
final class ConvKernel implements Kernel {
    private static final int CACHED_WEIGHTS = 256 << 10;

    private final Layer.Conv conv;
    private final ConvTaps[] taps;
    private final Finish finish;
    private final Blocked in;
    private final Blocked out;
    private final Tiling tiling;

    /** Taps that take a band one after the other. */
    private final int together;

    /** By the number of vectors less one; the last band may have fewer rows. */
    private final Band[] full;

    private final Band[] last;

    ConvKernel(Layer.Conv conv, float[] filter, float[] bias, Finish finish, Blocked in, Blocked out) {
        this.conv = conv;
        this.finish = finish.afterLimits();
        this.in = in;
        this.out = out;
        int width = out.shape.width();
        int height = out.shape.height();
        List<ConvTaps> all = Tiling.fitsSingle(width, height, conv.stride())
                ? ConvTaps.withinGroups(conv, filter, bias, finish.limits(), in)
                : ConvTaps.pairs(conv, filter, bias, finish.limits(), in);
        this.taps = all.toArray(ConvTaps[]::new);
        this.tiling = new Tiling(width, height, conv.stride(), taps[0].vectors);
        this.together = Math.max(1, Math.min(taps.length, CACHED_WEIGHTS / (taps[0].weights.length * Float.BYTES)));
        this.full = bands(0);
        this.last = bands(tiling.bands - 1);
    }

    private Band[] bands(int index) {
        return tiling.runs()
                ? new Band[] {
                    Band.runs(tiling, tiling.size(1), index, in, out), Band.runs(tiling, tiling.size(2), index, in, out)
                }
                : new Band[] {null, Band.scattered(tiling, tiling.size(2), index, in, out)};
    }

    @Override
    public int units() {
        return out.shape.batch() * taps.length * tiling.bands;
    }

    @Override
    public void run(int from, int to) {
        int perImage = taps.length * tiling.bands;
        for (int unit = from; unit < to; unit++) {
            int inImage = unit % perImage;
            int first = inImage / (together * tiling.bands) * together;
            int count = Math.min(together, taps.length - first);
            int inGroup = inImage - first * tiling.bands;
            band(unit / perImage, taps[first + inGroup % count], inGroup / count);
        }
    }

    private void band(int n, ConvTaps t, int index) {
        int y = index * tiling.rows;
        int p = in.at(n, 0, y * conv.stride() - conv.padding(), -conv.padding());
        int q = out.at(n, t.block, y, 0);
        int blocks = Math.min(t.vectors, out.blocks - t.block);
        Band band = (index == tiling.bands - 1 ? last : full)[t.vectors - 1];
        if (!tiling.runs()) {
            ScatteredTile.run(t, band, in.data, p, out.data, q, (blocks - 1) * out.block);
        } else if (t.vectors == 1) {
            SingleTiles.run(t, band, conv.stride(), in.data, p, out.data, q);
        } else {
            PairTiles.run(t, band, conv.stride(), in.data, p, out.data, q, (blocks - 1) * out.block);
        }
        for (int row = y; row < y + tiling.rowsOf(index); row++) {
            for (int block = t.block; block < t.block + blocks; block++) {
                finish.row(out, n, block, row);
            }
        }
    }
}

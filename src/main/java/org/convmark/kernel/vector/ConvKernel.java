package org.convmark.kernel.vector;

import java.util.List;
import org.convmark.model.Layer;

/**
 * Convolution of any kind that is not lane-wise. A unit is a band of rows of one image for one or two output blocks:
 * tiles along the band, then the epilogue on the rows just stored. Sums stay in registers over all taps. As many blocks
 * as have their weights in half of a usual L2 take a band one after the other, so that weights and band both stay there;
 * then comes the next band.
 */
final class ConvKernel implements Stage {
    private static final int CACHED_WEIGHTS = 256 << 10;

    private final Layer.Conv conv;
    private final ConvTaps[] taps;
    private final Finish finish;
    private final Blocked in;
    private final Blocked out;
    private final Tiling tiling;

    /** Taps that take a band one after the other. */
    private final int together;

    /** Bands of the whole map. */
    private final int bands;

    /** By rows of a band and by vectors, both less one. */
    private final Band[][] tiles;

    ConvKernel(Layer.Conv conv, float[] filter, float[] bias, Finish finish, Blocked in, Blocked out) {
        this.conv = conv;
        this.finish = finish.afterLimits();
        this.in = in;
        this.out = out;
        List<ConvTaps> all = Tiling.fitsSingle(out, conv.stride())
                ? ConvTaps.withinGroups(conv, filter, bias, finish.limits(), in)
                : ConvTaps.pairs(conv, filter, bias, finish.limits(), in);
        this.taps = all.toArray(ConvTaps[]::new);
        this.tiling = new Tiling(out, conv.stride(), taps[0].vectors);
        this.together = Math.max(1, Math.min(taps.length, CACHED_WEIGHTS / (taps[0].weights.length * Float.BYTES)));
        this.bands = (out.shape.height() + tiling.rows - 1) / tiling.rows;
        this.tiles = new Band[tiling.rows][];
        for (int rows = 1; rows <= tiling.rows; rows++) {
            tiles[rows - 1] = tiles(rows);
        }
    }

    private Band[] tiles(int rows) {
        return tiling.runs(rows)
                ? new Band[] {
                    Band.runs(tiling, tiling.size(1), rows, in, out), Band.runs(tiling, tiling.size(2), rows, in, out)
                }
                : new Band[] {null, Band.scattered(tiling, tiling.size(2), rows, in, out)};
    }

    @Override
    public int units() {
        return out.shape.batch() * taps.length * bands;
    }

    @Override
    public void run(int from, int to) {
        int perImage = taps.length * bands;
        for (int unit = from; unit < to; unit++) {
            int inImage = unit % perImage;
            int first = inImage / (together * bands) * together;
            int count = Math.min(together, taps.length - first);
            int inGroup = inImage - first * bands;
            int y = inGroup / count * tiling.rows;
            band(unit / perImage, taps[first + inGroup % count], y, Math.min(y + tiling.rows, out.shape.height()));
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        for (int first = 0; first < taps.length; first += together) {
            for (int y = from; y < to; y += tiling.rows) {
                for (int t = first; t < Math.min(first + together, taps.length); t++) {
                    band(n, taps[t], y, Math.min(y + tiling.rows, to));
                }
            }
        }
    }

    private void band(int n, ConvTaps t, int from, int to) {
        int p = in.at(n, 0, from * conv.stride() - conv.padding(), -conv.padding());
        int q = out.at(n, t.block, from, 0);
        int blocks = Math.min(t.vectors, out.blocks - t.block);
        Band band = tiles[to - from - 1][t.vectors - 1];
        if (!tiling.runs(to - from)) {
            ScatteredTile.run(t, band, in.data, p, out.data, q, (blocks - 1) * out.block);
        } else if (t.vectors == 1) {
            SingleTiles.run(t, band, conv.stride(), in.data, p, out.data, q);
        } else {
            PairTiles.run(t, band, conv.stride(), in.data, p, out.data, q, (blocks - 1) * out.block);
        }
        for (int row = from; row < to; row++) {
            for (int block = t.block; block < t.block + blocks; block++) {
                finish.row(out, n, block, row);
            }
        }
    }
}

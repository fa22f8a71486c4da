package org.convmark.kernel.vector;

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
import org.convmark.kernel.vector.tile.Tile2x6;
import org.convmark.kernel.vector.tile.Tile2x6Step2;
import org.convmark.kernel.vector.tile.Tile2x7And7;
import org.convmark.kernel.vector.tile.Tile2x7And7Step2;

/** The tiles of a band for two vectors of output channels, each by the kernel generated for its form and step. */
final class PairTiles {
    private PairTiles() {}

    static void run(ConvTaps taps, Band band, int step, float[] x, int p, float[] y, int q, int next, int r) {
        if (step == 1) {
            neighbours(taps, band, x, p, y, q, next, r);
        } else {
            seconds(taps, band, x, p, y, q, next, r);
        }
    }

    private static void neighbours(ConvTaps taps, Band band, float[] x, int p, float[] y, int q, int next, int r) {
        for (int t = 0; t < band.forms().length; t++) {
            int i = p + band.ins()[t];
            int o = q + band.outs()[t];
            int s = r + band.outs()[t];
            int inGap = band.inGaps()[t];
            int outGap = band.outGaps()[t];
            switch (band.forms()[t]) {
                case 6 -> Tile2x6.run(taps, x, i, y, o, next, s);
                case 5 -> Tile2x5.run(taps, x, i, y, o, next, s);
                case 4 -> Tile2x4And1.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 3 -> Tile2x3And2.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 2 -> Tile2x2And3.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 1 -> Tile2x1And4.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 7 -> Tile2x7And7.run(taps, x, i, y, o, inGap, outGap, next, s);
                default -> Tile2x14.run(taps, x, i, y, o, next, s);
            }
        }
    }

    private static void seconds(ConvTaps taps, Band band, float[] x, int p, float[] y, int q, int next, int r) {
        for (int t = 0; t < band.forms().length; t++) {
            int i = p + band.ins()[t];
            int o = q + band.outs()[t];
            int s = r + band.outs()[t];
            int inGap = band.inGaps()[t];
            int outGap = band.outGaps()[t];
            switch (band.forms()[t]) {
                case 6 -> Tile2x6Step2.run(taps, x, i, y, o, next, s);
                case 5 -> Tile2x5Step2.run(taps, x, i, y, o, next, s);
                case 4 -> Tile2x4And1Step2.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 3 -> Tile2x3And2Step2.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 2 -> Tile2x2And3Step2.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 1 -> Tile2x1And4Step2.run(taps, x, i, y, o, inGap, outGap, next, s);
                case 7 -> Tile2x7And7Step2.run(taps, x, i, y, o, inGap, outGap, next, s);
                default -> Tile2x14Step2.run(taps, x, i, y, o, next, s);
            }
        }
    }
}

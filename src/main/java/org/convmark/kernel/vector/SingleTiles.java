package org.convmark.kernel.vector;

import org.convmark.kernel.vector.tile.Tile1x1And7;
import org.convmark.kernel.vector.tile.Tile1x1And7Step2;
import org.convmark.kernel.vector.tile.Tile1x2And6;
import org.convmark.kernel.vector.tile.Tile1x2And6Step2;
import org.convmark.kernel.vector.tile.Tile1x3And5;
import org.convmark.kernel.vector.tile.Tile1x3And5Step2;
import org.convmark.kernel.vector.tile.Tile1x4And4;
import org.convmark.kernel.vector.tile.Tile1x4And4Step2;
import org.convmark.kernel.vector.tile.Tile1x5And3;
import org.convmark.kernel.vector.tile.Tile1x5And3Step2;
import org.convmark.kernel.vector.tile.Tile1x6And2;
import org.convmark.kernel.vector.tile.Tile1x6And2Step2;
import org.convmark.kernel.vector.tile.Tile1x7And1;
import org.convmark.kernel.vector.tile.Tile1x7And1Step2;
import org.convmark.kernel.vector.tile.Tile1x8;
import org.convmark.kernel.vector.tile.Tile1x8Step2;

/** The tiles of a band for one vector of output channels, each by the kernel generated for its form and step. */
final class SingleTiles {
    private SingleTiles() {}

    static void run(ConvTaps taps, Band band, int step, float[] x, int p, float[] y, int q, int r) {
        if (step == 1) {
            neighbours(taps, band, x, p, y, q, r);
        } else {
            seconds(taps, band, x, p, y, q, r);
        }
    }

    private static void neighbours(ConvTaps taps, Band band, float[] x, int p, float[] y, int q, int r) {
        for (int t = 0; t < band.forms().length; t++) {
            int i = p + band.ins()[t];
            int o = q + band.outs()[t];
            int s = r + band.outs()[t];
            int inGap = band.inGaps()[t];
            int outGap = band.outGaps()[t];
            switch (band.forms()[t]) {
                case 1 -> Tile1x1And7.run(taps, x, i, y, o, inGap, outGap, s);
                case 2 -> Tile1x2And6.run(taps, x, i, y, o, inGap, outGap, s);
                case 3 -> Tile1x3And5.run(taps, x, i, y, o, inGap, outGap, s);
                case 4 -> Tile1x4And4.run(taps, x, i, y, o, inGap, outGap, s);
                case 5 -> Tile1x5And3.run(taps, x, i, y, o, inGap, outGap, s);
                case 6 -> Tile1x6And2.run(taps, x, i, y, o, inGap, outGap, s);
                case 7 -> Tile1x7And1.run(taps, x, i, y, o, inGap, outGap, s);
                default -> Tile1x8.run(taps, x, i, y, o, s);
            }
        }
    }

    private static void seconds(ConvTaps taps, Band band, float[] x, int p, float[] y, int q, int r) {
        for (int t = 0; t < band.forms().length; t++) {
            int i = p + band.ins()[t];
            int o = q + band.outs()[t];
            int s = r + band.outs()[t];
            int inGap = band.inGaps()[t];
            int outGap = band.outGaps()[t];
            switch (band.forms()[t]) {
                case 1 -> Tile1x1And7Step2.run(taps, x, i, y, o, inGap, outGap, s);
                case 2 -> Tile1x2And6Step2.run(taps, x, i, y, o, inGap, outGap, s);
                case 3 -> Tile1x3And5Step2.run(taps, x, i, y, o, inGap, outGap, s);
                case 4 -> Tile1x4And4Step2.run(taps, x, i, y, o, inGap, outGap, s);
                case 5 -> Tile1x5And3Step2.run(taps, x, i, y, o, inGap, outGap, s);
                case 6 -> Tile1x6And2Step2.run(taps, x, i, y, o, inGap, outGap, s);
                case 7 -> Tile1x7And1Step2.run(taps, x, i, y, o, inGap, outGap, s);
                default -> Tile1x8Step2.run(taps, x, i, y, o, s);
            }
        }
    }
}

package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

/**
 * The register tiles of a band of rows, as offsets from its first pixel in the input and in the output. The first pixels
 * of a tile, as {@code forms} says how many, are in one row, the others begin the next, gaps behind where the row would
 * go on.
 */
record Band(int[] ins, int[] outs, int[] forms, int[] inGaps, int[] outGaps) {
    /** Where tiles are runs of pixels. */
    static Band runs(Tiling tiling, int size, int rows, Blocked in, Blocked out) {
        int[] starts = tiling.starts(rows, size);
        int[] forms = new int[starts.length];
        int[] inGaps = new int[starts.length];
        int[] outGaps = new int[starts.length];
        for (int t = 0; t < starts.length; t++) {
            forms[t] = Math.min(size, tiling.width - starts[t] % tiling.width);
            inGaps[t] = in.row * tiling.stride - (tiling.width - forms[t]) * L * tiling.stride;
            outGaps[t] = out.row - (tiling.width - forms[t]) * L;
        }
        return places(tiling, starts, in, out, forms, inGaps, outGaps);
    }

    /** Where pixels are anywhere: an offset for each. */
    static Band scattered(Tiling tiling, int size, int rows, Blocked in, Blocked out) {
        int[] starts = tiling.starts(rows, size);
        int[] all = new int[starts.length * size];
        int last = rows * tiling.width - 1;
        for (int t = 0; t < all.length; t++) {
            all[t] = Math.min(starts[t / size] + t % size, last);
        }
        return places(tiling, all, in, out, null, null, null);
    }

    private static Band places(
            Tiling tiling, int[] pixels, Blocked in, Blocked out, int[] forms, int[] inGaps, int[] outGaps) {
        int[] ins = new int[pixels.length];
        int[] outs = new int[pixels.length];
        for (int t = 0; t < pixels.length; t++) {
            int y = pixels[t] / tiling.width;
            int x = pixels[t] % tiling.width;
            ins[t] = (y * in.row + x * L) * tiling.stride;
            outs[t] = y * out.row + x * L;
        }
        return new Band(ins, outs, forms, inGaps, outGaps);
    }
}

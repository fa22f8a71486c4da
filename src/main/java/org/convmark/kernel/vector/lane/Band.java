package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.List;

/**
 * The register tiles of a band of rows, as offsets from its first pixel in the input and in the output. The first {@code
 * inRow[t]} pixels of tile t are in one row, the others start the next row; gaps are the floats from the tile's first pixel to
 * the first pixel of that next row. If a tile lies in one row, {@code inRow[t]} is the number of its pixels.
 */
public record Band(int[] ins, int[] outs, int[] pixels, int[] inRow, int[] inGaps, int[] outGaps) {
    /** Tiles that are runs of pixels, for one or two vectors of output channels. */
    public static Band runs(Tiling tiling, int vectors, int rows, BlockedTensor in, BlockedTensor out) {
        List<Tiling.Tile> tiles = tiling.tiles(rows, vectors);
        int[] pixels = tiles.stream().mapToInt(tile -> tile.size().pixels).toArray();
        int[] inRow = new int[pixels.length];
        int[] inGaps = new int[pixels.length];
        int[] outGaps = new int[pixels.length];
        for (int t = 0; t < pixels.length; t++) {
            int left = tiling.width - tiles.get(t).first() % tiling.width;
            inRow[t] = Math.min(pixels[t], left);
            inGaps[t] = in.row * tiling.stride - (tiling.width - left) * in.pixel * tiling.stride;
            outGaps[t] = out.row - (tiling.width - left) * L;
            if (inGaps[t] == left * in.pixel * tiling.stride && outGaps[t] == left * L) {
                inRow[t] = pixels[t];
            }
        }
        int[] starts = tiles.stream().mapToInt(Tiling.Tile::first).toArray();
        return places(tiling, starts, in, out, pixels, inRow, inGaps, outGaps);
    }

    /**
     * This band.
     *
     * @throws IllegalStateException if there is no generated tile for one of its shapes
     */
    public Band withTiles() {
        for (int t = 0; t < inRow.length; t++) {
            if (inRow[t] < pixels[t] && !TileSize.canGoOn(pixels[t], inRow[t])) {
                throw new IllegalStateException("there is no tile of " + pixels[t] + " pixels whose first " + inRow[t]
                        + " are in one row and the others in the next");
            }
        }
        return this;
    }

    /**
     * The same tiles with packed inputs.
     *
     * @param size floats from one tile's inputs to the next
     */
    public Band packed(int size) {
        int[] packedIns = new int[ins.length];
        int[] packedInRow = new int[ins.length];
        int[] packedGaps = new int[ins.length];
        for (int t = 0; t < ins.length; t++) {
            packedIns[t] = t * size;
            packedInRow[t] = outGaps[t] == inRow[t] * L ? pixels[t] : inRow[t];
            packedGaps[t] = inRow[t] * L;
        }
        return new Band(packedIns, outs, pixels, packedInRow, packedGaps, outGaps);
    }

    /** Pixels at arbitrary offsets, in whole tiles of {@link TileSize#SMALL}. */
    public static Band scattered(Tiling tiling, int rows, BlockedTensor in, BlockedTensor out) {
        int last = rows * tiling.width - 1;
        int size = TileSize.SMALL.pixels;
        int[] all = new int[(last + size) / size * size];
        for (int t = 0; t < all.length; t++) {
            all[t] = Math.min(t, last);
        }
        return places(tiling, all, in, out, null, null, null, null);
    }

    private static Band places(
            Tiling tiling,
            int[] at,
            BlockedTensor in,
            BlockedTensor out,
            int[] pixels,
            int[] inRow,
            int[] inGaps,
            int[] outGaps) {
        int[] ins = new int[at.length];
        int[] outs = new int[at.length];
        for (int t = 0; t < at.length; t++) {
            int y = at[t] / tiling.width;
            int x = at[t] % tiling.width;
            ins[t] = (y * in.row + x * in.pixel) * tiling.stride;
            outs[t] = y * out.row + x * L;
        }
        return new Band(ins, outs, pixels, inRow, inGaps, outGaps);
    }
}

package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.TileSize.LARGE;
import static org.convmark.kernel.vector.lane.TileSize.MEDIUM;
import static org.convmark.kernel.vector.lane.TileSize.SINGLE;
import static org.convmark.kernel.vector.lane.TileSize.SMALL;

import java.util.ArrayList;
import java.util.List;
import org.convmark.kernel.vector.conv.Panel;

/**
 * How the pixels of a map are cut into register tiles: the one place that chooses them. The map is cut into bands of
 * rows. Tiles of six and five together fill any row, or band whose rows follow one another, of twenty pixels or more; where
 * they do not, and for other tiles, the pixels of a band are numbered through and cut into tiles of one size, which may go
 * on in the next row; the last starts early enough to end with the band. Tiles of fourteen go on in the next row only where
 * rows have seven pixels.
 */
public final class Tiling {
    private static final boolean HAS_LARGE = Lanes.REGISTERS == 32;

    /** Pixels more than the fewest possible that are no reason for a higher band: one in this many. */
    private static final int TOLERANCE = 32;

    private static final int MOST_ROWS = 8;

    /** Blocks of which half a pair is a few per cent. */
    private static final int MANY_BLOCKS = 16;

    final int width;
    final int stride;

    /** Whether there are tiles for pixels that are so far apart. */
    private final boolean steps;

    /** Whether the rows of a band follow one another, to pairs of vectors in the input and in the output. */
    private final boolean joined;

    /** Rows that are made at a time, at the most. */
    private final int height;

    private final boolean large;

    /** Rows of a band; the last may have fewer. */
    public final int rows;

    /**
     * @param vectors of output channels that most tiles have
     * @param packed whether pairs of vectors read their inputs from a {@link Panel}
     */
    public Tiling(BlockedTensor in, BlockedTensor out, int stride, int vectors, boolean packed) {
        this.width = out.shape.width();
        this.height = out.rows;
        this.stride = stride;
        this.joined = out.joined() && (packed || stride == 1 && in.row == out.row);
        this.steps = packed || hasStep(stride);
        this.large = HAS_LARGE && steps && fitsLarge(width, out.fewest);
        this.rows = rows(vectors);
    }

    /** Rows of about a multiple of 14 pixels, or two rows of 7. */
    private static boolean fitsLarge(int width, int height) {
        int size = LARGE.pixels;
        return width == LARGE.piece && height > 1 || width >= size && (size - width % size) % size * 8 <= width;
    }

    private int rows(int vectors) {
        boolean largest = vectors == 2 && large;
        if (width < SINGLE.pixels || largest && width < LARGE.pixels) {
            return height;
        }
        return largest ? 1 : rowsOfFewest(vectors);
    }

    /** The fewest whose tiles hold about as few pixels as they can. */
    private int rowsOfFewest(int vectors) {
        int most = Math.min(height, MOST_ROWS);
        int fewest = Integer.MAX_VALUE;
        for (int r = 1; r <= most; r++) {
            fewest = Math.min(fewest, pixels(r, vectors));
        }
        int r = 1;
        while (pixels(r, vectors) * TOLERANCE > fewest * (TOLERANCE + 1)) {
            r++;
        }
        return r;
    }

    /** Pixels of all tiles of all bands of so many rows. */
    private int pixels(int rows, int vectors) {
        int whole =
                tiles(rows, vectors).stream().mapToInt(tile -> tile.size.pixels).sum();
        int rest = height % rows == 0
                ? 0
                : tiles(height % rows, vectors).stream()
                        .mapToInt(tile -> tile.size.pixels)
                        .sum();
        return height / rows * whole + rest;
    }

    /** Whether every tile of a band is a run of pixels in one row or two, at a step for which there is a tile. */
    public boolean runs(int rows) {
        return steps && runs(width, rows, SMALL);
    }

    /** Whether tiles of two vectors are always such runs. */
    public static boolean fitsPairs(BlockedTensor out) {
        return runs(out.shape.width(), out.fewest, SMALL);
    }

    /** Whether there are tiles that read pixels so many columns apart in place. */
    public static boolean hasStep(int stride) {
        return stride <= TileSize.MOST_STEP;
    }

    /** Whether tiles of one vector are always such runs. */
    public static boolean fitsSingle(BlockedTensor out, int stride) {
        return hasStep(stride) && runs(out.shape.width(), out.fewest, SINGLE);
    }

    /**
     * Whether a last block without a second is made by tiles of one vector rather than by pairs with an empty second. Those take
     * up to eight forms, each called once or twice a pass on a small map, and C2 waits for hundreds of calls: for seconds in
     * a network. So not where a pair costs little, or such layers are rare, unless all tiles have one form.
     */
    public static boolean suitsSingle(BlockedTensor in, BlockedTensor out, int stride) {
        boolean joined = stride == 1 && in.joined() && out.joined();
        boolean oneForm = joined || out.shape.width() % SINGLE.pixels == 0;
        return fitsSingle(out, stride) && (oneForm || stride == 1 && out.blocks < MANY_BLOCKS);
    }

    private static boolean runs(int width, int height, TileSize size) {
        return width >= size.pixels - 1 && width * height >= size.pixels;
    }

    /** Pixels of the largest tile of two vectors. */
    public int most() {
        return (large ? LARGE : MEDIUM).pixels;
    }

    /**
     * A register tile of a band.
     *
     * @param first pixel, counted from the band's first
     */
    record Tile(int first, TileSize size) {}

    /** The tiles of a band. */
    public List<Tile> tiles(int rows, int vectors) {
        List<Tile> tiles = new ArrayList<>();
        int pixels = rows * width;
        if (vectors == 1) {
            cut(tiles, 0, pixels, SINGLE);
        } else if (large && width < LARGE.pixels) {
            cut(tiles, 0, pixels, LARGE);
        } else if (large) {
            for (int row = 0; row < rows; row++) {
                cut(tiles, row * width, width, LARGE);
            }
        } else if (joined && fills(pixels)) {
            fill(tiles, 0, pixels);
        } else if (fills(width)) {
            for (int row = 0; row < rows; row++) {
                fill(tiles, row * width, width);
            }
        } else {
            cut(tiles, 0, pixels, SMALL);
        }
        return tiles;
    }

    /** Tiles of one size; the last two may share pixels. */
    private static void cut(List<Tile> tiles, int from, int pixels, TileSize size) {
        for (int first = 0; first < pixels; first += size.pixels) {
            tiles.add(new Tile(from + Math.max(0, Math.min(first, pixels - size.pixels)), size));
        }
    }

    /** Tiles of six, then of five, that hold each pixel once. */
    private static void fill(List<Tile> tiles, int from, int pixels) {
        int first = from;
        while (first < from + pixels) {
            TileSize size = from + pixels - first > SMALL.pixels * smalls(pixels) ? MEDIUM : SMALL;
            tiles.add(new Tile(first, size));
            first += size.pixels;
        }
    }

    /** Whether a number of pixels is a sum of sixes and fives. */
    private static boolean fills(int pixels) {
        return SMALL.pixels * smalls(pixels) <= pixels;
    }

    /** Fives in such a sum, the fewest. */
    private static int smalls(int pixels) {
        return (MEDIUM.pixels - pixels % MEDIUM.pixels) % MEDIUM.pixels;
    }

    /** The next number of pixels that tiles of two vectors hold each once. */
    public static int padded(int pixels) {
        int padded = pixels;
        while (!fills(padded)) {
            padded++;
        }
        return padded;
    }

    /**
     * Tiles of two vectors along one row.
     *
     * @param pixels a {@link #padded} number
     * @return where those of each size end, in the order of {@link org.convmark.kernel.vector.tile.PairTiles#along}
     */
    public static int[] along(int pixels) {
        int large = HAS_LARGE ? pixels / LARGE.pixels * LARGE.pixels : 0;
        while (!fills(pixels - large)) {
            large -= LARGE.pixels;
        }
        return new int[] {large, pixels - SMALL.pixels * smalls(pixels - large), pixels};
    }
}

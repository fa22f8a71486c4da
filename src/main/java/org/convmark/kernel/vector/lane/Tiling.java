package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.TileSize.EIGHT;
import static org.convmark.kernel.vector.lane.TileSize.HALF;
import static org.convmark.kernel.vector.lane.TileSize.LARGE;
import static org.convmark.kernel.vector.lane.TileSize.LONG;
import static org.convmark.kernel.vector.lane.TileSize.MEDIUM;
import static org.convmark.kernel.vector.lane.TileSize.SINGLE;
import static org.convmark.kernel.vector.lane.TileSize.SMALL;

import java.util.ArrayList;
import java.util.List;
import org.convmark.kernel.vector.conv.Panel;
import org.convmark.model.Shape;

/**
 * How the pixels of a map are cut into register tiles: the only place that chooses tiles.
 * <ul>
 *   <li>The map is cut into bands of rows.
 *   <li>Tiles of six and five together fill any row of twenty pixels or more, or any band of that size whose rows are contiguous.
 *   <li>Rows of eight pixels that are not contiguous, of maps of at most eight rows, are tiles of eight.
 *   <li>Otherwise, and for other tile sizes, the pixels of a band are numbered consecutively and cut into tiles of one size,
 *     which may continue in the next row; the last tile starts early enough to end with the band.
 *   <li>Tiles of fourteen continue in the next row only if rows have seven pixels, or if the whole map is one band of contiguous rows
 *     that are about a multiple of seven pixels together; where at most seven pixels are left, a tile of
 *     seven takes them. Single vectors by twenty-eight continue in the next row only if rows have fourteen; the rest of a row
 *     takes single vectors by eight.
 * </ul>
 */
public final class Tiling {
    /** Whether there are tiles for 32 registers. */
    public static final boolean HAS_LARGE = Lanes.REGISTERS == 32;

    /** A band is tall enough if its tiles cover at most one pixel in this many more than the fewest possible. */
    private static final int TOLERANCE = 32;

    private static final int MOST_ROWS = 8;

    /** Bytes that a band reads of the input, so that they stay in L2, and of most layers in L1, for all filters. */
    private static final int BAND_BYTES = 64 << 10;

    /** Bands of all filters together, for workers to share. */
    private static final int FEWEST_UNITS = 8;

    /** Blocks from which an empty half of one pair costs only a few per cent. */
    private static final int MANY_BLOCKS = 16;

    final int width;
    final int stride;

    /** Whether there are tiles for this distance between pixels. */
    private final boolean steps;

    /** Whether the rows of a band are contiguous in the input and in the output, as pairs of vectors see them. */
    private final boolean joined;

    /** Most rows that are computed at a time. */
    private final int height;

    /** Whether pairs of vectors use the tile for 32 registers, and whether single ones do. */
    private final boolean large;

    private final boolean isLong;

    /** Whether tiles for 32 registers see the whole map as one row. */
    private final boolean asOneRow;

    /** Whether each row of a tile of a map, where it lies in the map, is a register tile. */
    private final boolean eights;

    /** Rows of a band; the last may have fewer. */
    public final int rows;

    /**
     * @param vectors of output channels that most tiles have
     * @param filters that read each band
     * @param packed whether pairs of vectors read their inputs from a {@link Panel}
     */
    public Tiling(BlockedTensor in, BlockedTensor out, int stride, int vectors, int filters, boolean packed) {
        this.width = out.shape.width();
        this.height = out.rows;
        this.stride = stride;
        boolean contiguous = out.joined() && stride == 1 && in.row == out.row && in.pixel == out.pixel;
        this.joined = packed ? out.joined() : contiguous;
        this.steps = packed || in.isInterleaved() || hasStep(stride);
        boolean fits = fitsLarge(width);
        boolean small = width >= HALF.pixels && height <= MOST_ROWS && fitsLarge(height * width);
        this.asOneRow = HAS_LARGE && !fits && contiguous && small;
        this.large = HAS_LARGE && steps && fits || asOneRow;
        this.eights =
                HAS_LARGE && steps && !packed && !large && !joined && width == EIGHT.pixels && height <= MOST_ROWS;
        this.isLong = HAS_LARGE && (joined || steps && fitsLong(width, out.fewest));
        this.rows = taller(rows(vectors), filters, in);
    }

    /**
     * As many times these rows as leave the input of a band small and give several units of work, all bands about alike. A filter's turn at
     * a band costs as much as a tile of twenty taps, so it should have many tiles.
     */
    private int taller(int fewest, int filters, BlockedTensor in) {
        long rowBytes = (long) in.row * stride * in.blocks * Float.BYTES;
        long most = Math.min(BAND_BYTES / rowBytes, (long) height * filters / FEWEST_UNITS);
        int times = (int) Math.max(1, most / fewest);
        int parts = (height + fewest - 1) / fewest;
        int taller = (parts + times - 1) / times;
        return fewest * ((parts + taller - 1) / taller);
    }

    /** Rows of about a multiple of 7 pixels. */
    private static boolean fitsLarge(int width) {
        int size = HALF.pixels;
        return width >= size && (size - width % size) % size * 8 <= width;
    }

    /** Rows of at most an eighth fewer pixels than their tiles, or two rows of 14. */
    private static boolean fitsLong(int width, int height) {
        int rest = width % LONG.pixels;
        int tiles = width - rest + (rest + SINGLE.pixels - 1) / SINGLE.pixels * SINGLE.pixels;
        return width == LONG.piece && height > 1 || width >= LONG.pixels && (tiles - width) * 8 <= width;
    }

    private int rows(int vectors) {
        boolean largest = vectors == 2 && (large || eights);
        if (width < SINGLE.pixels) {
            return height;
        }
        return largest ? rowsOfLarge() : rowsOfFewest(vectors);
    }

    /** As few rows as hold a tile of fourteen, and one of twenty-eight for a last block without a partner. */
    private int rowsOfLarge() {
        if (asOneRow || eights) {
            return height;
        }
        return isLong ? Math.min(height, Math.max(1, LONG.pixels / width)) : 1;
    }

    /** The fewest rows whose tiles cover about as few pixels as possible. */
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

    /** Pixels of all tiles if bands have this many rows. */
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

    /** Whether every tile of a band is a run of pixels in one row or two, at a stride for which there is a tile. */
    public boolean runs(int rows) {
        return steps && runs(width, rows, SMALL);
    }

    /** Whether tiles of two vectors are always such runs. */
    public static boolean fitsPairs(BlockedTensor out) {
        return runs(out.shape.width(), out.fewest, SMALL);
    }

    /** Whether there are tiles that read an interleaved image: each in one row of a whole map. */
    public static boolean fitsImage(Shape in, Shape out, int stride) {
        return in.channels() == TileSize.IMAGE_CHANNELS
                && TileSize.IMAGE_STRIDES.contains(stride)
                && (HAS_LARGE && fitsLarge(out.width()) && out.width() != LARGE.piece || fills(out.width()));
    }

    /** Whether there are tiles that read pixels in place at this stride. */
    public static boolean hasStep(int stride) {
        return stride <= TileSize.MOST_STEP;
    }

    /** Whether tiles of one vector are always such runs. */
    public static boolean fitsSingle(BlockedTensor out, int stride) {
        return hasStep(stride) && runs(out.shape.width(), out.fewest, SINGLE);
    }

    /**
     * Whether a last block without a partner uses tiles of one vector rather than a pair with an empty second. Tiles of one
     * vector come in up to eight shapes, each called once or twice per pass on a small map, and C2 compiles only after hundreds
     * of calls: seconds in a network. So they are used if all tiles have one shape, and otherwise only where the empty half would
     * cost much and the layer is of a common kind (stride 1).
     */
    public static boolean suitsSingle(BlockedTensor in, BlockedTensor out, int stride) {
        boolean joined = stride == 1 && in.joined() && out.joined();
        boolean isLong = HAS_LARGE && fitsLong(out.shape.width(), out.fewest);
        boolean oneForm = joined || isLong || out.shape.width() % SINGLE.pixels == 0;
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
        if (vectors == 1 && !isLong) {
            cut(tiles, 0, 0, pixels, SINGLE);
        } else if (vectors == 1 && (joined || width < LONG.pixels)) {
            longs(tiles, 0, pixels);
        } else if (vectors == 1) {
            for (int row = 0; row < rows; row++) {
                longs(tiles, row * width, width);
            }
        } else if (large && width == LARGE.piece) {
            larges(tiles, 0, pixels);
        } else if (asOneRow) {
            fillAfterLarges(tiles, pixels);
        } else if (large) {
            for (int row = 0; row < rows; row++) {
                larges(tiles, row * width, width);
            }
        } else if (eights) {
            cut(tiles, 0, 0, pixels, EIGHT);
        } else if (joined && fills(pixels)) {
            fill(tiles, 0, pixels);
        } else if (fills(width)) {
            for (int row = 0; row < rows; row++) {
                fill(tiles, row * width, width);
            }
        } else {
            cut(tiles, 0, 0, pixels, SMALL);
        }
        return tiles;
    }

    /** Tiles of one size from pixel {@code start} of a run on; the last may share pixels with the one before. */
    private static void cut(List<Tile> tiles, int from, int start, int pixels, TileSize size) {
        for (int first = start; first < pixels; first += size.pixels) {
            tiles.add(new Tile(from + Math.max(0, Math.min(first, pixels - size.pixels)), size));
        }
    }

    /** Tiles of fourteen, and of seven if that holds the rest; the last two may share pixels. */
    private static void larges(List<Tile> tiles, int from, int pixels) {
        int larges = pixels < LARGE.pixels ? 0 : (pixels + HALF.pixels - 1) / LARGE.pixels * LARGE.pixels;
        cut(tiles, from, 0, Math.min(larges, pixels), LARGE);
        cut(tiles, from, larges, pixels, HALF);
    }

    /** As many tiles of fourteen as leave a sum of sixes and fives, so that each pixel is held once; all of fourteen if none do. */
    private static void fillAfterLarges(List<Tile> tiles, int pixels) {
        int rest = pixels % LARGE.pixels;
        while (rest < pixels && !fills(rest)) {
            rest += LARGE.pixels;
        }
        if (rest <= pixels && fills(rest)) {
            cut(tiles, 0, 0, pixels - rest, LARGE);
            fill(tiles, pixels - rest, rest);
        } else {
            larges(tiles, 0, pixels);
        }
    }

    /** Tiles of one vector, as many long ones as fit; the last two may share pixels. */
    private static void longs(List<Tile> tiles, int from, int pixels) {
        int longs = pixels / LONG.pixels * LONG.pixels;
        cut(tiles, from, 0, longs, LONG);
        cut(tiles, from, longs, pixels, SINGLE);
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

    /** The fewest fives in such a sum. */
    private static int smalls(int pixels) {
        return (MEDIUM.pixels - pixels % MEDIUM.pixels) % MEDIUM.pixels;
    }

    /**
     * Tiles along one row. They may reach past its end: pairs cover each pixel once, and there are no tiles of fewer pixels.
     *
     * @return where the tiles of each size end, largest size first
     */
    public static int[] along(int pixels, int vectors) {
        if (vectors == 1) {
            int covered = Math.max(pixels, SINGLE.pixels);
            return new int[] {HAS_LARGE ? covered / LONG.pixels * LONG.pixels : 0, covered};
        }
        int covered = pixels;
        while (!fills(covered) && !endsWithHalf(covered)) {
            covered++;
        }
        int large = HAS_LARGE ? covered / LARGE.pixels * LARGE.pixels : 0;
        while (!fills(covered - large) && !endsWithHalf(covered)) {
            large -= LARGE.pixels;
        }
        int half = endsWithHalf(covered) ? covered : large;
        return new int[] {large, half, covered - SMALL.pixels * smalls(covered - half), covered};
    }

    private static boolean endsWithHalf(int pixels) {
        return HAS_LARGE && pixels % LARGE.pixels == HALF.pixels;
    }
}

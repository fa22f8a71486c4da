package org.convmark.kernel.vector.lane;

import java.util.List;
import java.util.stream.Stream;

/**
 * The sizes of register tiles: the only list, from which their kernels and the dispatch over them are generated. {@link Tiling}
 * says which are used when.
 */
public enum TileSize {
    /** For blocks whose partner would be empty or in another group. */
    SINGLE(1, 8, 1),
    /** The same for 32 registers. */
    LONG(1, 28, 14),
    /** Two vectors that fit 16 registers. */
    SMALL(2, 5, 1),
    /** Two vectors that fill 16 registers. */
    MEDIUM(2, 6, 6),
    /** Half of the next, for the last pixels of a row or of a map. */
    HALF(2, 7, 7),
    /** For rows of eight pixels that are not contiguous, with 32 registers. */
    EIGHT(2, 8, 8),
    /** Two vectors that fit 32 registers. */
    LARGE(2, 14, 7);

    /** Pixels of a lane-wise tile: a divisor of 56, 28, 14 and 7, and small enough to leave room for weights in 16 registers. */
    public static final int LANE_PIXELS = 7;

    /** The same for 32 registers, which leaves room for {@link #LANE_RUN} weights. */
    public static final int LONG_LANE_PIXELS = 14;

    /** Taps of the longest run of a lane-wise tile, with 32 registers. */
    public static final int LANE_RUN = 7;

    /** More than the pixels of any tile: a tile's pixels times this, plus those in its first row, tells its shape. */
    public static final int SHAPES = 32;

    /** The largest stride for which there are tiles; at larger ones, pixels are scattered. */
    public static final int MOST_STEP = 2;

    /** Channels of an interleaved image: red, green and blue. */
    public static final int IMAGE_CHANNELS = 3;

    /** Strides at which there are tiles for interleaved images: those of first layers. */
    public static final List<Integer> IMAGE_STRIDES = List.of(1, 2, 4);

    /** Vectors of pixels of the tiles of pruned filters, most first: 7 are 112 pixels of 512 bits, a divisor of 56 and 28 squared. */
    public static final List<Integer> SPARSE = List.of(7, 4, 3);

    /** Vectors of output channels. */
    public final int vectors;

    /** Pixels per vector of output channels. */
    public final int pixels;

    /** A tile may end a row after a multiple of this many pixels and continue in the next row. */
    public final int piece;

    TileSize(int vectors, int pixels, int piece) {
        this.vectors = vectors;
        this.pixels = pixels;
        this.piece = piece;
    }

    /** Vectors of pixels that the next tile of a pruned filter takes of those that are left; the last tile may take more than that. */
    public static int sparse(int left) {
        if (Tiling.HAS_LARGE && left > 4) {
            return 7;
        }
        return left <= 3 || left == 6 ? 3 : 4;
    }

    /** Pixels that the tiles of a pruned filter cover to hold some. */
    public static int sparsePixels(int pixels) {
        int vectors = Lanes.blocks(pixels);
        int covered = 0;
        while (covered < vectors) {
            covered += sparse(vectors - covered);
        }
        return covered * Lanes.L;
    }

    /** Whether its tiles cut rows of any length, and those of images; others only rows of just its pixels. */
    public boolean cutsAnyRow() {
        return this != EIGHT;
    }

    /** Whether there is a tile of this many pixels whose first ones are in one row and the others in the next. */
    static boolean canGoOn(int pixels, int first) {
        return Stream.of(values()).anyMatch(size -> size.pixels == pixels && first % size.piece == 0);
    }
}

package org.convmark.kernel.vector;

/**
 * How the pixels of a map are cut into register tiles: the one place that chooses them. The map is cut into bands of
 * rows; the pixels of a band are numbered through and cut into tiles of one size, which may go on in the next row; the
 * last starts early enough to end with the band.
 */
final class Tiling {
    /** Pixels of a tile of two vectors that fits 16 registers, and of one that fits 32. */
    private static final int SMALL = 5;

    static final int LARGE = 14;
    static final boolean HAS_LARGE = Lanes.REGISTERS == 32;

    /** Pixels of a tile of one vector. */
    private static final int SINGLE = 8;

    /** The largest stride for which there are tiles; at others, pixels are scattered and SMALL at a time. */
    private static final int MOST_STEP = 2;

    /** Tiles more than the fewest possible that are no reason for a higher band: one in this many. */
    private static final int TOLERANCE = 32;

    private static final int MOST_ROWS = 8;

    final int width;
    final int stride;

    /** Rows that are made at a time, at the most. */
    private final int height;

    /** Pixels of a tile of two vectors. */
    private final int size;

    /** Rows of a band; the last may have fewer. */
    final int rows;

    /** @param vectors of output channels that most tiles have */
    Tiling(Blocked out, int stride, int vectors) {
        this.width = out.shape.width();
        this.height = out.rows;
        this.stride = stride;
        this.size = HAS_LARGE && stride <= MOST_STEP && fitsLarge(width, out.fewest) ? LARGE : SMALL;
        this.rows = rows(vectors);
    }

    /** Rows of about a multiple of 14 pixels, or two rows of 7. */
    private static boolean fitsLarge(int width, int height) {
        return width == LARGE / 2 && height > 1 || width >= LARGE && (LARGE - width % LARGE) % LARGE * 8 <= width;
    }

    /** Pixels of a tile. */
    int size(int vectors) {
        return vectors == 1 ? SINGLE : size;
    }

    private int rows(int vectors) {
        if (width < SINGLE || size(vectors) == LARGE && width < LARGE) {
            return height;
        }
        return size(vectors) == LARGE ? 1 : rowsOfFewest(size(vectors));
    }

    /** The fewest whose tiles are about as few as they can be. */
    private int rowsOfFewest(int pixels) {
        int most = Math.min(height, MOST_ROWS);
        int fewest = Integer.MAX_VALUE;
        for (int r = 1; r <= most; r++) {
            fewest = Math.min(fewest, tiles(r, pixels));
        }
        int r = 1;
        while (tiles(r, pixels) * TOLERANCE > fewest * (TOLERANCE + 1)) {
            r++;
        }
        return r;
    }

    private int tiles(int rows, int pixels) {
        return height / rows * ((rows * width + pixels - 1) / pixels) + (height % rows * width + pixels - 1) / pixels;
    }

    /** Whether every tile of a band is a run of pixels in one row or two, at a step for which there is a tile. */
    boolean runs(int rows) {
        return runs(width, rows, stride, SMALL);
    }

    /** Whether tiles of one vector are always such runs. */
    static boolean fitsSingle(Blocked out, int stride) {
        return runs(out.shape.width(), out.fewest, stride, SINGLE);
    }

    private static boolean runs(int width, int height, int stride, int size) {
        return width >= size - 1 && width * height >= size && stride <= MOST_STEP;
    }

    /** First pixel of each tile of a band of some rows, counted from the band's first. */
    int[] starts(int rows, int size) {
        int pixels = rows * width;
        int[] starts = new int[(pixels + size - 1) / size];
        for (int t = 0; t < starts.length; t++) {
            starts[t] = Math.max(0, Math.min(t * size, pixels - size));
        }
        return starts;
    }
}

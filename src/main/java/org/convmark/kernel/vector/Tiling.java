package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

/**
 * How the pixels of a map are cut into register tiles: the one place that chooses them. The map is cut into bands of
 * rows; the pixels of a band are numbered through and cut into tiles of one size, which may go on in the next row; the
 * last starts early enough to end with the band.
 */
final class Tiling {
    /** Pixels of a tile that fits 16 vector registers, and of one that fits 32: those come with lanes of 512 bits. */
    private static final int SMALL = 5;

    static final int LARGE = 14;
    static final int LANES_OF_LARGE = 16;

    /** The largest stride for which there are tiles; at others, pixels are scattered and SMALL at a time. */
    private static final int MOST_STEP = 2;

    /** Tiles more than the fewest possible that are no reason for a higher band: one in this many. */
    private static final int TOLERANCE = 32;

    private static final int MOST_ROWS = 8;

    final int width;
    final int height;
    final int stride;

    /** Pixels of a tile. */
    final int size;

    /** Rows of a band; the last may have fewer. */
    final int rows;

    final int bands;

    Tiling(int width, int height, int stride) {
        this.width = width;
        this.height = height;
        this.stride = stride;
        this.size = L == LANES_OF_LARGE && stride <= MOST_STEP && fitsLarge(width, height) ? LARGE : SMALL;
        this.rows = width < LARGE && size == LARGE || width < SMALL ? height : size == LARGE ? 1 : rows();
        this.bands = (height + rows - 1) / rows;
    }

    /** Rows of about a multiple of 14 pixels, or two rows of 7. */
    private static boolean fitsLarge(int width, int height) {
        return width == LARGE / 2 && height > 1 || width >= LARGE && (LARGE - width % LARGE) % LARGE * 8 <= width;
    }

    /** The fewest whose tiles are about as few as they can be. */
    private int rows() {
        int most = Math.min(height, MOST_ROWS);
        int fewest = Integer.MAX_VALUE;
        for (int r = 1; r <= most; r++) {
            fewest = Math.min(fewest, tiles(r));
        }
        int r = 1;
        while (tiles(r) * TOLERANCE > fewest * (TOLERANCE + 1)) {
            r++;
        }
        return r;
    }

    private int tiles(int rows) {
        return height / rows * ((rows * width + SMALL - 1) / SMALL) + (height % rows * width + SMALL - 1) / SMALL;
    }

    /** Whether every tile is a run of pixels in one row or two, at a step for which there is a tile. */
    boolean runs() {
        return width >= SMALL - 1 && width * height >= SMALL && stride <= MOST_STEP;
    }

    /** The last band may have fewer rows. */
    int rowsOf(int band) {
        return Math.min(rows, height - band * rows);
    }

    /** First pixel of each tile of a band, counted from the band's first. */
    int[] starts(int band) {
        int pixels = rowsOf(band) * width;
        int[] starts = new int[(pixels + size - 1) / size];
        for (int t = 0; t < starts.length; t++) {
            starts[t] = Math.max(0, Math.min(t * size, pixels - size));
        }
        return starts;
    }
}

package org.convmark.model;

/**
 * The rows of an input that a row of the result depends on: row y reads rows {@code y * stride - before} to {@code y * stride +
 * after}. Rows outside the map are padding.
 *
 * @param stride input rows from one row of the result to the next
 * @param before rows above
 * @param after rows below
 */
public record ReceptiveField(int stride, int before, int after) {
    /** The same row: pixel-wise layers. */
    public static final ReceptiveField ROW = new ReceptiveField(1, 0, 0);

    /** The only row of a map of one pixel, for every row of the result. */
    public static final ReceptiveField GATE = new ReceptiveField(0, 0, 0);

    /** All rows: no row of the result can be computed before the last row of the input. */
    public static final ReceptiveField MAP = new ReceptiveField(0, 0, Integer.MAX_VALUE);

    /** The first row read for row y. */
    public int first(int y) {
        return y * stride - before;
    }

    /** The last row read for row y. */
    public int last(int y) {
        return y * stride + after;
    }

    /** The share of the input that is read at all: less than 1 where a stride is longer than its window, in rows and columns alike. */
    double share() {
        double rows = Math.min(1, ((double) before + after + 1) / Math.max(1, stride));
        return rows * rows;
    }

    /** The union of two readers' rows. */
    ReceptiveField and(ReceptiveField that) {
        return new ReceptiveField(
                Math.max(stride, that.stride), Math.max(before, that.before), Math.max(after, that.after));
    }
}

package org.convmark.model;

/**
 * Which rows of an input a row of the result is made from: row y reads from {@code y * stride - before} to {@code y *
 * stride + after}. Rows outside the map are padding.
 *
 * @param stride rows of the input from one row of the result to the next
 * @param before rows above
 * @param after rows below
 */
public record ReceptiveField(int stride, int before, int after) {
    /** The same row: layers that work pixel by pixel. */
    public static final ReceptiveField ROW = new ReceptiveField(1, 0, 0);

    /** The one row of a map of one pixel, whatever row is made. */
    public static final ReceptiveField GATE = new ReceptiveField(0, 0, 0);

    /** All rows: no row of the result can be made before the last of the input. */
    public static final ReceptiveField MAP = new ReceptiveField(0, 0, Integer.MAX_VALUE);

    /** The first row read for row y. */
    public int first(int y) {
        return y * stride - before;
    }

    /** The last row read for row y. */
    public int last(int y) {
        return y * stride + after;
    }

    /** What two readers of the same value read together. */
    ReceptiveField and(ReceptiveField that) {
        return new ReceptiveField(
                Math.max(stride, that.stride), Math.max(before, that.before), Math.max(after, that.after));
    }
}

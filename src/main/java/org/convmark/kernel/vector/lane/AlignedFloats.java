package org.convmark.kernel.vector.lane;

/**
 * A slice of an array that starts at a cache line and holds zeros at first, so that no vector crosses a line: with vectors of 64
 * bytes every load and store of an unaligned tensor would. Java does not promise alignment, but collectors that divide the heap
 * into regions (G1, the default) place an array of half a region or more at the start of a region and never move it, so slices of
 * large arrays are handed out. Under other collectors the slices may be unaligned: slower, not wrong.
 *
 * @param data an array that holds other slices too
 * @param first index of the first float
 */
public record AlignedFloats(float[] data, int first) {
    /** Floats per cache line. */
    public static final int CACHE_LINE_FLOATS = 16;

    /** More than half of the largest region that a JVM chooses by itself, 32 MiB. */
    private static final int CHUNK = (16 << 20) / Float.BYTES + CACHE_LINE_FLOATS;

    /**
     * Floats from the start of a region to the first element of an array there: the array's header; with compact object headers
     * one float less.
     */
    private static final int HEADER = "true".equals(JvmFlags.value("UseCompactObjectHeaders")) ? 3 : 4;

    private static float[] chunk = {};
    private static int used;

    /** A new slice of this many floats. */
    public static synchronized AlignedFloats of(int floats) {
        if (floats > CHUNK - CACHE_LINE_FLOATS) {
            return new AlignedFloats(
                    new float[Math.addExact(floats, CACHE_LINE_FLOATS - HEADER)], CACHE_LINE_FLOATS - HEADER);
        }
        if (used + floats > chunk.length) {
            chunk = new float[CHUNK];
            used = CACHE_LINE_FLOATS - HEADER;
        }
        int first = used;
        used += (floats + CACHE_LINE_FLOATS - 1) / CACHE_LINE_FLOATS * CACHE_LINE_FLOATS;
        return new AlignedFloats(chunk, first);
    }

    /** The slice from an offset on. */
    public AlignedFloats from(int offset) {
        return new AlignedFloats(data, first + offset);
    }
}

package org.convmark.kernel.vector.lane;

/**
 * Zeros for floats that begin at a line of the cache, so that no vector straddles two: with vectors of 64 bytes every load and store of a
 * tensor that begins elsewhere would. Java promises no alignment, but collectors that divide the heap into regions (G1, the
 * default) begin an array of half a region or more at the beginning of one and never move it, so pieces of large arrays are handed out. Other
 * collectors place them anywhere: slower, not wrong.
 *
 * @param data an array that holds other pieces too
 * @param first index of the first float
 */
public record AlignedFloats(float[] data, int first) {
    /** Floats of a line. */
    public static final int CACHE_LINE_FLOATS = 16;

    /** More than half of the largest region that a JVM chooses by itself, 32 MiB. */
    private static final int CHUNK = (16 << 20) / Float.BYTES + CACHE_LINE_FLOATS;

    /** Floats from the beginning of a region to the first of an array in it: its header; with compact ones a float less. */
    private static final int HEADER = "true".equals(JvmFlags.value("UseCompactObjectHeaders")) ? 3 : 4;

    private static float[] chunk = {};
    private static int used;

    /** So many floats. */
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

    /** What follows from a float on. */
    public AlignedFloats from(int offset) {
        return new AlignedFloats(data, first + offset);
    }
}

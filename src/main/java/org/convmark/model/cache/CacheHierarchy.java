package org.convmark.model.cache;

import java.util.Arrays;
import java.util.List;

/**
 * A hierarchy of set-associative caches with least-recently-used replacement. An access that misses one level goes to the next,
 * and the line is then in all levels that it passed. There is no prefetching, and written lines are treated like read lines. One
 * set in several can stand for all (Kessler, Hill and Wood 1994): lines of other sets are skipped, and counts are multiplied. Not
 * safe for threads.
 */
public final class CacheHierarchy {
    /**
     * The shape of one cache.
     *
     * @param bytes size
     * @param ways lines of a set
     */
    public record Level(String name, long bytes, int ways) {
        /** Number of its sets. */
        public int sets(int lineBytes) {
            return (int) (bytes / ((long) lineBytes * ways));
        }
    }

    private final int lineBytes;
    private final int lineShift;
    private final int share;
    private final int shareShift;
    /** For each level, the line numbers of each simulated set, most recently used first; -1 for an empty way. */
    private final long[][] lines;

    private final int[] ways;
    private final int[] sets;
    private final long[] misses;

    /**
     * Empty caches.
     *
     * @param lineBytes line size of all levels, a power of two
     * @param share one set in this many is simulated; a power of two that divides the sets of every level
     * @param levels the nearest first
     * @throws IllegalArgumentException if a level holds less than one set, or sets that the share does not divide
     */
    public CacheHierarchy(int lineBytes, int share, List<Level> levels) {
        this.lineBytes = lineBytes;
        this.lineShift = Integer.numberOfTrailingZeros(lineBytes);
        this.share = share;
        this.shareShift = Integer.numberOfTrailingZeros(share);
        lines = new long[levels.size()][];
        ways = new int[levels.size()];
        sets = new int[levels.size()];
        misses = new long[levels.size()];
        for (int i = 0; i < sets.length; i++) {
            Level level = levels.get(i);
            ways[i] = level.ways();
            int all = level.sets(lineBytes);
            if (all < 1 || all % share != 0) {
                throw new IllegalArgumentException(level + " holds " + all + " sets of lines of " + lineBytes
                        + " bytes: not one, or not a multiple of " + share);
            }
            sets[i] = all / share;
            lines[i] = new long[sets[i] * level.ways()];
            Arrays.fill(lines[i], -1);
        }
    }

    /** Reads or writes a range of bytes; each of its lines counts once. */
    public void touch(long address, long bytes) {
        long last = address + bytes - 1 >> lineShift + shareShift;
        for (long line = (address >> lineShift) + share - 1 >> shareShift; line <= last; line++) {
            int level = 0;
            while (level < sets.length && !hits(level, line)) {
                misses[level++]++;
            }
        }
    }

    /**
     * Whether a level holds a line, by its number among the simulated ones. Afterwards the line is the most recently used of its
     * set.
     */
    private boolean hits(int level, long line) {
        long[] all = lines[level];
        int first = place(level, line) * ways[level];
        int last = first + ways[level] - 1;
        int i = first;
        while (i < last && all[i] != line) {
            i++;
        }
        boolean hit = all[i] == line;
        System.arraycopy(all, first, all, first + 1, i - first);
        all[first] = line;
        return hit;
    }

    /**
     * The set of a line. Almost all caches have a power of two of sets, and a division would take longer than everything else
     * here.
     */
    private int place(int level, long line) {
        int count = sets[level];
        return (count & count - 1) == 0 ? (int) line & count - 1 : (int) (line % count);
    }

    /** Resets the counts, not the content of the caches. */
    public void reset() {
        Arrays.fill(misses, 0);
    }

    /** Bytes that a level had to fetch since the last reset; levels count from 0 for the nearest. */
    public long missedBytes(int level) {
        return misses[level] * lineBytes * share;
    }
}

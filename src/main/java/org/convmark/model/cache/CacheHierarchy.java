package org.convmark.model.cache;

import java.util.Arrays;
import java.util.List;

/**
 * Set-associative caches with least-recently-used replacement, one behind the other: an access that misses one goes on to
 * the next, and the line is then in all that it passed. Lines are not prefetched, and what is written is a line like any
 * other. One set in several can stand for all (Kessler, Hill and Wood 1994): the lines of the others are passed over, and
 * what is counted is multiplied. Not safe for threads.
 */
public final class CacheHierarchy {
    /**
     * The shape of one cache.
     *
     * @param bytes size
     * @param ways lines of a set
     */
    public record Level(String name, long bytes, int ways) {
        /** How many sets of lines it holds. */
        public int sets(int lineBytes) {
            return (int) (bytes / ((long) lineBytes * ways));
        }
    }

    private final int lineBytes;
    private final int lineShift;
    private final int share;
    private final int shareShift;
    /** Per level the line numbers of each simulated set, the last used first; -1 where there is none. */
    private final long[][] lines;

    private final int[] ways;
    private final int[] sets;
    private final long[] misses;

    /** Empty caches, all of whose sets are simulated. */
    public CacheHierarchy(int lineBytes, List<Level> levels) {
        this(lineBytes, 1, levels);
    }

    /**
     * Empty caches.
     *
     * @param lineBytes of all levels, a power of two
     * @param share one set in so many is simulated, a power of two; must divide the sets of every level
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

    /** Reads or writes a range of bytes, each of its lines once. */
    public void touch(long address, long bytes) {
        long last = address + bytes - 1 >> lineShift + shareShift;
        for (long line = (address >> lineShift) + share - 1 >> shareShift; line <= last; line++) {
            int level = 0;
            while (level < sets.length && !hits(level, line)) {
                misses[level++]++;
            }
        }
    }

    /** Whether a line is there, counted among those simulated; it is the last used of its set afterwards, and those used since are one older. */
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

    /** The set of a line. Almost all caches have a power of two of them, and a division takes longer than all the rest. */
    private int place(int level, long line) {
        int count = sets[level];
        return (count & count - 1) == 0 ? (int) line & count - 1 : (int) (line % count);
    }

    /** Forgets what was counted, not what the caches hold. */
    public void reset() {
        Arrays.fill(misses, 0);
    }

    /** Bytes that came from behind a level, counted from 0 for the nearest, since the last reset. */
    public long missedBytes(int level) {
        return misses[level] * lineBytes * share;
    }
}

package org.convmark.model;

import java.util.Arrays;
import java.util.List;

/**
 * Set-associative caches with least-recently-used replacement, one behind the other: an access that misses one goes on to
 * the next, and the line is then in all that it passed. Lines are not prefetched, and what is written is a line like any
 * other. Not safe for threads.
 */
public final class CacheHierarchy {
    /**
     * The shape of one cache.
     *
     * @param bytes size
     * @param ways lines of a set
     */
    public record Level(String name, long bytes, int ways) {}

    private final int lineBytes;
    private final List<Level> levels;
    /** Per level the line numbers of each set, the last used first; -1 where there is none. */
    private final long[][] lines;

    private final int[] sets;
    private final long[] misses;

    /**
     * Empty caches.
     *
     * @param lineBytes of all levels
     * @param levels the nearest first
     * @throws IllegalArgumentException if a level holds less than one set
     */
    public CacheHierarchy(int lineBytes, List<Level> levels) {
        this.lineBytes = lineBytes;
        this.levels = List.copyOf(levels);
        lines = new long[levels.size()][];
        sets = new int[levels.size()];
        misses = new long[levels.size()];
        for (int i = 0; i < sets.length; i++) {
            Level level = levels.get(i);
            sets[i] = (int) (level.bytes() / ((long) lineBytes * level.ways()));
            if (sets[i] < 1) {
                throw new IllegalArgumentException(level + " holds not one set of lines of " + lineBytes + " bytes");
            }
            lines[i] = new long[sets[i] * level.ways()];
            Arrays.fill(lines[i], -1);
        }
    }

    /** Reads or writes a range of bytes, each of its lines once. */
    public void touch(long address, long bytes) {
        long last = (address + bytes - 1) / lineBytes;
        for (long line = address / lineBytes; line <= last; line++) {
            int level = 0;
            while (level < sets.length && !hits(level, line)) {
                misses[level++]++;
            }
        }
    }

    /** Whether a line is there; it is the last used of its set afterwards. */
    private boolean hits(int level, long line) {
        long[] all = lines[level];
        int ways = levels.get(level).ways();
        int first = (int) (line % sets[level]) * ways;
        long moved = all[first];
        if (moved == line) {
            return true;
        }
        all[first] = line;
        for (int i = first + 1; i < first + ways; i++) {
            long next = all[i];
            all[i] = moved;
            if (next == line) {
                return true;
            }
            moved = next;
        }
        return false;
    }

    /** Forgets what was counted, not what the caches hold. */
    public void reset() {
        Arrays.fill(misses, 0);
    }

    /** Bytes that came from behind a level, counted from 0 for the nearest, since the last reset. */
    public long missedBytes(int level) {
        return misses[level] * lineBytes;
    }
}

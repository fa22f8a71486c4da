package org.convmark.kernel.vector.lane;

import java.util.Arrays;

/**
 * Scratch memory of a thread, shared by all kernels. Kernels run one after the other, so the next one finds it in the cache.
 * Kernels reserve what they need when they are created; a thread allocates its memory when it first runs a kernel, and again only
 * after a larger kernel has been created. It starts as NaN, so a kernel that reads floats nobody has written gives a wrong result
 * on its first run, when results are checked.
 */
public final class ThreadMemory {
    private static final ThreadLocal<ThreadMemory> OWN = ThreadLocal.withInitial(ThreadMemory::new);

    /** Most floats that any kernel has reserved. */
    private static volatile int most;

    /** Most rows that a kernel reads at once. */
    private static final int ROWS = 8;

    private final int[] offsets = new int[ROWS];
    private AlignedFloats lines;
    private int floats;

    private ThreadMemory() {}

    /** Makes sure that {@link #lines()} has this many floats. */
    public static synchronized void reserve(int floats) {
        most = Math.max(most, floats);
    }

    /**
     * The memory of the calling thread, with undefined content. Ask for it once per run: it is replaced when a kernel that needs
     * more has been created.
     */
    public static AlignedFloats lines() {
        ThreadMemory own = OWN.get();
        if (own.floats < most) {
            own.floats = most;
            own.lines = AlignedFloats.of(own.floats);
            int first = own.lines.first();
            Arrays.fill(own.lines.data(), first, first + own.floats, Float.NaN);
        }
        return own.lines;
    }

    /** Room of the calling thread for the offsets of the rows that a kernel reads at once. */
    public static int[] offsets() {
        return OWN.get().offsets;
    }
}

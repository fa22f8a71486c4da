package org.convmark.kernel.vector.lane;

import java.util.Arrays;

/**
 * What a thread keeps while a kernel runs, the same memory for every kernel: one runs after the other, so the next finds in the
 * cache what the last wrote, and needs no lines from behind it. Kernels say what they need when they are made; a thread's
 * memory is made when it first runs one, and anew only when a larger one has been made since. It begins as NaN, so that a kernel which
 * reads what nobody wrote gives a wrong result the first time, when it is looked at, and not only after another.
 */
public final class ThreadMemory {
    private static final ThreadLocal<ThreadMemory> OWN = ThreadLocal.withInitial(ThreadMemory::new);

    /** Floats that a kernel needs, at most. */
    private static volatile int most;

    /** Rows that a kernel reads at once, at the most. */
    private static final int ROWS = 8;

    private final int[] offsets = new int[ROWS];
    private AlignedFloats lines;
    private int floats;

    private ThreadMemory() {}

    /** Makes sure that {@link #lines()} has so many floats. */
    public static synchronized void reserve(int floats) {
        most = Math.max(most, floats);
    }

    /** The calling thread's, with anything in it. To be asked for once per run: it is another one as soon as a kernel that needs more was made. */
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

    /** The calling thread's room for where the rows begin that a kernel reads at once. */
    public static int[] offsets() {
        return OWN.get().offsets;
    }
}

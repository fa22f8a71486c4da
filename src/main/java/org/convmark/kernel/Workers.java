package org.convmark.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The calling thread and a fixed number of helper threads that run each kernel together. Each starts with its own part of the
 * units, always the same one, so the data it wrote is still in its cache. A worker that finishes steals units from the others, so
 * a thread that the system delays does not hold up the rest. Helpers spin for a while before they park, so the next kernel finds
 * them awake. Not for concurrent callers.
 */
public final class Workers implements AutoCloseable {
    /** Spins before a waiting thread yields its processor, perhaps to the thread it waits for. */
    private static final int SPINS = 1_000;

    /** Yields before a helper parks, less than a millisecond in all. */
    private static final int YIELDS = 1_000;

    /** Longs between the parts' counters, so that each has a pair of cache lines of its own. */
    private static final int STRIDE = 16;

    private final Helper[] helpers;
    /** Units of each worker's part that are not yet taken: first in the upper half, end in the lower. */
    private final AtomicLongArray parts;

    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile Kernel kernel;
    private volatile int generation;
    private volatile boolean closed;
    private volatile Throwable failure;

    /** @param count threads, the caller included; 0 for one per processor */
    public Workers(int count) {
        helpers = new Helper[threads(count) - 1];
        parts = new AtomicLongArray((helpers.length + 1) * STRIDE);
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
            helpers[i].start();
        }
    }

    /** Threads that a worker count stands for, on every target: 0 means one per processor that this process may use. */
    public static int threads(int workers) {
        return workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
    }

    /** Whether a thread is a helper of some instance. */
    public static boolean isHelper(Thread thread) {
        return thread instanceof Helper;
    }

    /** Threads, the caller included. */
    public int count() {
        return helpers.length + 1;
    }

    /** Runs all units of a kernel and returns when the last is done. */
    void run(Kernel work) {
        int units = work.units();
        if (helpers.length == 0 || units == 1) {
            work.run(0, units);
            return;
        }
        kernel = work;
        unfinished.set(units);
        for (int worker = 0; worker < count(); worker++) {
            long from = (long) units * worker / count();
            long to = (long) units * (worker + 1) / count();
            parts.set(worker * STRIDE, from << 32 | to);
        }
        generation++;
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        work(0);
        for (int spin = 0; unfinished.get() > 0; spin++) {
            pause(spin);
        }
        if (failure != null) {
            Throwable cause = failure;
            failure = null;
            throw new IllegalStateException("a worker failed", cause);
        }
    }

    /**
     * Runs the rest of a worker's own part, then of the others' parts. What it finished counts at the end, in one addition: each
     * takes the line of the counter from the other cores.
     */
    private void work(int worker) {
        int done = 0;
        for (int i = 0; i < count(); i++) {
            int part = (worker + i) % count() * STRIDE;
            for (long left = parts.get(part); isLeft(left); left = parts.get(part)) {
                int from = (int) (left >> 32);
                // Half of what is left: few calls, and small ones at the end, when workers have to meet.
                int to = from + ((int) left - from + 1) / 2;
                if (parts.compareAndSet(part, left, (long) to << 32 | (int) left)) {
                    run(from, to);
                    done += to - from;
                }
            }
        }
        if (done > 0) {
            unfinished.addAndGet(-done);
        }
    }

    private static boolean isLeft(long part) {
        return (int) (part >> 32) < (int) part;
    }

    /** Runs taken units; the kernel stays in place until they are done. */
    private void run(int from, int to) {
        try {
            kernel.run(from, to);
        } catch (Throwable t) {
            failure = t;
        }
    }

    private static void pause(int spin) {
        if (spin < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    private final class Helper extends Thread {
        private final int worker;
        private volatile boolean parked;

        Helper(int worker) {
            super("worker-" + worker);
            this.worker = worker;
            setDaemon(true);
        }

        @Override
        public void run() {
            for (int seen = 0; !closed; seen = await(seen)) {
                work(worker);
            }
        }

        private int await(int seen) {
            for (int spin = 0; generation == seen && !closed; spin++) {
                if (spin < SPINS + YIELDS) {
                    pause(spin);
                } else {
                    parked = true;
                    if (generation == seen && !closed) {
                        LockSupport.park(this);
                    }
                    parked = false;
                }
            }
            return generation;
        }
    }
}

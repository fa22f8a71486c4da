package org.convmark.kernel;

import java.util.concurrent.locks.LockSupport;

/**
 * The calling thread and a fixed number of helpers that run each kernel together, units split evenly and always alike.
 * Helpers spin for a while before they park, so that the next kernel finds them awake. Not for concurrent callers.
 */
public final class Workers implements AutoCloseable {
    private static final int SPINS = 20_000;

    private final Helper[] helpers;
    private volatile Kernel kernel;
    private volatile int generation;
    private volatile boolean closed;

    /** @param count threads, the caller included; 0 for one per processor */
    public Workers(int count) {
        helpers = new Helper[threads(count) - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1);
            helpers[i].start();
        }
    }

    /** Threads that a number of workers stands for: 0 for one per processor. */
    public static int threads(int workers) {
        return workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
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
        generation++;
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        share(work, 0);
        for (Helper helper : helpers) {
            while (helper.done != generation) {
                Thread.onSpinWait();
            }
        }
        for (Helper helper : helpers) {
            if (helper.failure != null) {
                Throwable failure = helper.failure;
                helper.failure = null;
                throw new IllegalStateException("a worker failed", failure);
            }
        }
    }

    private void share(Kernel work, int worker) {
        long units = work.units();
        int from = (int) (units * worker / count());
        int to = (int) (units * (worker + 1) / count());
        if (from < to) {
            work.run(from, to);
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
        private volatile int done;
        private volatile boolean parked;
        private volatile Throwable failure;

        Helper(int worker) {
            super("worker-" + worker);
            this.worker = worker;
            setDaemon(true);
        }

        @Override
        public void run() {
            for (int seen = 0; ; ) {
                int next = await(seen);
                if (closed) {
                    return;
                }
                try {
                    share(kernel, worker);
                } catch (Throwable t) {
                    failure = t;
                }
                seen = next;
                done = next;
            }
        }

        private int await(int seen) {
            for (int spin = 0; generation == seen && !closed; spin++) {
                if (spin < SPINS) {
                    Thread.onSpinWait();
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

package org.convmark.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.kernel.Workers;
import org.convmark.model.Algorithm;
import org.convmark.model.Case;
import org.convmark.model.RoofLoop;
import org.convmark.model.Target;

/**
 * Measures the arithmetic roof of a target's hardware at this moment: the rate of a short, warm roof loop whose operands come
 * from the nearest cache, so that it is slowed by whatever else uses the core. It has its own engine, whose threads are parked
 * while those of the target run; with more than one thread, a pause before and after makes sure of that. Peer engines are
 * measured with one thread: their threads spin for an unknown time after a call, which does not slow a single thread on a core of
 * its own.
 */
final class RoofMeter implements AutoCloseable {
    /** Run time: short compared with an iteration, long compared with a launch. */
    private static final long RUN_NANOS = 500_000;

    private static final int RUNS = 3;
    private static final long READING_NANOS = 3_000_000;

    /** Workers park after less than a millisecond. */
    private static final long PAUSE_NANOS = 2_000_000;

    private static final Duration WARM_UP = Duration.ofSeconds(15);
    private static final Duration WINDOW = Duration.ofMillis(4);
    private static final long LEAST_FLOPS = RoofLoop.COMPUTE_FLOPS / 1024;
    private static final long MOST_FLOPS = RoofLoop.COMPUTE_FLOPS * 256;

    private final Engine engine;
    private final int threads;
    private long flops = LEAST_FLOPS;
    private RoofLoop kind;
    private Program loop;

    /**
     * Opens an engine and warms its loop.
     *
     * @param what the measured row
     * @throws UnsupportedOperationException with the reason if the target's hardware has no roof loop here
     * @throws NotCompiled if it still allocates after its warm-up
     */
    RoofMeter(Case what) {
        Target target = what.target();
        threads = target.isPeer() ? 1 : Workers.threads(what.workers());
        engine = ForkedJvm.openAny(target.roof(), threads, Algorithm.AUTO);
        try {
            loop = compile(what.multiplyAdds());
            ForkedJvm.warmUp(target.roof(), WARM_UP, WINDOW, loop, loop::run);
            while (fastest() < RUN_NANOS && flops < MOST_FLOPS) {
                flops *= 2;
                loop = engine.compile(kind, flops);
            }
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /** The loop with a row's multiply-adds; where there are no units for its format, they are those of floats. */
    private Program compile(RoofLoop own) {
        try {
            kind = own == RoofLoop.COMPUTE ? RoofLoop.COMPUTE_L1 : own;
            return engine.compile(kind, flops);
        } catch (UnsupportedOperationException e) {
            kind = RoofLoop.COMPUTE_L1;
            return engine.compile(kind, flops);
        }
    }

    /** Flops per second: the fastest of a few runs, or a single run if it takes long. */
    double rate() {
        pause();
        double rate = 1e9 * flops / fastest();
        pause();
        return rate;
    }

    private long fastest() {
        long fastest = Long.MAX_VALUE;
        long start = System.nanoTime();
        long before = start;
        for (int run = 0; run < RUNS && before - start < READING_NANOS; run++) {
            loop.run();
            long now = System.nanoTime();
            fastest = Math.min(fastest, now - before);
            before = now;
        }
        return fastest;
    }

    private void pause() {
        if (threads > 1) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}

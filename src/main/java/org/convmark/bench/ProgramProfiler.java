package org.convmark.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.convmark.kernel.OwnThreads;
import org.convmark.kernel.Program;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * What the timed program is made of, as secondary results: {@code kernels} launched in a pass, {@code workspace} bytes that were
 * planned for its intermediates, and {@code alone}, the time of all kernels when each runs again and again by itself. What a pass takes beyond that
 * is the price of the sequence: operands that another kernel has pushed out of a cache. Engines that are one call have none of these. And of every
 * program {@code least}, the fastest of some single passes after each iteration: where a neighbour uses the other thread of the core nearly all the
 * time, only the milliseconds between show what the code can do, and a mean never sees them. Beside it {@code allocated}, bytes that a pass makes its threads allocate.
 */
public final class ProgramProfiler implements InternalProfiler {
    private static final String UNIT = "us/op";

    /** Long against reading the clock and waiting for a queue. */
    private static final long BATCH_NANOS = 200_000;

    private static final int BATCHES = 3;

    /** Kernels that take so long are run once: reference loops of a large network would cost minutes otherwise. */
    private static final long LONG_NANOS = 20_000_000;

    /** Many passes, or one long one: with 10 ms after each of five iterations one fork in six met no gap between a neighbour's turns. */
    private static final long LEAST_NANOS = 40_000_000;

    /** Passes after an iteration of which one is surely as fast as their mean. */
    private static final int MANY_PASSES = 5;

    private static volatile List<ScalarResult> results = List.of();
    private static volatile double leastMicros = Double.MAX_VALUE;
    private static volatile int passes;
    private static volatile long allocated;

    @Override
    public String getDescription() {
        return "Kernels, workspace and time of kernels alone";
    }

    /** Takes a warm program apart, once in a JVM. */
    static void inspect(Program program) {
        List<ScalarResult> all = new ArrayList<>();
        if (program.kernels() > 1) {
            double nanos = 0;
            for (int kernel = 0; kernel < program.kernels(); kernel++) {
                nanos += nanosAlone(program, kernel);
            }
            all.add(new ScalarResult("kernels", program.kernels(), "#", AggregationPolicy.MAX));
            all.add(new ScalarResult("alone", nanos / 1e3, UNIT, AggregationPolicy.AVG));
        }
        program.workspaceBytes()
                .ifPresent(bytes -> all.add(new ScalarResult("workspace", bytes, "B", AggregationPolicy.MAX)));
        results = List.copyOf(all);
    }

    /**
     * Looks for a fast pass after an iteration, on the thread that runs the benchmark, and at what passes allocate. Of long passes one
     * tells enough.
     *
     * @return bytes a pass
     */
    static long observe(Program program) {
        boolean isLong = leastMicros < Double.MAX_VALUE && 1e3 * leastMicros > LONG_NANOS;
        if (!isLong) {
            look(program);
        }
        return allocated;
    }

    private static void look(Program program) {
        OwnThreads threads = new OwnThreads();
        long bytes = threads.allocatedBytes();
        long least = Long.MAX_VALUE;
        int runs = 0;
        long start = System.nanoTime();
        for (long before = start, now; before - start < LEAST_NANOS; before = now, runs++) {
            program.run();
            now = System.nanoTime();
            least = Math.min(least, now - before);
        }
        allocated = (threads.allocatedBytes() - bytes) / runs;
        leastMicros = least / 1e3;
        passes = runs;
    }

    /** The median of some batches of runs. */
    private static double nanosAlone(Program program, int kernel) {
        int runs = 1;
        long nanos = nanos(program, kernel, runs);
        while (nanos < BATCH_NANOS) {
            runs *= 2;
            nanos = nanos(program, kernel, runs);
        }
        if (nanos > LONG_NANOS) {
            return nanos;
        }
        long[] batches = new long[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            batches[i] = nanos(program, kernel, runs);
        }
        Arrays.sort(batches);
        return (double) batches[BATCHES / 2] / runs;
    }

    private static long nanos(Program program, int kernel, int runs) {
        long start = System.nanoTime();
        program.run(kernel, runs);
        return System.nanoTime() - start;
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        List<ScalarResult> all = new ArrayList<>(results);
        boolean failed = result.getRawPrimaryResults().isEmpty();
        if (iteration.getType() == IterationType.MEASUREMENT && !failed) {
            Result<?> mean = result.getPrimaryResult();
            // Where few were looked at, the fastest of the iteration itself was no slower than its mean.
            double micros = passes < MANY_PASSES && mean.getScoreUnit().equals(UNIT)
                    ? Math.min(leastMicros, mean.getScore())
                    : leastMicros;
            all.add(new ScalarResult("least", micros, UNIT, AggregationPolicy.MIN));
            all.add(new ScalarResult("allocated", allocated, "B/op", AggregationPolicy.MAX));
        }
        return all;
    }
}

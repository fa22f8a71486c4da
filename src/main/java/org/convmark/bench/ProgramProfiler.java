package org.convmark.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.kernel.DeviceTimes;
import org.convmark.kernel.Engine;
import org.convmark.kernel.OwnThreads;
import org.convmark.kernel.Program;
import org.convmark.model.Metric;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/**
 * What the timed program is made of, as secondary results: {@link Metric#KERNELS}, {@link Metric#WORKSPACE} and {@link Metric#ISOLATED}, as a whole and by what kernels compute; on a device {@link Metric#LAUNCHES}, {@link Metric#EVENTS} and {@link Metric#SPAN}. What a pass takes beyond that
 * is the price of the sequence: operands that another kernel has pushed out of a cache. Engines that are one call have none of these. And of every
 * program {@link Metric#MIN}, the fastest of some single passes after each iteration: where a neighbour uses the other thread of the core nearly all the
 * time, only the milliseconds between show what the code can do, and a mean never sees them. Beside it {@link Metric#ALLOCATED}.
 */
public final class ProgramProfiler implements InternalProfiler {
    /** Long against reading the clock and waiting for a queue. */
    private static final long BATCH_NANOS = 200_000;

    private static final int BATCHES = 3;

    /** Passes under the clock of a device. */
    private static final int RECORDED = 9;

    /** Kernels that take so long are run twice: reference loops of a large network would cost minutes otherwise. */
    private static final long LONG_NANOS = 20_000_000;

    /** Many passes, or one long one: with 10 ms after each of five iterations one fork in six met no gap between a neighbour's turns. */
    private static final long LOOK_NANOS = 40_000_000;

    /** Passes after an iteration of which one is surely as fast as their mean. */
    private static final int MANY_PASSES = 5;

    private static volatile List<ScalarResult> results = List.of();
    private static volatile double fastestMicros = Double.MAX_VALUE;
    private static volatile int passes;
    private static volatile long allocated;

    @Override
    public String getDescription() {
        return "Kernels, workspace, time of isolated kernels, fastest pass";
    }

    /** Takes a warm program apart, once in a JVM. */
    static void inspect(Engine engine, Program program) {
        List<ScalarResult> all = new ArrayList<>();
        if (program.kernels() > 1) {
            Map<String, Double> byLabel = new LinkedHashMap<>();
            for (int kernel = 0; kernel < program.kernels(); kernel++) {
                byLabel.merge(program.label(kernel), isolatedNanos(program, kernel), Double::sum);
            }
            double nanos =
                    byLabel.values().stream().mapToDouble(Double::doubleValue).sum();
            all.add(SecondaryResult.of(Metric.KERNELS, program.kernels(), AggregationPolicy.MAX));
            all.add(SecondaryResult.of(Metric.ISOLATED, nanos / 1e3, AggregationPolicy.AVG));
            byLabel.forEach((label, time) -> all.add(SecondaryResult.ofKernels(label, time)));
        }
        program.workspaceBytes()
                .ifPresent(bytes -> all.add(SecondaryResult.of(Metric.WORKSPACE, bytes, AggregationPolicy.MAX)));
        typical(engine, program).ifPresent(times -> {
            all.add(SecondaryResult.of(Metric.LAUNCHES, times.launches(), AggregationPolicy.MAX));
            all.add(SecondaryResult.of(Metric.EVENTS, times.sumNanos() / 1e3, AggregationPolicy.AVG));
            all.add(SecondaryResult.of(Metric.SPAN, times.spanNanos() / 1e3, AggregationPolicy.AVG));
        });
        results = List.copyOf(all);
    }

    /** The pass with the median span, of a few after a first one that warms the queue; of long ones the first. */
    private static Optional<DeviceTimes> typical(Engine engine, Program program) {
        Optional<DeviceTimes> first = engine.deviceTimes(program);
        if (first.isEmpty() || first.get().spanNanos() > LONG_NANOS) {
            return first;
        }
        return Stream.generate(() -> engine.deviceTimes(program))
                .limit(RECORDED)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparingLong(DeviceTimes::spanNanos))
                .skip(RECORDED / 2)
                .findFirst();
    }

    /**
     * Looks for a fast pass after an iteration, on the thread that runs the benchmark, and at what passes allocate. Of long passes one
     * tells enough.
     *
     * @return bytes a pass
     */
    static long observe(Program program) {
        boolean isLong = fastestMicros < Double.MAX_VALUE && 1e3 * fastestMicros > LONG_NANOS;
        if (!isLong) {
            look(program);
        }
        return allocated;
    }

    private static void look(Program program) {
        OwnThreads threads = new OwnThreads();
        long bytes = threads.allocatedBytes();
        long fastest = Long.MAX_VALUE;
        int runs = 0;
        long start = System.nanoTime();
        for (long before = start, now; before - start < LOOK_NANOS; before = now, runs++) {
            program.run();
            now = System.nanoTime();
            fastest = Math.min(fastest, now - before);
        }
        allocated = (threads.allocatedBytes() - bytes) / runs;
        fastestMicros = fastest / 1e3;
        passes = runs;
    }

    /** The median of some batches of runs. */
    private static double isolatedNanos(Program program, int kernel) {
        int runs = 1;
        long nanos = nanos(program, kernel, runs);
        if (nanos > LONG_NANOS) { // or it was disturbed
            nanos = Math.min(nanos, nanos(program, kernel, runs));
        }
        if (nanos > LONG_NANOS) {
            return nanos;
        }
        while (nanos < BATCH_NANOS) {
            runs *= 2;
            nanos = nanos(program, kernel, runs);
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
            double micros = passes < MANY_PASSES && mean.getScoreUnit().equals(Metric.MIN.unit())
                    ? Math.min(fastestMicros, mean.getScore())
                    : fastestMicros;
            all.add(SecondaryResult.of(Metric.MIN, micros, AggregationPolicy.MIN));
            all.add(SecondaryResult.of(Metric.ALLOCATED, allocated, AggregationPolicy.MAX));
        }
        return all;
    }
}

package org.convmark.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.convmark.model.Metric;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/** The forks of one row that were measured so far. */
final class Forks {
    /** Slowest over median fork, each weighted by the roof beside it, above which one more fork is measured. */
    private static final double UNEVEN = 1.3;

    /** The fewest forks whose median has a fork on each side. */
    private static final int FEWEST = 3;

    private final List<BenchmarkResult> all = new ArrayList<>();

    void add(List<BenchmarkResult> forks) {
        all.addAll(forks);
    }

    List<BenchmarkResult> all() {
        return Collections.unmodifiableList(all);
    }

    /** Whether one fork was compiled worse than the others: its kernels are slower although the machine was not. */
    boolean isUneven() {
        if (all.size() < FEWEST) {
            return false;
        }
        double[] sorted = all.stream().mapToDouble(Forks::kernelWork).sorted().toArray();
        return sorted[sorted.length - 1] > UNEVEN * sorted[sorted.length / 2];
    }

    /**
     * Time of a fork's isolated kernels (of its passes, if there is only one kernel) times the roof measured beside it: the flops that
     * would have fitted into that time.
     */
    private static double kernelWork(BenchmarkResult fork) {
        Map<String, Result> beside = fork.getSecondaryResults();
        double time = beside.containsKey(Metric.ISOLATED.key())
                ? beside.get(Metric.ISOLATED.key()).getScore()
                : fork.getPrimaryResult().getScore();
        return beside.containsKey(Metric.ROOF.key())
                ? time * beside.get(Metric.ROOF.key()).getScore()
                : time;
    }
}

package org.convmark.analysis.statistics;

import java.util.List;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Variance;

/**
 * The samples of one row on one side: iterations, grouped by fork. A fork counts once, as the logarithm of its median,
 * because iterations of one JVM are not independent of each other.
 *
 * @param forks seconds per operation, one array per fork
 * @param logs logarithm of each fork's median
 */
public record Samples(List<double[]> forks, double[] logs) {
    /** The samples of some forks. */
    public static Samples of(List<List<Double>> forks) {
        return ofArrays(forks.stream()
                .map(fork -> fork.stream().mapToDouble(Double::doubleValue).toArray())
                .toList());
    }

    static Samples ofArrays(List<double[]> forks) {
        return new Samples(forks, forks.stream().mapToDouble(Samples::log).toArray());
    }

    /** The logarithm of a fork's median; the fork is not reordered. */
    static double log(double[] fork) {
        return Math.log(Median.withDefaults().withCopy(true).evaluate(fork));
    }

    /** Number of forks. */
    public int size() {
        return logs.length;
    }

    /** Mean of the logarithms. */
    public double mean() {
        return Mean.of(logs).getAsDouble();
    }

    /** Variance of the logarithms between forks; 0 for a single fork. */
    double variance() {
        return Variance.of(logs).getAsDouble();
    }
}

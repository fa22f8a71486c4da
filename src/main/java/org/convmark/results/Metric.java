package org.convmark.results;

import java.util.List;

/**
 * What a profiler of JMH measured beside the time.
 *
 * @param unit as the profiler says
 * @param samples one list per fork, one number per iteration
 */
public record Metric(String unit, List<List<Double>> samples) {
    /** Copies the lists. */
    public Metric {
        samples = samples.stream().map(List::copyOf).toList();
    }

    /** Median over all iterations, NaN without any. */
    public double median() {
        return Samples.median(samples.stream().flatMap(List::stream).toList());
    }

    /** The highest of all iterations, NaN without any. */
    public double highest() {
        return samples.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(Double.NaN);
    }
}

package org.convmark.results;

import java.util.List;

/**
 * The samples of a metric, measured beside the time.
 *
 * @param samples in the unit of the metric, one list per fork, one number per iteration
 */
public record MetricSamples(List<List<Double>> samples) {
    /** Copies the lists. */
    public MetricSamples {
        samples = samples.stream().map(List::copyOf).toList();
    }

    /** Median over all iterations; NaN if there are none. */
    public double median() {
        return Samples.median(samples.stream().flatMap(List::stream).toList());
    }

    /** The highest of all iterations; NaN if there are none. */
    public double highest() {
        return samples.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(Double.NaN);
    }
}

package org.convmark.bench;

import org.convmark.model.Metric;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.ScalarResult;

/** A metric as JMH takes it. */
public final class SecondaryResult {
    private SecondaryResult() {}

    /** @param value in the metric's unit */
    public static ScalarResult of(Metric metric, double value, AggregationPolicy policy) {
        return new ScalarResult(metric.key(), value, metric.unit(), policy);
    }

    /** The isolated time of kernels that compute the same. */
    public static ScalarResult ofKernels(String label, double nanos) {
        return new ScalarResult(Metric.ofKernels(label), nanos / 1e3, Metric.ISOLATED.unit(), AggregationPolicy.AVG);
    }
}

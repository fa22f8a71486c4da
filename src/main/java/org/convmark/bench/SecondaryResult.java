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
}

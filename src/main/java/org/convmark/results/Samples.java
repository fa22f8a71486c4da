package org.convmark.results;

import java.util.List;
import org.apache.commons.statistics.descriptive.Median;

/** Order statistics of lists. */
final class Samples {
    private Samples() {}

    /** NaN of an empty list. */
    static double median(List<Double> values) {
        return Median.withDefaults()
                .evaluate(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}

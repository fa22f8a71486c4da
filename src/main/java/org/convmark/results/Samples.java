package org.convmark.results;

import java.util.List;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Quantile;

/** Order statistics of lists. */
final class Samples {
    private static final Median IN_PLACE = Median.withDefaults().withCopy(false);

    private Samples() {}

    /** NaN of an empty list. */
    static double median(List<Double> values) {
        return IN_PLACE.evaluate(
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** From the first quartile to the third. */
    static double interquartileRange(List<Double> values) {
        double[] array = values.stream().mapToDouble(Double::doubleValue).toArray();
        double[] quartiles = Quantile.withDefaults().evaluate(array, 0.25, 0.75);
        return quartiles[1] - quartiles[0];
    }
}

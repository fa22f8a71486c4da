package org.convmark.analysis.facts;

import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * How strongly two quantities correlate over the same rows.
 *
 * @param pearson of the values: how well a line describes them
 * @param spearman of the ranks: how well any monotonic curve does
 */
public record Correlation(double pearson, double spearman) {
    private static final int LEAST = 3;

    /** Empty for fewer than three rows, or if one of the two is constant. */
    public static Optional<Correlation> of(double[] x, double[] y) {
        boolean varied = x.length >= LEAST && varies(x) && varies(y);
        return varied
                ? Optional.of(new Correlation(
                        new PearsonsCorrelation().correlation(x, y), new SpearmansCorrelation().correlation(x, y)))
                : Optional.empty();
    }

    private static boolean varies(double[] values) {
        return Arrays.stream(values).distinct().count() > 1;
    }
}

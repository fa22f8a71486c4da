package org.convmark.analysis.statistics;

import java.util.List;
import org.apache.commons.numbers.gamma.Digamma;
import org.apache.commons.numbers.gamma.Trigamma;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;

/**
 * What the suite as a whole tells about the variance between the forks of one row, because a handful of forks alone
 * tells little: a scaled inverse chi-square distribution, fitted to the variances of all rows by the moments of their
 * logarithms (Smyth 2004, "Linear models and empirical Bayes methods for assessing differential expression in
 * microarray experiments", section 6.2).
 *
 * @param freedom degrees of freedom that it is worth; 0 if it tells nothing, large if rows are alike
 * @param variance the typical variance
 */
public record VariancePrior(double freedom, double variance) {
    /** No prior: only a row's own variance counts. */
    public static final VariancePrior NONE = new VariancePrior(0, 0);

    /** Smaller variances are below the resolution of clocks. */
    static final double LEAST = 1e-12;

    private static final double ALIKE = 1e6;
    private static final int FEWEST = 20;

    /** The prior fitted to some rows; {@link #NONE} if too few of them vary. */
    public static VariancePrior of(List<Samples> sides) {
        List<Samples> varying = sides.stream()
                .filter(side -> side.size() > 1 && side.variance() > LEAST)
                .toList();
        if (varying.size() < FEWEST) {
            return NONE;
        }
        double[] logs = new double[varying.size()];
        double noise = 0;
        for (int i = 0; i < logs.length; i++) {
            double half = (varying.get(i).size() - 1) / 2.0;
            logs[i] = Math.log(varying.get(i).variance()) - Digamma.value(half) + Math.log(half);
            noise += Trigamma.value(half) / logs.length;
        }
        double mean = Mean.of(logs).getAsDouble();
        double rest = Variance.of(logs).getAsDouble() - noise;
        double half = rest > 0 ? Math.min(trigammaInverse(rest), ALIKE / 2) : ALIKE / 2;
        return new VariancePrior(2 * half, Math.exp(mean + Digamma.value(half) - Math.log(half)));
    }

    /** The x whose trigamma is y, by bisection of a decreasing function. */
    private static double trigammaInverse(double y) {
        double low = 1e-4;
        double high = ALIKE;
        while (high / low > 1 + 1e-9) {
            double middle = Math.sqrt(low * high);
            if (Trigamma.value(middle) > y) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** A row's variance, shrunk towards the prior. */
    double moderate(double own, double ownFreedom) {
        return Math.max(LEAST, (freedom * variance + ownFreedom * own) / (freedom + ownFreedom));
    }
}

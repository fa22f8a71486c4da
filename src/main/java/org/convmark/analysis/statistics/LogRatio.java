package org.convmark.analysis.statistics;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How far the candidate of a row lies from its base, on a logarithmic scale.
 *
 * @param difference mean of the candidate's forks minus mean of the base's
 * @param error standard error of the difference, from the variances between forks; infinite if a side has a single fork
 * @param freedom degrees of freedom of the error (Welch and Satterthwaite); 0 if it is unknown
 */
public record LogRatio(double difference, double error, double freedom) {
    private static final double HIGH = 0.975;

    /** The shift between two sides, judged by their own variance alone. */
    public static LogRatio of(Samples base, Samples candidate) {
        return of(base, candidate, VariancePrior.NONE);
    }

    static LogRatio of(Samples base, Samples candidate, VariancePrior prior) {
        double difference = candidate.mean() - base.mean();
        return of(difference, base.variance(), base.size(), candidate.variance(), candidate.size(), prior);
    }

    static LogRatio of(double difference, double var1, int n1, double var2, int n2, VariancePrior prior) {
        if (Math.min(n1, n2) < 2) {
            return new LogRatio(difference, Double.POSITIVE_INFINITY, 0);
        }
        double part1 = prior.moderate(var1, n1 - 1) / n1;
        double part2 = prior.moderate(var2, n2 - 1) / n2;
        double sum = part1 + part2;
        double freedom =
                sum * sum / (part1 * part1 / (prior.freedom() + n1 - 1) + part2 * part2 / (prior.freedom() + n2 - 1));
        return new LogRatio(difference, Math.sqrt(sum), freedom);
    }

    /** The difference in standard errors. */
    double statistic() {
        return difference / error;
    }

    /** Half the width of a 95 % interval. */
    public double halfWidth() {
        return freedom == 0 ? Double.POSITIVE_INFINITY : error * quantile();
    }

    /** Student's quantile for a 95 % interval. */
    double quantile() {
        return TDistribution.of(freedom).inverseCumulativeProbability(HIGH);
    }
}

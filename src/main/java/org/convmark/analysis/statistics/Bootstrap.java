package org.convmark.analysis.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.StandardDeviation;

/**
 * Intervals of a ratio of times by two-level resampling: forks, then iterations within each (Kalibera and Jones 2013).
 * Three to ten forks resampled vary less than forks do, and resampled iterations count noise twice that fork medians
 * already hold: so the resampling gives the shape of the interval, and Student's distribution over forks its width.
 */
public final class Bootstrap {
    private static final int RESAMPLES = 1000;
    private static final double NORMAL = 1.959963984540054;

    private final SplittableRandom random;

    /** @param seed the same seed gives the same intervals */
    public Bootstrap(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The 95 % interval of candidate over base. */
    public Interval ratio(Samples base, Samples candidate) {
        Shift shift = Shift.of(base, candidate);
        if (shift.freedom() == 0) {
            return new Interval(0, Double.POSITIVE_INFINITY);
        }
        double[] deviations = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            deviations[i] = resampled(candidate) - resampled(base) - shift.difference();
        }
        double spread = StandardDeviation.of(deviations).getAsDouble();
        double half = shift.halfWidth();
        if (!(spread > 0)) {
            return exp(shift.difference() - half, shift.difference() + half);
        }
        double[] ends = Quantile.withDefaults().evaluate(deviations, 0.025, 0.975);
        double scale = half / (NORMAL * spread);
        return exp(shift.difference() + scale * ends[0], shift.difference() + scale * ends[1]);
    }

    private static Interval exp(double low, double high) {
        return new Interval(Math.exp(low), Math.exp(high));
    }

    /** Mean over as many forks, drawn with replacement, of the logarithm of the median of as many iterations. */
    private double resampled(Samples samples) {
        double sum = 0;
        for (int i = 0; i < samples.size(); i++) {
            double[] fork = samples.forks().get(random.nextInt(samples.size()));
            double[] iterations = new double[fork.length];
            Arrays.setAll(iterations, j -> fork[random.nextInt(fork.length)]);
            sum += Samples.log(iterations);
        }
        return sum / samples.size();
    }
}

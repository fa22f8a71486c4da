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

    /** Medians that are drawn of a fork, from which a thousand are drawn again. */
    private static final int MEDIANS = 128;

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
        Resampled bases = new Resampled(base);
        Resampled candidates = new Resampled(candidate);
        double[] deviations = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            deviations[i] = candidates.mean() - bases.mean() - shift.difference();
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

    /** Draws forks, and for each a median of iterations. */
    private final class Resampled {
        private final int forks;

        /** Logarithms of the medians of as many iterations as a fork has, drawn with replacement: of each fork so many. */
        private final double[] medians;

        Resampled(Samples samples) {
            forks = samples.size();
            medians = new double[forks * MEDIANS];
            for (int i = 0; i < medians.length; i++) {
                double[] fork = samples.forks().get(i / MEDIANS);
                double[] drawn = new double[fork.length];
                Arrays.setAll(drawn, j -> fork[below(random.nextInt(), fork.length)]);
                Arrays.sort(drawn);
                medians[i] = Math.log((drawn[(drawn.length - 1) / 2] + drawn[drawn.length / 2]) / 2);
            }
        }

        /** Mean over as many forks, drawn with replacement. */
        double mean() {
            double sum = 0;
            for (int i = 0; i < forks; i++) {
                sum += medians[below(random.nextInt(), medians.length)];
            }
            return sum / forks;
        }
    }

    /** A number below a bound from 32 random bits (Lemire 2019, without the rejection of one in millions). */
    private static int below(int bits, int bound) {
        return (int) (Integer.toUnsignedLong(bits) * bound >>> Integer.SIZE);
    }
}

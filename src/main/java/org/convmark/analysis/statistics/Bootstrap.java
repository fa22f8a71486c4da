package org.convmark.analysis.statistics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final Quantile IN_PLACE = Quantile.withDefaults().withCopy(false);

    private final Draws bases;
    private final Draws candidates;

    /** @param seed the same seed gives the same intervals */
    public Bootstrap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        bases = new Draws(random.split());
        candidates = new Draws(random.split());
    }

    /** The 95 % interval of candidate over base. */
    public Interval ratio(Samples base, Samples candidate) {
        LogRatio shift = LogRatio.of(base, candidate);
        if (shift.freedom() == 0) {
            return new Interval(0, Double.POSITIVE_INFINITY);
        }
        double[] deviations = candidates.of(candidate).means(candidate);
        double[] others = bases.of(base).means(base);
        for (int i = 0; i < RESAMPLES; i++) {
            deviations[i] -= others[i] + shift.difference();
        }
        double spread = StandardDeviation.of(deviations).getAsDouble();
        double half = shift.halfWidth();
        if (!(spread > 0)) {
            return exp(shift.difference() - half, shift.difference() + half);
        }
        double[] ends = IN_PLACE.evaluate(deviations, 0.025, 0.975);
        double scale = half / (NORMAL * spread);
        return exp(shift.difference() + scale * ends[0], shift.difference() + scale * ends[1]);
    }

    private static Interval exp(double low, double high) {
        return new Interval(Math.exp(low), Math.exp(high));
    }

    /** What is drawn on one side. It depends on the numbers of forks and iterations alone, so rows that have the same share it. */
    private static final class Draws {
        private final SplittableRandom random;
        private final Map<List<Integer>, Drawn> drawn = new HashMap<>();

        Draws(SplittableRandom random) {
            this.random = random;
        }

        Drawn of(Samples samples) {
            List<Integer> sizes =
                    samples.forks().stream().map(fork -> fork.length).toList();
            return drawn.computeIfAbsent(sizes, all -> Drawn.of(all, random));
        }
    }

    /**
     * Forks that were drawn, and of each fork medians of iterations.
     *
     * @param low of each median the place, in order of size, of the lower of the middle two iterations
     * @param high the place of the upper one; the same where their number is odd
     * @param chosen medians drawn again, as many as there are forks for each mean
     */
    private record Drawn(int[] low, int[] high, int[] chosen) {
        static Drawn of(List<Integer> sizes, SplittableRandom random) {
            int[] low = new int[sizes.size() * MEDIANS];
            int[] high = new int[low.length];
            for (int i = 0; i < low.length; i++) {
                int size = sizes.get(i / MEDIANS);
                int[] places = random.ints(size, 0, size).sorted().toArray();
                low[i] = places[(size - 1) / 2];
                high[i] = places[size / 2];
            }
            return new Drawn(
                    low,
                    high,
                    random.ints((long) RESAMPLES * sizes.size(), 0, low.length).toArray());
        }

        /** Means over as many forks as there are, of logarithms of medians. */
        double[] means(Samples samples) {
            double[] medians = medians(samples);
            double[] means = new double[RESAMPLES];
            int forks = samples.size();
            for (int i = 0; i < RESAMPLES; i++) {
                double sum = 0;
                for (int f = i * forks; f < (i + 1) * forks; f++) {
                    sum += medians[chosen[f]];
                }
                means[i] = sum / forks;
            }
            return means;
        }

        private double[] medians(Samples samples) {
            double[] medians = new double[low.length];
            for (int f = 0; f < samples.size(); f++) {
                double[] sorted = samples.forks().get(f).clone();
                Arrays.sort(sorted);
                double[] logs = Arrays.stream(sorted).map(Math::log).toArray();
                for (int i = f * MEDIANS; i < (f + 1) * MEDIANS; i++) {
                    medians[i] = low[i] == high[i] ? logs[low[i]] : Math.log((sorted[low[i]] + sorted[high[i]]) / 2);
                }
            }
            return medians;
        }
    }
}

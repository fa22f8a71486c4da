package org.convmark.analysis.statistics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.StandardDeviation;

/**
 * Two-level resampling of times: forks, then iterations within each (Kalibera and Jones 2013). It shows how far a
 * number computed from several rows would move if they were drawn again. For the ratio of one row on two sides this is
 * not enough: with three to ten forks, resampled forks vary less than real ones do, and resampled iterations count a
 * second time the noise that fork medians already contain. There, resampling gives the shape of the interval, and
 * Student's distribution over forks its width.
 */
public final class Bootstrap {
    private static final int RESAMPLES = 1000;

    /** Medians drawn per fork; the resamples are drawn from these. */
    private static final int MEDIANS = 128;

    private static final double NORMAL = 1.959963984540054;
    private static final Quantile IN_PLACE = Quantile.withDefaults().withCopy(false);
    private static final Median MEDIAN = Median.withDefaults().withCopy(false);

    private final Draws bases;
    private final Draws candidates;

    /** @param seed the same seed gives the same intervals */
    public Bootstrap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        bases = new Draws(random.split());
        candidates = new Draws(random.split());
    }

    /**
     * What a row's time (the median of its fork medians) would be if its forks and iterations were drawn again.
     *
     * @param seed the same seed gives the same times
     * @return logarithms of seconds, the same number for every row
     */
    public static double[] times(Samples samples, long seed) {
        return Drawn.of(sizes(samples), new SplittableRandom(seed)).estimates(samples, MEDIAN::evaluate);
    }

    /** The 95 % interval of drawn numbers; partially sorts the array. */
    public static Interval interval(double[] drawn) {
        double[] ends = IN_PLACE.evaluate(drawn, 0.025, 0.975);
        return new Interval(ends[0], ends[1]);
    }

    private static List<Integer> sizes(Samples samples) {
        return samples.forks().stream().map(fork -> fork.length).toList();
    }

    /** The 95 % interval of candidate over base. */
    public Interval ratio(Samples base, Samples candidate) {
        LogRatio shift = LogRatio.of(base, candidate);
        if (shift.freedom() == 0) {
            return new Interval(0, Double.POSITIVE_INFINITY);
        }
        double[] deviations = candidates.of(candidate).estimates(candidate, Bootstrap::mean);
        double[] others = bases.of(base).estimates(base, Bootstrap::mean);
        for (int i = 0; i < RESAMPLES; i++) {
            deviations[i] -= others[i] + shift.difference();
        }
        double spread = StandardDeviation.of(deviations).getAsDouble();
        double half = shift.halfWidth();
        if (!(spread > 0)) {
            return exp(shift.difference() - half, shift.difference() + half);
        }
        Interval shape = interval(deviations);
        double scale = half / (NORMAL * spread);
        return exp(shift.difference() + scale * shape.low(), shift.difference() + scale * shape.high());
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static Interval exp(double low, double high) {
        return new Interval(Math.exp(low), Math.exp(high));
    }

    /**
     * The draws of one side. They depend only on the numbers of forks and iterations, so rows with the same numbers
     * share them.
     */
    private static final class Draws {
        private final SplittableRandom random;
        private final Map<List<Integer>, Drawn> drawn = new HashMap<>();

        Draws(SplittableRandom random) {
            this.random = random;
        }

        Drawn of(Samples samples) {
            return drawn.computeIfAbsent(sizes(samples), all -> Drawn.of(all, random));
        }
    }

    /**
     * Medians of iterations drawn within each fork, and forks drawn from those.
     *
     * @param low for each median, the rank of the lower of the two middle iterations within its fork
     * @param high the rank of the upper one; equal to {@code low} if the number of iterations is odd
     * @param chosen indices of the medians behind each estimate, one per fork
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

        /** One estimate per resample, from the logarithms of the drawn medians. */
        double[] estimates(Samples samples, ToDoubleFunction<double[]> estimate) {
            double[] medians = medians(samples);
            double[] estimates = new double[RESAMPLES];
            double[] forks = new double[samples.size()];
            for (int i = 0; i < RESAMPLES; i++) {
                for (int f = 0; f < forks.length; f++) {
                    forks[f] = medians[chosen[i * forks.length + f]];
                }
                estimates[i] = estimate.applyAsDouble(forks);
            }
            return estimates;
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

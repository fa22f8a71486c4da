package org.convmark.analysis.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Where a series changes its level: the divisive estimation of Matteson and James (2014, "A nonparametric approach for
 * multiple change point analysis of multivariate data"), with the exponent 1. The split with the greatest energy
 * distance between its sides is a change if fewer than one in a hundred shuffled series have one as great; both sides
 * are then searched in the same way.
 */
public final class EDivisive {
    /** Fewest points between two changes. */
    private static final int FEWEST = 3;

    /** Smaller distances are rounding errors of equal values. */
    private static final double ROUNDING = 1e-6;

    private static final int SHUFFLES = 199;
    private static final double LEVEL = 0.01;

    /** A split and its statistic. */
    private record Split(int place, double distance) {}

    private final SplittableRandom random;

    /** @param seed the same seed gives the same changes */
    public EDivisive(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The index at which each new level begins, in order. */
    public List<Integer> changes(double[] series) {
        List<Integer> changes = new ArrayList<>();
        search(series, 0, series.length, changes);
        changes.sort(null);
        return changes;
    }

    private void search(double[] series, int from, int to, List<Integer> changes) {
        if (to - from < 2 * FEWEST) {
            return;
        }
        Segment segment = Segment.of(Arrays.copyOfRange(series, from, to));
        Split split = segment.best();
        if (split.distance() < ROUNDING || isChance(segment, split)) {
            return;
        }
        changes.add(from + split.place());
        search(series, from, from + split.place(), changes);
        search(series, from + split.place(), to, changes);
    }

    /** Stops as soon as too many shuffled series reach the distance. */
    private boolean isChance(Segment segment, Split split) {
        int asGreat = 0;
        for (int i = 0; i < SHUFFLES; i++) {
            if (segment.shuffled(random).best().distance() >= split.distance()) {
                asGreat++;
            }
            if (asGreat + 1 > LEVEL * (SHUFFLES + 1)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A part of the series.
     *
     * @param sorted its values, smallest first
     * @param ranks the rank of each value, in order of time
     */
    private record Segment(double[] sorted, int[] ranks) {
        static Segment of(double[] values) {
            Integer[] order = new Integer[values.length];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
            double[] sorted = new double[values.length];
            int[] ranks = new int[values.length];
            for (int rank = 0; rank < order.length; rank++) {
                sorted[rank] = values[order[rank]];
                ranks[order[rank]] = rank;
            }
            return new Segment(sorted, ranks);
        }

        Segment shuffled(SplittableRandom random) {
            int[] shuffled = ranks.clone();
            for (int i = shuffled.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swap = shuffled[i];
                shuffled[i] = shuffled[j];
                shuffled[j] = swap;
            }
            return new Segment(sorted, shuffled);
        }

        Split best() {
            int n = ranks.length;
            double[] left = within(ranks);
            int[] reversed = new int[n];
            Arrays.setAll(reversed, i -> ranks[n - 1 - i]);
            double[] right = within(reversed);
            Split best = new Split(FEWEST, Double.NEGATIVE_INFINITY);
            for (int t = FEWEST; t <= n - FEWEST; t++) {
                double between = left[n] - left[t] - right[n - t];
                double rest = n - t;
                double energy = 2 * between / (t * rest)
                        - 2 * left[t] / (t * (t - 1.0))
                        - 2 * right[n - t] / (rest * (rest - 1));
                double distance = t * rest / n * energy;
                if (distance > best.distance()) {
                    best = new Split(t, distance);
                }
            }
            return best;
        }

        /** Sums of the distances between all pairs of the first 0, 1, 2, ... values. */
        private double[] within(int[] order) {
            Cumulated cumulated = new Cumulated(order.length);
            double[] sums = new double[order.length + 1];
            double total = 0;
            for (int i = 0; i < order.length; i++) {
                double value = sorted[order[i]];
                double lower = cumulated.sum(order[i]);
                double count = cumulated.count(order[i]);
                sums[i + 1] = sums[i] + (value * count - lower) + (total - lower - value * (i - count));
                total += value;
                cumulated.add(order[i], value);
            }
            return sums;
        }
    }

    /** Counts and sums of the values below a rank (Fenwick 1994), so that a pass takes n log n steps. */
    private static final class Cumulated {
        private final int[] counts;
        private final double[] sums;

        Cumulated(int size) {
            counts = new int[size + 1];
            sums = new double[size + 1];
        }

        void add(int rank, double value) {
            for (int i = rank + 1; i < counts.length; i += i & -i) {
                counts[i]++;
                sums[i] += value;
            }
        }

        double count(int rank) {
            int count = 0;
            for (int i = rank; i > 0; i -= i & -i) {
                count += counts[i];
            }
            return count;
        }

        double sum(int rank) {
            double sum = 0;
            for (int i = rank; i > 0; i -= i & -i) {
                sum += sums[i];
            }
            return sum;
        }
    }
}

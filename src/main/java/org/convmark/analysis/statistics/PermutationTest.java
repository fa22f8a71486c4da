package org.convmark.analysis.statistics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How often chance alone moves a row as far as it moved. The forks of every row are reassigned to the two sides, and
 * all rows together show how large the moderated t statistic becomes without a change. So the test assumes no shape of
 * the noise, and five forks can be significant among hundreds of rows (Storey and Tibshirani 2003; pooled null of
 * Tusher, Tibshirani and Chu 2001). If the forks of a row fall into two modes, the null distribution reflects how often
 * that happens in this suite.
 */
public final class PermutationTest {
    private static final double SAME = 1 - 1e-9;

    private final VariancePrior prior;
    private final List<Samples> bases;
    private final List<Samples> candidates;
    private final SplittableRandom random;
    private final Map<Long, Relabelling> relabellings = new HashMap<>();
    private final double[] statistics;
    private final Chance chance;

    /**
     * A test that assumes, at first, that no row has moved.
     *
     * @param bases samples of the rows, in order
     * @param candidates samples of the same rows
     * @param seed the same seed gives the same p-values
     */
    public PermutationTest(List<Samples> bases, List<Samples> candidates, VariancePrior prior, long seed) {
        this.bases = bases;
        this.candidates = candidates;
        this.prior = prior;
        this.random = new SplittableRandom(seed);
        this.statistics =
                IntStream.range(0, bases.size()).mapToDouble(this::statistic).toArray();
        this.chance = new Chance(statistics);
        for (int row = 0; row < statistics.length; row++) {
            count(row, 0, 1);
        }
    }

    private double statistic(int row) {
        LogRatio shift = LogRatio.of(bases.get(row), candidates.get(row), prior);
        return shift.freedom() == 0 ? 0 : SAME * Math.abs(shift.statistic());
    }

    /** Two-sided p-values; 1 where a side has a single fork. */
    public double[] p() {
        return chance.p(statistics);
    }

    /** Removes the known shift of a row before its forks are reassigned. */
    public void takeOut(int row, double moved) {
        count(row, 0, -1);
        count(row, moved, 1);
    }

    private void count(int row, double moved, int times) {
        double[] base = bases.get(row).logs();
        double[] candidate = candidates.get(row).logs();
        if (Math.min(base.length, candidate.length) < 2) {
            return;
        }
        double[] all = together(base, candidate, moved);
        Relabelling relabelling = relabellings.computeIfAbsent(
                (long) base.length << 32 | candidate.length,
                sizes -> Relabelling.of(base.length, candidate.length, random));
        for (int[] chosen : relabelling.chosen()) {
            chance.count(Math.abs(shift(all, chosen).statistic()), times * relabelling.times());
        }
    }

    /** Both sides without the shift, relative to one of the values, so that squares keep their precision. */
    private static double[] together(double[] base, double[] candidate, double moved) {
        double[] all = Arrays.copyOf(base, base.length + candidate.length);
        double centre = base[0];
        for (int i = 0; i < all.length; i++) {
            all[i] = (i < base.length ? base[i] : candidate[i - base.length] - moved) - centre;
        }
        return all;
    }

    /** Counts how many null statistics reach each of the observed ones, which are far fewer. */
    private static final class Chance {
        private final double[] sorted;
        /** Null statistics, counted by how many of the sorted ones they reach. */
        private final long[] reaching;

        Chance(double[] statistics) {
            sorted = statistics.clone();
            Arrays.sort(sorted);
            reaching = new long[sorted.length + 1];
        }

        void count(double statistic, int times) {
            reaching[reached(statistic)] += times;
        }

        private int reached(double statistic) {
            int low = 0;
            int high = sorted.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (sorted[middle] <= statistic) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /** The fraction of null statistics that reach each of these; never 0. */
        double[] p(double[] statistics) {
            long[] atLeast = reaching.clone();
            for (int i = sorted.length; i > 0; i--) {
                atLeast[i - 1] += atLeast[i];
            }
            return Arrays.stream(statistics)
                    .map(statistic -> (1.0 + atLeast[reached(statistic)]) / (1.0 + atLeast[0]))
                    .toArray();
        }
    }

    /** The shift between the chosen values and the others. */
    private LogRatio shift(double[] all, int[] chosen) {
        double sum = 0;
        double squares = 0;
        for (double x : all) {
            sum += x;
            squares += x * x;
        }
        double part = 0;
        double partSquares = 0;
        for (int place : chosen) {
            part += all[place];
            partSquares += all[place] * all[place];
        }
        int n1 = chosen.length;
        int n2 = all.length - n1;
        double mean1 = part / n1;
        double mean2 = (sum - part) / n2;
        double var1 = Math.max(0, partSquares - n1 * mean1 * mean1) / (n1 - 1);
        double var2 = Math.max(0, squares - partSquares - n2 * mean2 * mean2) / (n2 - 1);
        return LogRatio.of(mean2 - mean1, var1, n1, var2, n2, prior);
    }
}

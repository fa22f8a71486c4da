package org.convmark.analysis.statistics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How often chance alone moves a row as far as it moved. Forks of every row are dealt out anew to the two sides, and all
 * rows together say how large the moderated t statistic becomes without a change: so nothing is presumed about the form
 * of the noise, and five forks can be significant among hundreds of rows (Storey and Tibshirani 2003; pooled null of
 * Tusher, Tibshirani and Chu 2001). Forks that fall into two modes by chance are judged by how often the suite's rows do.
 */
public final class PermutationTest {
    private static final double SAME = 1 - 1e-9;

    private final VariancePrior prior;
    private final SplittableRandom random;
    private final Map<Long, Relabelling> relabellings = new HashMap<>();

    /**
     * A test under a prior.
     *
     * @param seed the same seed gives the same p-values
     */
    public PermutationTest(VariancePrior prior, long seed) {
        this.prior = prior;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Two-sided p-values; 1 where a side has a single fork.
     *
     * @param bases samples of the rows, in order
     * @param candidates samples of the same rows
     * @param moved how far each row is known to have moved already, which is taken out before its forks are dealt
     */
    public double[] p(List<Samples> bases, List<Samples> candidates, double[] moved) {
        double[][] perRow = new double[bases.size()][];
        for (int i = 0; i < perRow.length; i++) {
            perRow[i] = byChance(bases.get(i).logs(), candidates.get(i).logs(), moved[i]);
        }
        double[] chance =
                Arrays.stream(perRow).flatMapToDouble(Arrays::stream).sorted().toArray();
        double[] p = new double[perRow.length];
        for (int i = 0; i < p.length; i++) {
            Shift shift = Shift.of(bases.get(i), candidates.get(i), prior);
            p[i] = shift.freedom() == 0 ? 1 : share(chance, SAME * Math.abs(shift.statistic()));
        }
        return p;
    }

    /** The part of a sorted array from a value on, never 0. */
    private static double share(double[] sorted, double value) {
        int place = Arrays.binarySearch(sorted, value);
        int below = place >= 0 ? place : -place - 1;
        return (1.0 + sorted.length - below) / (1.0 + sorted.length);
    }

    private double[] byChance(double[] base, double[] candidate, double moved) {
        if (Math.min(base.length, candidate.length) < 2) {
            return new double[0];
        }
        double[] all = Arrays.copyOf(base, base.length + candidate.length);
        double centre = base[0];
        for (int i = 0; i < all.length; i++) {
            all[i] = (i < base.length ? base[i] : candidate[i - base.length] - moved) - centre;
        }
        Relabelling relabelling = relabellings.computeIfAbsent(
                (long) base.length << 32 | candidate.length,
                sizes -> Relabelling.of(base.length, candidate.length, random));
        return relabelling.chosen().stream()
                .mapToDouble(chosen -> Math.abs(shift(all, chosen).statistic()))
                .toArray();
    }

    /** The shift between the chosen values and the others. */
    private Shift shift(double[] all, int[] chosen) {
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
        return Shift.of(mean2 - mean1, var1, n1, var2, n2, prior);
    }
}

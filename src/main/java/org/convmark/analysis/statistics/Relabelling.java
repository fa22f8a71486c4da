package org.convmark.analysis.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.numbers.combinatorics.BinomialCoefficientDouble;
import org.apache.commons.numbers.combinatorics.Combinations;

/**
 * Ways to assign forks to two sides: all of them, or a sample if there are many.
 *
 * @param chosen the forks that go to the base, one array of indices per way
 * @param times how often each way counts: 2 if a way stands for its mirror image too, which has the same statistic
 */
record Relabelling(List<int[]> chosen, int times) {
    private static final int MOST = 400;

    static Relabelling of(int base, int candidate, SplittableRandom random) {
        int all = base + candidate;
        List<int[]> chosen = new ArrayList<>();
        if (BinomialCoefficientDouble.value(all, base) <= MOST) {
            boolean mirrored = base == candidate;
            Combinations.of(all, base).iterator().forEachRemaining(places -> {
                if (!mirrored || places[0] == 0) {
                    chosen.add(places);
                }
            });
            return new Relabelling(chosen, mirrored ? 2 : 1);
        }
        for (int i = 0; i < MOST; i++) {
            chosen.add(draw(base, all, random));
        }
        return new Relabelling(chosen, 1);
    }

    /** A random choice of distinct numbers below n. */
    private static int[] draw(int count, int n, SplittableRandom random) {
        int[] places = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            places[i] = places[j];
            places[j] = i;
        }
        return Arrays.copyOf(places, count);
    }
}

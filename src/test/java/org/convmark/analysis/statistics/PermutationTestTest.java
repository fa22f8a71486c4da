package org.convmark.analysis.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** p-values by their definition, and intervals that both sides are drawn for. */
class PermutationTestTest {
    private static final double SAME = 1 - 1e-9;

    private record Row(Samples base, Samples candidate) {}

    /** Rows of equal and of unequal sides, the second half of them 10 % slower. */
    private static List<Row> rows() {
        Random random = new Random(1);
        List<Row> rows = new ArrayList<>();
        for (int[] sizes : new int[][] {{3, 3}, {4, 3}, {2, 5}, {1, 4}, {5, 5}, {4, 4}}) {
            double slower = rows.size() < 3 ? 1 : 1.1;
            rows.add(new Row(side(random, sizes[0], 1), side(random, sizes[1], slower)));
        }
        return rows;
    }

    private static Samples side(Random random, int forks, double seconds) {
        return Samples.ofArrays(IntStream.range(0, forks)
                .mapToObj(fork -> new double[] {seconds * Math.exp(0.01 * random.nextGaussian())})
                .toList());
    }

    @Test
    void pIsTheShareOfAllWaysToDealAllForks() {
        List<Row> rows = rows();
        PermutationTest test = new PermutationTest(
                rows.stream().map(Row::base).toList(),
                rows.stream().map(Row::candidate).toList(),
                VariancePrior.NONE,
                1);
        double[] moved = new double[rows.size()];
        assertEquals(byDefinition(rows, moved), Arrays.stream(test.p()).boxed().toList());
        for (int row = 3; row < moved.length; row++) {
            moved[row] = Math.log(1.1);
            test.takeOut(row, moved[row]);
        }
        assertEquals(byDefinition(rows, moved), Arrays.stream(test.p()).boxed().toList());
    }

    private static List<Double> byDefinition(List<Row> rows, double[] moved) {
        List<Double> chance = new ArrayList<>();
        for (int row = 0; row < moved.length; row++) {
            double[] base = rows.get(row).base().logs();
            double[] candidate = rows.get(row).candidate().logs();
            double shift = moved[row];
            double[] all = DoubleStream.concat(
                            Arrays.stream(base), Arrays.stream(candidate).map(x -> x - shift))
                    .toArray();
            if (Math.min(base.length, candidate.length) > 1) {
                IntStream.range(0, 1 << all.length)
                        .filter(set -> Integer.bitCount(set) == base.length)
                        .forEach(set -> chance.add(statistic(part(all, set), part(all, ~set))));
            }
        }
        return rows.stream()
                .map(row -> statistic(row.base().logs(), row.candidate().logs()))
                .map(own -> (1.0 + chance.stream().filter(x -> x >= SAME * own).count()) / (1.0 + chance.size()))
                .toList();
    }

    private static double[] part(double[] all, int set) {
        return IntStream.range(0, all.length)
                .filter(i -> (set >> i & 1) == 1)
                .mapToDouble(i -> all[i])
                .toArray();
    }

    /** Welch's; 0 where a side has a single value. */
    private static double statistic(double[] some, double[] others) {
        Samples one = new Samples(List.of(), some);
        Samples other = new Samples(List.of(), others);
        return Math.min(some.length, others.length) < 2
                ? 0
                : Math.abs(other.mean() - one.mean())
                        / Math.sqrt(one.variance() / some.length + other.variance() / others.length);
    }

    /** Rows share what is drawn, the sides of a row do not: equal samples would otherwise differ by nothing. */
    @Test
    void sidesAreDrawnApart() {
        Samples same = Samples.ofArrays(
                List.of(new double[] {1, 1.1, 1.3}, new double[] {1.05, 1.2, 1.5, 1.6}, new double[] {0.9, 1, 1.02}));
        Bootstrap bootstrap = new Bootstrap(1);
        Interval interval = bootstrap.ratio(same, same);
        assertEquals(interval, bootstrap.ratio(same, same));
        assertTrue(interval.low() < 0.95 && interval.high() > 1.05, interval::toString);
        assertEquals(1, interval.low() * interval.high(), 0.1);
    }
}

package org.convmark.analysis.compare;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.convmark.analysis.statistics.Bootstrap;
import org.convmark.analysis.statistics.Interval;
import org.convmark.analysis.statistics.Samples;
import org.convmark.model.Label;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How often a comparison is wrong, on made-up suites of 300 rows. A few suites of each kind by default; for figures worth
 * quoting {@code mvn test -Dtest=ComparisonSimulationTest -Dsuites=1000},
 * about an hour.
 */
class ComparisonSimulationTest {
    private static final int SUITES = Integer.getInteger("suites", 20);
    private static final int ROWS = 300;
    private static final Criteria CRITERIA = Criteria.USUAL;
    private static final double SIZE = 0.01;

    private record Suite(List<Samples> bases, List<Samples> candidates) {
        /** @param effects logarithm of the slowdown of each row */
        static Suite of(Noise noise, Random random, int forks, double size, IntToDoubleFunction effects) {
            List<Samples> bases = new ArrayList<>();
            List<Samples> candidates = new ArrayList<>();
            for (int row = 0; row < ROWS; row++) {
                bases.add(noise.samples(random, row, forks, size, 0));
                candidates.add(noise.samples(random, row, forks, size, effects.applyAsDouble(row)));
            }
            return new Suite(bases, candidates);
        }

        /** @param machine how much slower the machine was beside the candidate of each row */
        List<Verdict> verdicts(IntToDoubleFunction machine) {
            List<TestResult> evidence = TestResult.of(bases, candidates, CRITERIA);
            return IntStream.range(0, evidence.size())
                    .mapToObj(row -> verdict(row, evidence.get(row), machine.applyAsDouble(row)))
                    .toList();
        }

        /** The interval of a row that did not change is not asked for. */
        private Verdict verdict(int row, TestResult evidence, double machine) {
            Interval interval = evidence.changed(CRITERIA)
                    ? new Bootstrap(row).ratio(bases.get(row), candidates.get(row))
                    : new Interval(1, 1);
            RowKey key = new RowKey(new Label("Row" + row, new TreeMap<>()), "", "");
            return new ComparedRow(key, List.of(), List.of(), evidence, interval, machine, CRITERIA).verdict();
        }
    }

    @ParameterizedTest
    @EnumSource
    void suiteWithoutAChangeHasNoSlowerRow(Noise noise) {
        for (int forks : List.of(4, 5)) {
            int alarms = 0;
            for (int suite = 0; suite < SUITES; suite++) {
                Suite same = Suite.of(noise, new Random(suite), forks, SIZE, row -> 0);
                alarms += same.verdicts(row -> Double.NaN).contains(Verdict.SLOWER) ? 1 : 0;
            }
            assertShare(noise + ", " + forks + " forks: suites with a false alarm", alarms, SUITES, 0, 0.05);
        }
    }

    /** The machine slows down by up to 6 % over the second run; the roof beside each row tells, within 1 %. */
    @Test
    void driftBetweenRunsIsNoSlowerRow() {
        int alarms = 0;
        for (int suite = 0; suite < SUITES; suite++) {
            Random random = new Random(suite);
            double[] drift = new double[ROWS];
            for (int row = 0; row < ROWS; row++) {
                drift[row] = 0.06 * row / ROWS;
            }
            Suite drifting = Suite.of(Noise.NORMAL, random, 5, SIZE, row -> drift[row]);
            alarms += drifting.verdicts(row -> Math.exp(drift[row] + 0.005 * random.nextGaussian()))
                            .contains(Verdict.SLOWER)
                    ? 1
                    : 0;
        }
        assertShare("suites with a false alarm", alarms, SUITES, 0, 0.05);
    }

    /** Forks that take turns see the same drift. */
    @Test
    void driftOfInterleavedForksIsNoSlowerRow() {
        int alarms = 0;
        for (int suite = 0; suite < SUITES; suite++) {
            Random random = new Random(suite);
            Suite drifting = Suite.of(Noise.NORMAL, random, 5, SIZE, row -> 0);
            drifting.bases().replaceAll(ComparisonSimulationTest::drifted);
            drifting.candidates().replaceAll(ComparisonSimulationTest::drifted);
            alarms += drifting.verdicts(row -> Double.NaN).contains(Verdict.SLOWER) ? 1 : 0;
        }
        assertShare("suites with a false alarm", alarms, SUITES, 0, 0.05);
    }

    /** Each fork 1 % slower than the one before. */
    private static Samples drifted(Samples side) {
        List<List<Double>> forks = new ArrayList<>();
        for (int f = 0; f < side.size(); f++) {
            double factor = Math.exp(0.01 * f);
            forks.add(Arrays.stream(side.forks().get(f))
                    .map(x -> x * factor)
                    .boxed()
                    .toList());
        }
        return Samples.of(forks);
    }

    @ParameterizedTest
    @CsvSource({
        "0.05, 0.01, 1",
        "0.05, 0.01, 30",
        "0.05, 0.01, 150",
        "0.10, 0.03, 1",
        "0.10, 0.03, 30",
        "0.10, 0.03, 150"
    })
    void slowdownIsDetected(double slowdown, double noise, int slowRows) {
        int found = 0;
        int wrong = 0;
        int suites = Math.max(SUITES, 600 / slowRows / 4);
        for (int suite = 0; suite < suites; suite++) {
            Suite slowed = Suite.of(
                    Noise.NORMAL, new Random(suite), 5, noise, row -> row < slowRows ? Math.log1p(slowdown) : 0);
            List<Verdict> verdicts = slowed.verdicts(row -> Double.NaN);
            found += (int) verdicts.subList(0, slowRows).stream()
                    .filter(Verdict.SLOWER::equals)
                    .count();
            wrong += (int) verdicts.subList(slowRows, ROWS).stream()
                    .filter(Verdict.SLOWER::equals)
                    .count();
        }
        assertShare("slow rows found", found, suites * slowRows, 0.95, 1);
        assertShare("of the rows called slower, false ones", wrong, Math.max(1, found + wrong), 0, 0.05);
    }

    @ParameterizedTest
    @CsvSource({
        "NORMAL, 3",
        "NORMAL, 5",
        "NORMAL, 10",
        "FORK_CORRELATED, 3",
        "FORK_CORRELATED, 5",
        "FORK_CORRELATED, 10"
    })
    void intervalsHoldTheTruth(Noise noise, int forks) {
        int held = 0;
        int suites = Math.max(10, SUITES / 2);
        for (int suite = 0; suite < suites; suite++) {
            Suite moved = Suite.of(noise, new Random(suite), forks, SIZE, row -> Math.log(1.05));
            Bootstrap bootstrap = new Bootstrap(suite);
            for (int row = 0; row < ROWS; row++) {
                Samples base = moved.bases().get(row);
                Samples candidate = moved.candidates().get(row);
                held += bootstrap.ratio(base, candidate).holds(1.05) ? 1 : 0;
            }
        }
        assertShare("intervals that hold the truth", held, suites * ROWS, 0.93, 0.97);
    }

    private static void assertShare(String what, int count, int all, double least, double most) {
        double share = (double) count / all;
        String sentence = what + ": " + count + " of " + all;
        System.out.println(sentence);
        assertTrue(share >= least && share <= most, sentence);
    }
}

package org.convmark.tune;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.convmark.analysis.statistics.Interval;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.fusion.ScheduleSpace.Candidate;
import org.convmark.tune.Finding.Trial;

/**
 * Random search with rounds of elimination. Schedules are tried in random order for half of the budget; the fastest quarter is tried
 * again, for three times as long, until one is left. That one then runs against the planner's choice once more. Only these last laps
 * count: among many schedules of equal speed one always looks faster, by the laps that chose it.
 *
 * @param track times a schedule
 * @param seed of the order
 * @param nanoTime the clock
 */
record Search(Track track, long seed, LongSupplier nanoTime) {
    private static final int LAPS = 5;
    private static final int LAST_LAPS = 41;
    private static final int KEPT = 4;
    private static final int LONGER = 3;
    private static final int MOST_RACES = 10;
    private static final double LOW = 0.025;

    private record Timed(Candidate candidate, double ratio) {
        Trial trial() {
            return new Trial(candidate.schedule().toText(), candidate.cost(), ratio);
        }
    }

    /** Runs a schedule and the planner's choice in turn, so that whatever disturbs the machine disturbs both. */
    interface Track {
        /** For each lap, the time of the schedule over that of the planner's choice; empty if it cannot be timed. */
        Optional<double[]> race(ScheduleOverride schedule, int laps);
    }

    /**
     * Searches.
     *
     * @param candidates the planner's choice first
     * @param budget time to spend; one schedule is always tried
     * @return empty if no other schedule could be timed
     */
    Optional<Finding> among(List<Candidate> candidates, Duration budget) {
        long start = nanoTime.getAsLong();
        List<Candidate> others = new ArrayList<>(candidates.subList(1, candidates.size()));
        Collections.shuffle(others, new Random(seed));
        List<Timed> timed = new ArrayList<>();
        for (Candidate candidate : others) {
            if (!timed.isEmpty() && nanoTime.getAsLong() - start > budget.toNanos() / 2) {
                break;
            }
            time(candidate, LAPS).ifPresent(timed::add);
        }
        if (timed.isEmpty()) {
            return Optional.empty();
        }
        ScheduleOverride best = best(timed, start + budget.toNanos() * 4 / 5);
        double[] laps = lastLaps(best, start + budget.toNanos());
        if (laps.length == 0) {
            return Optional.empty();
        }
        List<Trial> trials = Stream.concat(Stream.of(new Timed(candidates.get(0), 1)), timed.stream())
                .map(Timed::trial)
                .toList();
        return Optional.of(new Finding(
                best.toText(), Median.withDefaults().evaluate(laps), interval(laps), candidates.size(), trials));
    }

    /** Laps that did not choose the schedule, sorted: at least one race, and more while the budget lasts. */
    private double[] lastLaps(ScheduleOverride schedule, long end) {
        DoubleStream laps = DoubleStream.empty();
        for (int race = 0; race == 0 || race < MOST_RACES && nanoTime.getAsLong() < end; race++) {
            laps = DoubleStream.concat(
                    laps, track.race(schedule, LAST_LAPS).stream().flatMapToDouble(Arrays::stream));
        }
        return laps.sorted().toArray();
    }

    /** The 95 % interval of the median by ranks (the sign test's): a lap that was disturbed does not widen it. */
    private static Interval interval(double[] sorted) {
        int rank = Math.max(1, BinomialDistribution.of(sorted.length, 0.5).inverseCumulativeProbability(LOW));
        return new Interval(sorted[rank - 1], sorted[sorted.length - rank]);
    }

    /** The winner of the rounds, or of those before the deadline. */
    private ScheduleOverride best(List<Timed> timed, long deadline) {
        List<Timed> left = fastest(timed);
        for (int laps = LAPS * LONGER; left.size() > 1 && nanoTime.getAsLong() < deadline; laps *= LONGER) {
            List<Timed> again = new ArrayList<>();
            for (Timed one : left) {
                if (nanoTime.getAsLong() < deadline) {
                    time(one.candidate(), laps).ifPresent(again::add);
                }
            }
            left = again.isEmpty() ? left : fastest(again);
        }
        return left.get(0).candidate().schedule();
    }

    private static List<Timed> fastest(List<Timed> timed) {
        return timed.stream()
                .sorted(Comparator.comparingDouble(Timed::ratio))
                .limit(Math.max(1, timed.size() / KEPT))
                .toList();
    }

    private Optional<Timed> time(Candidate candidate, int laps) {
        return track.race(candidate.schedule(), laps)
                .map(ratios -> new Timed(candidate, Median.withDefaults().evaluate(ratios)));
    }
}

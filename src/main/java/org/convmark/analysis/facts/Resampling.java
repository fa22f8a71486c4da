package org.convmark.analysis.facts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;
import org.convmark.report.Cell;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;

/**
 * How far numbers made of times would move if the forks and iterations behind them were drawn again: a two-level bootstrap
 * with percentiles (Efron 1979; Kalibera and Jones 2013). The seed of a row is the row, so that a run gives the same
 * intervals every time. A row is drawn once, whoever asks; analyses may ask at the same time.
 */
public final class Resampling {
    private static final int DRAWS = 400;
    private static final double OUTSIDE = 0.025;
    private static final Median IN_PLACE = Median.withDefaults().withCopy(false);

    /** Where a number lies with a confidence of 95 %. */
    public record Interval(double low, double high) {
        /** Whether a number may be the true one. */
        boolean contains(double value) {
            return low <= value && value <= high;
        }
    }

    private final Map<Measurement, double[]> drawn = Collections.synchronizedMap(new IdentityHashMap<>());

    /**
     * The interval of a number that is made of the logarithms of rows' times.
     *
     * @param number of the logarithm of each row's seconds
     * @return empty if a row has a single sample
     */
    public Optional<Interval> of(List<Measurement> rows, ToDoubleFunction<double[]> number) {
        if (rows.isEmpty() || rows.stream().anyMatch(row -> samples(row) < 2)) {
            return Optional.empty();
        }
        List<double[]> draws = rows.stream().map(this::draws).toList();
        double[] numbers = new double[DRAWS];
        double[] logs = new double[rows.size()];
        for (int d = 0; d < DRAWS; d++) {
            for (int r = 0; r < logs.length; r++) {
                logs[r] = draws.get(r)[d];
            }
            numbers[d] = number.applyAsDouble(logs);
        }
        Arrays.sort(numbers);
        int tail = (int) Math.round(OUTSIDE * DRAWS);
        return Optional.of(new Interval(numbers[tail], numbers[DRAWS - 1 - tail]));
    }

    /** The interval of the geometric mean of slow over fast, pair by pair. */
    public Optional<Interval> ofRatios(List<Measurement> slow, List<Measurement> fast) {
        List<Measurement> rows = new ArrayList<>(slow);
        rows.addAll(fast);
        int pairs = slow.size();
        return of(rows, logs -> {
            double sum = 0;
            for (int i = 0; i < pairs; i++) {
                sum += logs[i] - logs[pairs + i];
            }
            return Math.exp(sum / pairs);
        });
    }

    /** The bound of an interval in a table. */
    public static Cell cell(Optional<Double> bound, Unit unit) {
        return bound.map(value -> Cell.number(value, unit)).orElse(Cell.missing("one sample has no interval"));
    }

    private static int samples(Measurement row) {
        return row.samples().stream().mapToInt(List::size).sum();
    }

    /** Drawn outside the map's lock: two who draw the same row get the same. */
    private double[] draws(Measurement row) {
        double[] draws = drawn.get(row);
        if (draws == null) {
            draws = draw(row);
            drawn.put(row, draws);
        }
        return draws;
    }

    private static double[] draw(Measurement row) {
        SplittableRandom random =
                new SplittableRandom(31L * row.subject().benchmark().hashCode()
                        + row.subject().params().toString().hashCode());
        double[][] samples = row.samples().stream()
                .map(fork -> fork.stream().mapToDouble(Double::doubleValue).toArray())
                .toArray(double[][]::new);
        double[] draws = new double[DRAWS];
        double[] forks = new double[samples.length];
        for (int d = 0; d < DRAWS; d++) {
            for (int f = 0; f < forks.length; f++) {
                forks[f] = medianOfDrawn(samples[random.nextInt(samples.length)], random);
            }
            draws[d] = Math.log(IN_PLACE.evaluate(forks));
        }
        return draws;
    }

    private static double medianOfDrawn(double[] samples, SplittableRandom random) {
        double[] drawn = new double[samples.length];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = samples[random.nextInt(samples.length)];
        }
        return IN_PLACE.evaluate(drawn);
    }
}

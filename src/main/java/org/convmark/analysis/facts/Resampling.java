package org.convmark.analysis.facts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.convmark.analysis.statistics.Bootstrap;
import org.convmark.analysis.statistics.Interval;
import org.convmark.analysis.statistics.Samples;
import org.convmark.report.Cell;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;

/**
 * How far numbers made of times would move if the forks and iterations behind them were drawn again: percentiles (Efron 1979) of a
 * {@link Bootstrap}. The seed of a row is the row, so that a run gives the same
 * intervals every time. A row is drawn once, whoever asks; analyses may ask at the same time.
 */
public final class Resampling {
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
        double[] numbers = new double[draws.get(0).length];
        double[] logs = new double[rows.size()];
        for (int d = 0; d < numbers.length; d++) {
            for (int r = 0; r < logs.length; r++) {
                logs[r] = draws.get(r)[d];
            }
            numbers[d] = number.applyAsDouble(logs);
        }
        return Optional.of(Bootstrap.interval(numbers));
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
        long seed = 31L * row.subject().benchmark().hashCode()
                + row.subject().params().toString().hashCode();
        return Bootstrap.times(Samples.of(row.samples()), seed);
    }
}

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
 * How far a number computed from times would move if the forks and iterations behind it were drawn again: percentiles
 * (Efron 1979) of a {@link Bootstrap}. The seed depends only on the row, so a run always gives the same intervals. All
 * analyses share the draws of a row. Thread-safe.
 */
public final class Resampling {
    private final Map<Measurement, double[]> drawn = Collections.synchronizedMap(new IdentityHashMap<>());

    /**
     * The interval of a number computed from the logarithms of rows' times.
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

    /** A bound of an interval as a table cell. */
    public static Cell cell(Optional<Double> bound, Unit unit) {
        return bound.map(value -> Cell.number(value, unit)).orElse(Cell.missing("one sample has no interval"));
    }

    private static int samples(Measurement row) {
        return row.samples().stream().mapToInt(List::size).sum();
    }

    /** Draws outside the map's lock: threads that draw the same row get the same values. */
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

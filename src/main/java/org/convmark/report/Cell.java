package org.convmark.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The content of a table cell. */
public sealed interface Cell {
    /** The text that a reader sees. */
    String text();

    /** The number, if there is one. */
    default Optional<Quantity> quantity() {
        return Optional.empty();
    }

    /** Words. */
    record Words(String text) implements Cell {}

    /** A number with its unit. */
    record Quantity(double value, Unit unit) implements Cell {
        @Override
        public String text() {
            return unit.format(value);
        }

        @Override
        public Optional<Quantity> quantity() {
            return Optional.of(this);
        }

        /** The number rounded to the six significant digits that pages contain. */
        double rounded() {
            return Double.isFinite(value)
                    ? new BigDecimal(value).round(new MathContext(6)).doubleValue()
                    : value;
        }
    }

    /**
     * A number with a bar.
     *
     * @param number the number beside the bar
     * @param fill length of the bar, 0 to 1
     */
    record Bar(Quantity number, double fill) implements Cell {
        /** Keeps the bar inside its cell. */
        public Bar {
            fill = Math.max(0, Math.min(1, fill));
        }

        @Override
        public String text() {
            return number.text();
        }

        @Override
        public Optional<Quantity> quantity() {
            return Optional.of(number);
        }
    }

    /** A missing value and the reason. */
    record Missing(String reason) implements Cell {
        @Override
        public String text() {
            return "-";
        }
    }

    /**
     * The course of a number over time, as a line without axes.
     *
     * @param values in the order of time
     */
    record Trend(List<Double> values) implements Cell {
        private static final int POINTS = 60;
        private static final String HEIGHTS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

        /** Copies the list. */
        public Trend {
            values = List.copyOf(values);
        }

        /** The values scaled from 0, the smallest, to 1, the largest; long lists are reduced to means. */
        List<Double> heights() {
            int count = Math.min(POINTS, values.size());
            double[] means = IntStream.range(0, count)
                    .mapToDouble(
                            i -> values.subList(i * values.size() / count, (i + 1) * values.size() / count).stream()
                                    .mapToDouble(Double::doubleValue)
                                    .average()
                                    .orElseThrow())
                    .toArray();
            double least = Arrays.stream(means).min().orElse(0);
            double range = Arrays.stream(means).max().orElse(0) - least;
            return Arrays.stream(means)
                    .mapToObj(mean -> range > 0 ? (mean - least) / range : 0.5)
                    .toList();
        }

        @Override
        public String text() {
            return heights().stream()
                    .map(height ->
                            HEIGHTS.substring((int) Math.round(7 * height)).substring(0, 1))
                    .collect(Collectors.joining());
        }
    }

    /** A shell command. */
    record Command(String text) implements Cell {}

    /** A warning about the row. */
    record Warning(String text) implements Cell {}

    /** Words. */
    static Cell words(String text) {
        return new Words(text);
    }

    /** A number with its unit. */
    static Cell number(double value, Unit unit) {
        return new Quantity(value, unit);
    }

    /** A number beside a bar that is full at {@code full}. */
    static Cell bar(double value, Unit unit, double full) {
        return new Bar(new Quantity(value, unit), value / full);
    }

    /** A dash with a reason. */
    static Cell missing(String reason) {
        return new Missing(reason);
    }
}

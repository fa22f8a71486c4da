package org.convmark.report;

import java.math.BigDecimal;
import java.math.MathContext;

/** What one place of a table holds. */
public sealed interface Cell {
    /** What a reader sees. */
    String text();

    /** Words. */
    record Words(String text) implements Cell {}

    /** A number with its unit. */
    record Quantity(double value, Unit unit) implements Cell {
        @Override
        public String text() {
            return unit.format(value);
        }

        /** The number with the six significant digits that pages carry. */
        double rounded() {
            return Double.isFinite(value)
                    ? new BigDecimal(value).round(new MathContext(6)).doubleValue()
                    : value;
        }
    }

    /**
     * A number beside a bar.
     *
     * @param quantity the number
     * @param fill length of the bar, 0 to 1
     */
    record Bar(Quantity quantity, double fill) implements Cell {
        /** Keeps the bar inside its cell. */
        public Bar {
            fill = Math.max(0, Math.min(1, fill));
        }

        @Override
        public String text() {
            return quantity.text();
        }
    }

    /** A value that is not there, and why. */
    record Missing(String reason) implements Cell {
        @Override
        public String text() {
            return "-";
        }
    }

    /** A line for a shell. */
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

    /** A dash that says why. */
    static Cell missing(String reason) {
        return new Missing(reason);
    }
}

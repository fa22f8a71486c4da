package org.convmark.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.convmark.results.Row;

/**
 * How long a run will still take: the estimates of the rows that are left, corrected by how long rows of their kind really took or, where
 * few of a kind have ended, by how long all rows took.
 */
final class TimeLeft {
    /** Weight of the prior in estimated seconds, so that the first rows do not dominate. */
    private static final double TRUSTED = 10;

    /** Rows of a kind, all in seconds. */
    private static final class Kind {
        private double left;
        private double done;
        private double spent;

        double factor(double usual) {
            return (spent + TRUSTED * usual) / (done + TRUSTED);
        }
    }

    private final Map<String, Kind> kinds = new HashMap<>();

    private static String kind(Row row) {
        return row.isRoof() ? "roof" : row.target().name();
    }

    private Kind of(Row row) {
        return kinds.computeIfAbsent(kind(row), name -> new Kind());
    }

    /** Adds a row with this estimated time. */
    void plan(Row row, Duration estimate) {
        of(row).left += seconds(estimate);
    }

    /** Takes back time that a row will not need after all. */
    void cancel(Row row, Duration estimate) {
        Kind kind = of(row);
        kind.left = Math.max(0, kind.left - seconds(estimate));
    }

    /** Ends a row, or a part of it with this estimate, which took as long as {@code spent}. */
    void end(Row row, Duration estimate, Duration spent) {
        cancel(row, estimate);
        Kind kind = of(row);
        kind.done += seconds(estimate);
        kind.spent += seconds(spent);
    }

    Duration left() {
        Kind all = new Kind();
        kinds.values().forEach(kind -> {
            all.done += kind.done;
            all.spent += kind.spent;
        });
        double usual = all.factor(1);
        double seconds = kinds.values().stream()
                .mapToDouble(kind -> kind.left * kind.factor(usual))
                .sum();
        return Duration.ofMillis(Math.round(1e3 * seconds));
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}

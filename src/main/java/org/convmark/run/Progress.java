package org.convmark.run;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.convmark.results.Row;

/** Reports how far a run has got and when it will end. */
public interface Progress extends AutoCloseable {
    /** Reports nothing. */
    Progress NONE = new Progress() {
        @Override
        public void begin(Row row, int fork) {}

        @Override
        public void end(Row row, Duration estimate) {}

        @Override
        public void complete(Row row, Duration unneeded) {}

        @Override
        public void close() {}
    };

    /** A fork of a row begins, counted from 1. */
    void begin(Row row, int fork);

    /** The fork, with this estimated time, has ended. */
    void end(Row row, Duration estimate);

    /**
     * A row is complete, or has failed.
     *
     * @param unneeded estimated time of what was not run
     */
    void complete(Row row, Duration unneeded);

    @Override
    void close();

    /** A progress bar on a terminal, otherwise a line now and then. */
    static Progress on(PrintWriter out, List<Row> rows, Function<Row, Duration> estimate) {
        return isTerminal() ? new Bar(rows, estimate) : new Lines(out, rows, estimate);
    }

    /** {@code 45 s}, {@code 3 min 20 s} or {@code 2 h 5 min}. */
    static String text(Duration time) {
        long seconds = Math.max(1, Math.round(time.toMillis() / 1e3));
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    /** Counts complete rows and knows the time left, which it updates as forks end. */
    abstract class Counting implements Progress {
        private final TimeLeft left = new TimeLeft();
        private final int rows;
        private int complete;
        private long last = System.nanoTime();

        private Counting(List<Row> rows, Function<Row, Duration> estimate) {
            this.rows = rows.size();
            rows.forEach(row -> left.plan(row, estimate.apply(row)));
        }

        @Override
        public synchronized void end(Row row, Duration estimate) {
            long now = System.nanoTime();
            left.end(row, estimate, Duration.ofNanos(now - last));
            last = now;
        }

        @Override
        public synchronized void complete(Row row, Duration unneeded) {
            left.cancel(row, unneeded);
            last = System.nanoTime();
            complete++;
        }

        /** The estimate less the time that the current fork has taken so far. */
        final synchronized Duration left() {
            Duration left = this.left.left().minusNanos(System.nanoTime() - last);
            return left.isNegative() ? Duration.ZERO : left;
        }

        /** {@code 3/12 rows}. */
        final String counted() {
            return complete + "/" + rows + " rows";
        }
    }

    private static boolean isTerminal() {
        Console console = System.console();
        try {
            return console != null
                    && (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true; // before JDK 22 only a terminal has a console
        }
    }

    /** A bar that is redrawn in place. */
    final class Bar extends Counting {
        private final ProgressBar bar;

        private Bar(List<Row> rows, Function<Row, Duration> estimate) {
            super(rows, estimate);
            this.bar = new ProgressBarBuilder()
                    .setTaskName("measuring")
                    .setInitialMax(Math.max(1, rows.size()))
                    .setUpdateIntervalMillis(500)
                    .setEtaFunction(state -> Optional.of(left()))
                    .setStyle(ProgressBarStyle.ASCII)
                    .build();
        }

        @Override
        public void begin(Row row, int fork) {
            bar.setExtraMessage(" " + counted() + "; fork " + fork + " of " + row.title());
        }

        @Override
        public synchronized void complete(Row row, Duration unneeded) {
            super.complete(row, unneeded);
            bar.step();
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** A line every quarter of a minute. */
    final class Lines extends Counting {
        private static final long INTERVAL = 15_000_000_000L;

        private final PrintWriter out;
        private long printed = System.nanoTime() - INTERVAL;

        private Lines(PrintWriter out, List<Row> rows, Function<Row, Duration> estimate) {
            super(rows, estimate);
            this.out = out;
        }

        @Override
        public void begin(Row row, int fork) {
            long now = System.nanoTime();
            if (now - printed >= INTERVAL) {
                printed = now;
                out.printf("%s, %s left: fork %d of %s%n", counted(), text(left()), fork, row.title());
                out.flush();
            }
        }

        @Override
        public void close() {}
    }
}

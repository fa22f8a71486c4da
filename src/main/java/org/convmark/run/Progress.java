package org.convmark.run;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Tells how far a run is and when it will end. Steps are weighed by their estimated time. */
public interface Progress extends AutoCloseable {
    /** Tells nothing. */
    Progress NONE = new Progress() {
        @Override
        public void begin(Row row) {}

        @Override
        public void end(Duration estimate) {}

        @Override
        public void close() {}
    };

    /** A row begins. */
    void begin(Row row);

    /** A row of this estimated time is over. */
    void end(Duration estimate);

    @Override
    void close();

    /** One line that moves on a terminal, else a line now and then. */
    static Progress on(PrintWriter out, int rows, Duration estimate) {
        return isTerminal() ? new Bar(rows, estimate) : new Lines(out, rows, estimate, System.nanoTime());
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

    /**
     * The estimate of what is left, corrected by how long what is done really took. A tenth of the whole is thought to have taken
     * as long as estimated, so that the first row, short and unlike the others, does not decide.
     *
     * @param estimate of the whole
     * @param done the estimate of what is over
     * @param spent what that really took
     */
    static Duration left(Duration estimate, Duration done, Duration spent) {
        double trusted = estimate.toNanos() / 10.0;
        double factor = trusted == 0 ? 1 : (spent.toNanos() + trusted) / (done.toNanos() + trusted);
        return Duration.ofMillis(Math.round(estimate.minus(done).toMillis() * factor));
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

    /** A bar that is drawn again and again. */
    final class Bar implements Progress {
        private final int rows;
        private final ProgressBar bar;
        private int begun;

        private Bar(int rows, Duration estimate) {
            this.rows = rows;
            this.bar = new ProgressBarBuilder()
                    .setTaskName("measuring")
                    .setInitialMax(Math.max(1, estimate.toMillis()))
                    .setUpdateIntervalMillis(500)
                    .setUnit(" s", 1000)
                    .setStyle(ProgressBarStyle.ASCII)
                    .build();
        }

        @Override
        public void begin(Row row) {
            begun++;
            bar.setExtraMessage(" " + begun + "/" + rows + " " + row.title());
        }

        @Override
        public void end(Duration estimate) {
            bar.stepBy(estimate.toMillis());
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    /** A line every quarter of a minute. */
    final class Lines implements Progress {
        private static final long INTERVAL = 15_000_000_000L;

        private final PrintWriter out;
        private final int rows;
        private final Duration estimate;
        private final long start;
        private Duration done = Duration.ZERO;
        private int begun;
        private long printed;

        private Lines(PrintWriter out, int rows, Duration estimate, long start) {
            this.out = out;
            this.rows = rows;
            this.estimate = estimate;
            this.start = start;
            this.printed = start - INTERVAL;
        }

        @Override
        public void begin(Row row) {
            begun++;
            long now = System.nanoTime();
            if (now - printed >= INTERVAL) {
                printed = now;
                out.printf(
                        "%d/%d, %s left: %s%n",
                        begun, rows, text(left(estimate, done, Duration.ofNanos(now - start))), row.title());
                out.flush();
            }
        }

        @Override
        public void end(Duration estimateOfRow) {
            done = done.plus(estimateOfRow);
        }

        @Override
        public void close() {}
    }
}

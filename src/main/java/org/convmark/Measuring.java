package org.convmark;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.convmark.machine.Capture;
import org.convmark.machine.Machine;
import org.convmark.run.InputError;
import org.convmark.run.Plan;
import org.convmark.run.Progress;
import org.convmark.run.RunFolder;
import org.convmark.run.Session;

/**
 * A run from its first row to its last line of output, however it ends.
 *
 * @param capture the machine before the run
 */
record Measuring(RunFolder folder, Plan plan, Capture capture, PrintWriter out) {
    /**
     * Measures what is missing.
     *
     * @return exit code
     * @throws InputError if what is measured cannot be kept
     */
    int run(Session session, Progress progress) {
        Thread interrupted = new Thread(() -> interrupted(session));
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (progress) {
            session.run(progress);
            if (session.stopped()) {
                return Main.INTERRUPTED;
            }
            Runtime.getRuntime().removeShutdownHook(interrupted);
            end();
            return outcome();
        } catch (IOException | UncheckedIOException e) {
            if (!session.stopped()) {
                Runtime.getRuntime().removeShutdownHook(interrupted);
            }
            throw new InputError("cannot write to " + folder.path() + " (" + e.getMessage() + "): " + kept()
                    + " When there is room, " + resume());
        }
    }

    private void end() {
        capture.ended(Machine.capture()).write(folder.machine());
    }

    private void interrupted(Session session) {
        try {
            session.stop();
            end();
            out.println("\ninterrupted: " + kept() + " To finish it, " + resume());
        } catch (IOException | UncheckedIOException e) {
            out.println("\ninterrupted, and jmh.json cannot be written (" + e.getMessage() + "): " + kept() + " "
                    + resume());
        }
        out.flush();
    }

    private String kept() {
        int missing = folder.missing(plan).size();
        return plan.rows().size() - missing + " of " + plan.rows().size() + " rows are measured and kept.";
    }

    private String resume() {
        return "run --resume " + folder.path();
    }

    private int outcome() throws IOException {
        List<RunFolder.Failure> failures = folder.failures(plan);
        out.println(kept());
        failures.forEach(failure -> {
            out.println("FAILED " + failure.row().title() + " on JVM "
                    + failure.row().jvm() + ": " + failure.error());
            out.println("       again: " + failure.row().command(plan));
        });
        if (!failures.isEmpty()) {
            out.println("Where they failed: " + folder.path().resolve("index") + " (*.failed.json) and " + folder.log()
                    + ". To try them again, " + resume());
        }
        out.println("Results: " + folder.results());
        out.println("Report:  " + ReportCommand.write(folder.path()));
        return failures.isEmpty() ? Main.OK : Main.BENCHMARK_FAILED;
    }
}

package org.convmark;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import org.convmark.machine.Machine;
import org.convmark.run.Arm;
import org.convmark.run.InputError;
import org.convmark.run.Progress;
import org.convmark.run.RunFolder;
import org.convmark.run.Session;

/** One or several runs from the first row to the last line of output, however they end. */
record Measuring(List<Arm> arms, PrintWriter out) {
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
            int exitCode = Main.OK;
            for (Arm arm : arms) {
                exitCode = Math.max(exitCode, outcome(arm));
            }
            return exitCode;
        } catch (IOException | UncheckedIOException e) {
            if (!session.stopped()) {
                Runtime.getRuntime().removeShutdownHook(interrupted);
            }
            throw new InputError("cannot write to " + arms.get(0).folder().path() + " (" + e.getMessage() + "): "
                    + kept() + " When there is room, " + resume());
        }
    }

    private void end() {
        Machine after = Machine.capture();
        arms.forEach(arm -> arm.capture().ended(after).write(arm.folder().machine()));
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
        return arms.stream().map(Measuring::kept).collect(Collectors.joining(" "));
    }

    private static String kept(Arm arm) {
        int rows = arm.plan().rows().size();
        return rows - arm.folder().missing(arm.plan()).size() + " of " + rows + " rows are measured and kept.";
    }

    private String resume() {
        return arms.stream().map(Measuring::resume).collect(Collectors.joining("; "));
    }

    private static String resume(Arm arm) {
        return "run --resume " + arm.folder().path();
    }

    private int outcome(Arm arm) throws IOException {
        RunFolder folder = arm.folder();
        List<RunFolder.Failure> failures = folder.failures(arm.plan());
        out.println(kept(arm));
        failures.forEach(failure -> {
            out.println("FAILED " + failure.row().title() + " on JVM "
                    + failure.row().jvm() + ": " + failure.error());
            out.println("       again: " + failure.row().command(arm.plan()));
        });
        if (!failures.isEmpty()) {
            out.println("Where they failed: " + folder.path().resolve("index") + " (*.failed.json) and " + folder.log()
                    + ". To try them again, " + resume(arm));
        }
        out.println("Results: " + folder.results());
        out.println("Report:  " + ReportCommand.write(folder.path()));
        return failures.isEmpty() ? Main.OK : Main.BENCHMARK_FAILED;
    }
}

package org.convmark.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.convmark.io.InputError;
import org.convmark.jvm.OpenClDrivers;
import org.convmark.machine.Machine;
import org.convmark.machine.VariableFamily;
import org.convmark.model.Target;
import org.convmark.results.Failure;
import org.convmark.results.Row;
import org.convmark.run.MachineLock;
import org.convmark.run.Plan;
import org.convmark.run.Progress;
import org.convmark.run.RunFolder;
import org.convmark.run.RunUnderTest;
import org.convmark.run.Session;

/** One or several runs from the first row to the last line of output, however they end. */
record RunConsole(List<RunUnderTest> arms, PrintWriter out) {
    /** What will be measured: rows by JVM and family, what is left out, how long it takes. */
    static void describe(Plan plan, List<Row> rows, PrintWriter to) {
        Map<String, Map<String, Long>> groups = rows.stream()
                .collect(Collectors.groupingBy(
                        Row::jvm,
                        TreeMap::new,
                        Collectors.groupingBy(
                                row -> row.what().family() + " on " + row.target(),
                                TreeMap::new,
                                Collectors.counting())));
        groups.forEach((jvm, counts) -> {
            to.println("JVM " + jvm + ":");
            counts.forEach((group, count) -> to.printf("  %5d  %s%n", count, group));
        });
        plan.skipped()
                .forEach(s -> to.println("Left out on JVM " + s.jvm() + ": " + s.rows() + " rows on " + s.target()
                        + ", " + s.reason() + "."));
        warn(rows, to);
        to.println(rows.size() + " rows, " + plan.effort().forks() + " fork(s) each: about "
                + Progress.text(plan.estimate(rows)) + ".");
        to.flush();
    }

    /** What on this machine makes the times of these rows different from what a reader expects. */
    static void warn(List<Row> rows, PrintWriter to) {
        int processors = Runtime.getRuntime().availableProcessors();
        if (Plan.workers(rows) > processors) {
            to.println("Warning: workers=" + Plan.workers(rows) + " is more than the " + processors
                    + " processor(s) here: threads will wait for each other, and times mean little.");
        }
        if (rows.stream().anyMatch(row -> row.target() == Target.OPENCL)) {
            OpenClDrivers.here().problems().forEach(problem -> to.println("Warning: " + problem + "."));
        }
        VariableFamily.ofProcess().optional().ifPresent(variables -> VariableFamily.byFamily(variables)
                .forEach((family, own) -> own.forEach((name, value) -> to.println("Warning: " + name + "="
                        + value + " is set, and " + family.reader() + " reads it (" + family.effect()
                        + "): what follows is measured with it."))));
    }

    /**
     * Measures what is missing.
     *
     * @return exit code
     * @throws InputError if results cannot be written
     */
    int measure(PlanOptions.Output output) throws IOException {
        RunFolder first = arms.get(0).folder();
        OutputStream file = Files.newOutputStream(first.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        boolean shown = output == PlanOptions.Output.SHOWN;
        try (MachineLock lock = lock(out);
                PrintStream log = new PrintStream(shown ? new Tee(file, System.out) : file, true)) {
            return run(new Session(arms, log), shown ? Progress.NONE : progress());
        }
    }

    /** Takes the machine's lock, and warns if another run has it. */
    static MachineLock lock(PrintWriter out) {
        MachineLock lock = MachineLock.take();
        if (!lock.isFirst()) {
            out.println("Warning: another run is being measured on this machine, and they slow each other down.");
        }
        return lock;
    }

    private Progress progress() {
        List<Row> missing = arms.stream()
                .flatMap(arm -> arm.folder().missing(arm.plan()).stream())
                .toList();
        return Progress.on(out, missing, arms.get(0).plan().estimates());
    }

    private int run(Session session, Progress progress) {
        Thread interrupted = new Thread(() -> interrupted(session));
        Runtime.getRuntime().addShutdownHook(interrupted);
        try (progress) {
            session.run(progress);
            if (session.stopped()) {
                return ExitCode.INTERRUPTED;
            }
            Runtime.getRuntime().removeShutdownHook(interrupted);
            end();
            int exitCode = ExitCode.OK;
            for (RunUnderTest arm : arms) {
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
        return arms.stream().map(RunConsole::kept).collect(Collectors.joining(" "));
    }

    private static String kept(RunUnderTest arm) {
        int rows = arm.plan().rows().size();
        return rows - arm.folder().missing(arm.plan()).size() + " of " + rows + " rows are measured and kept.";
    }

    private String resume() {
        return arms.stream().map(RunConsole::resume).collect(Collectors.joining("; "));
    }

    private static String resume(RunUnderTest arm) {
        return arm.classPath().equals(RunUnderTest.OWN)
                ? "run --resume " + arm.folder().path()
                : "measure again what " + arm.folder().path()
                        + " lacks, because the copy of the other program is deleted";
    }

    private int outcome(RunUnderTest arm) throws IOException {
        RunFolder folder = arm.folder();
        List<Failure> failures = folder.failures();
        out.println(kept(arm));
        failures.forEach(failure -> {
            out.println("FAILED " + failure.row().title() + " on JVM "
                    + failure.row().jvm() + ": " + failure.error());
            out.println("       again: " + arm.plan().command(failure.row()));
        });
        if (!failures.isEmpty()) {
            out.println("Details: " + folder.failed() + " and "
                    + arms.get(0).folder().log()
                    + ". To try them again, " + resume(arm));
        }
        out.println("Results: " + folder.results());
        out.println("Report:  " + ReportCommand.write(folder.path()));
        return failures.isEmpty() ? ExitCode.OK : ExitCode.BENCHMARK_FAILED;
    }
}

package org.convmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.convmark.fleet.Fleet;
import org.convmark.fleet.FleetFolder;
import org.convmark.fleet.FleetReport;
import org.convmark.fleet.Matrix;
import org.convmark.fleet.Outcome;
import org.convmark.fleet.Slurm;
import org.convmark.fleet.Submission;
import org.convmark.fleet.Task;
import org.convmark.io.InputError;
import org.convmark.machine.Machine;
import org.convmark.run.ThisProgram;
import org.openjdk.jmh.util.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures on many machines by means of Slurm. */
@Command(
        name = "fleet",
        description =
                "Measures on many machines by means of Slurm: submit a matrix of tasks, then collect their results.",
        mixinStandardHelpOptions = true,
        subcommands = {FleetCommand.Submit.class, FleetCommand.Collect.class})
public final class FleetCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "submit or collect is missing");
    }

    /** Puts a fleet into Slurm's queue. */
    @Command(
            name = "submit",
            description = "Submits one task per line of a matrix, in one array job per kind of node requested.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:submitted", "2:bad input, or Slurm refused"})
    static final class Submit implements Callable<Integer> {
        @Parameters(
                paramLabel = "MATRIX",
                description =
                        "CSV with a header and the columns constraint, jvm, group and, optionally, gres, exclusive, "
                                + "profile, jvm-args, vector-bits, schedule, parameters.")
        private Path matrix;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "New folder for the fleet, on a disk that all nodes share (default: "
                        + "benchmarks-results/fleet-<utc>).")
        private Path out;

        @Option(names = "--at-once", paramLabel = "N", description = "How many tasks of an array may run at once.")
        private Integer atOnce;

        @Option(
                names = "--sbatch",
                paramLabel = "ARGS",
                description = "More options for sbatch, in quotes: \"--partition=x --time=2:00:00\".")
        private String options = "";

        @Option(names = "--dry-run", description = "Print the script and the commands, but submit nothing.")
        private boolean dryRun;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Submission submission = submission();
            PrintWriter to = spec.commandLine().getOut();
            if (dryRun) {
                to.println(submission.preview());
                return ExitCode.OK;
            }
            Fleet fleet = submission.submit(matrix, ThisProgram.file(), Slurm.here());
            to.println(fleet.tasks().size() + " task(s) submitted as job "
                    + fleet.jobs().stream().map(Fleet.Job::id).collect(Collectors.joining(", ")) + ".");
            to.println("Fleet: " + submission.folder().path());
            to.println("Later: fleet collect " + submission.folder().path());
            return ExitCode.OK;
        }

        private Submission submission() throws IOException {
            if (atOnce != null && atOnce < 1) {
                throw new InputError("--at-once takes a whole number of at least 1, not " + atOnce + ".");
            }
            Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            List<Task> tasks = Matrix.read(matrix);
            Machine.Checkout checkout = Machine.capture().checkout();
            Fleet fleet = new Fleet(
                    Fleet.FORMAT,
                    now.toString(),
                    ThisProgram.digest(),
                    checkout.commit().value(),
                    checkout.dirty().value(),
                    tasks,
                    List.of());
            Path folder = out == null ? Path.of("benchmarks-results", "fleet-" + PlanOptions.UTC.format(now)) : out;
            return new Submission(
                    fleet, new FleetFolder(folder), atOnce, List.copyOf(Utils.splitQuotedEscape(options)));
        }
    }

    /** Reports the outcome of a fleet. */
    @Command(
            name = "collect",
            description =
                    "Gathers the results of a fleet's tasks, lists tasks that are not done, and writes report.html "
                            + "and report.md across machines.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:every task is done",
                "1:a task failed, was killed, is missing or is not done yet",
                "2:bad input"
            })
    static final class Collect implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "The fleet's folder, as printed by submit.")
        private Path path;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            FleetFolder folder = new FleetFolder(path);
            Fleet fleet = folder.fleet();
            FleetReport report = new FleetReport(folder, fleet, Outcome.of(folder, fleet, Slurm.here()));
            PrintWriter to = spec.commandLine().getOut();
            report.troubles().forEach(to::println);
            to.println(report.summary());
            to.println("Report: " + report.write());
            return report.complete() ? ExitCode.OK : ExitCode.BENCHMARK_FAILED;
        }
    }
}

package org.convmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.convmark.machine.Capture;
import org.convmark.results.Row;
import org.convmark.run.OtherBuild;
import org.convmark.run.Plan;
import org.convmark.run.RunFolder;
import org.convmark.run.RunUnderTest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a new plan, or the rest of the plan of a run that was begun. */
@Command(
        name = "run",
        description = "Measures, and writes the results to a new folder.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RunCommand implements Callable<Integer> {
    private static final List<String> WITH_RESUME = List.of("--resume", "--dry-run", "--verbose");

    @Mixin
    private PlanOptions options;

    @Option(
            names = "--against",
            paramLabel = "REF|JAR",
            description = {
                "Also measure a revision of this checkout or another benchmarks.jar, fork by fork in turn with this",
                "program, in a run folder of its own, and compare the two."
            })
    private String against;

    @Option(names = "--resume", paramLabel = "DIR", description = "Finish the run in this folder.")
    private Path resume;

    @Option(names = "--dry-run", description = "Print what would be measured and how long it would take.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return resume == null ? begin() : goOn();
    }

    private int begin() throws IOException {
        PrintWriter to = spec.commandLine().getOut();
        PlanOptions.PreparedRun planned = options.planned();
        RunConsole.describe(planned.plan(), planned.plan().rows(), to);
        if (dryRun) {
            return ExitCode.OK;
        }
        if (against == null) {
            return new RunConsole(List.of(planned.arm(options.out())), to).measure(options.output());
        }
        try (OtherBuild other = OtherBuild.of(against)) {
            RunUnderTest base = planned.of(other).arm(options.out(), other.jar().toString());
            RunUnderTest own = planned.arm(options.out());
            int exitCode = new RunConsole(List.of(base, own), to).measure(options.output());
            if (exitCode != ExitCode.INTERRUPTED) {
                to.print(CompareCommand.text(base.folder().path(), own.folder().path()));
            }
            return exitCode;
        }
    }

    private int goOn() throws IOException {
        PlanOptions.requireOnly(spec, WITH_RESUME);
        RunFolder folder = RunFolder.open(resume);
        Plan plan = folder.plan();
        Capture capture = PlanOptions.requireSameHost(plan, folder.machine());
        List<Row> missing = folder.missing(plan);
        spec.commandLine()
                .getOut()
                .println(plan.rows().size() - missing.size() + " of "
                        + plan.rows().size() + " rows are measured.");
        RunConsole.describe(plan, missing, spec.commandLine().getOut());
        return dryRun
                ? ExitCode.OK
                : new RunConsole(
                                List.of(new RunUnderTest(folder, plan, capture, RunUnderTest.OWN)),
                                spec.commandLine().getOut())
                        .measure(options.output());
    }
}

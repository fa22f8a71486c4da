package org.convmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.convmark.analysis.compare.Comparison;
import org.convmark.analysis.compare.ComparisonJson;
import org.convmark.analysis.compare.Criteria;
import org.convmark.analysis.compare.Resolution;
import org.convmark.analysis.compare.RunGroup;
import org.convmark.analysis.compare.Subject;
import org.convmark.io.AtomicFile;
import org.convmark.io.InputError;
import org.convmark.report.Document;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.TextWriter;
import org.convmark.results.Run;
import org.convmark.run.RunUnderTest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Measures the same program twice, to see what comparisons on this machine are worth. */
@Command(
        name = "aa",
        description = {
            "Measures the same program twice, fork by fork in turn, and shows how often a comparison on this machine is wrong",
            "and the smallest change that it can detect with this many forks. Both runs, aa.md and aa.json go to a new folder."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class AaCommand implements Callable<Integer> {
    private static final Set<Subject> NOTHING = Set.of();

    @Mixin
    private PlanOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter to = spec.commandLine().getOut();
        PlanOptions.PreparedRun planned = options.planned();
        RunConsole.describe(planned.plan(), planned.plan().rows(), to);
        Path folder = options.out().resolve(planned.name() + "-aa");
        List<RunUnderTest> arms = List.of(
                planned.named("first").arm(folder), planned.named("second").arm(folder));
        int exitCode = new RunConsole(arms, to).measure(options.output());
        if (exitCode == ExitCode.OK) {
            conclude(folder, to);
        }
        return exitCode;
    }

    private static void conclude(Path folder, PrintWriter to) throws IOException {
        Comparison comparison = compared(folder.resolve("first"), folder.resolve("second"));
        Document document = Resolution.of(comparison);
        new MarkdownWriter().write(document, folder.resolve("aa.md"));
        new AtomicFile(folder.resolve("aa.json")).write(ComparisonJson.text(comparison));
        to.print(new TextWriter().text(document));
    }

    private static Comparison compared(Path first, Path second) {
        try {
            return Comparison.of(side(first), side(second), NOTHING, Criteria.USUAL);
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage());
        }
    }

    private static RunGroup side(Path run) {
        return RunGroup.of(List.of(Run.read(run)), NOTHING);
    }
}

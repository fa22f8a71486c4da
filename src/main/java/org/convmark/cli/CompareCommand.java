package org.convmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.convmark.analysis.compare.Comparison;
import org.convmark.analysis.compare.ComparisonDocument;
import org.convmark.analysis.compare.ComparisonJson;
import org.convmark.analysis.compare.Criteria;
import org.convmark.analysis.compare.RunGroup;
import org.convmark.analysis.compare.Subject;
import org.convmark.analysis.compare.Verdict;
import org.convmark.io.AtomicFile;
import org.convmark.io.Choices;
import org.convmark.io.InputError;
import org.convmark.report.Document;
import org.convmark.report.HtmlWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.TextWriter;
import org.convmark.results.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which rows of a run are slower or faster than in another. */
@Command(
        name = "compare",
        description = {
            "Says row by row whether a run is slower or faster than another, and how sure that is.",
            "A verdict needs 4 forks or more on each side; 5 are advised. Runs that differ in more than the subject are refused."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no row is slower",
            "1:a row is slower",
            "2:bad input, or runs that cannot be compared",
            "3:with --strict: no row is slower, but rows are inconclusive, the candidate lacks rows of the base, or both sides lack a planned row"
        })
public final class CompareCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "BASE",
            description = "Folder of the run to compare with, or several separated by commas.")
    private String base;

    @Parameters(
            index = "1",
            paramLabel = "CANDIDATE",
            description = "Folder of the run to judge, or several separated by commas.")
    private String candidate;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            split = ",",
            description = "What may differ: machine, jvm, flags, commit (default: commit).")
    private List<String> subjects = List.of("commit");

    @Option(
            names = "--min-effect",
            paramLabel = "PERCENT",
            description = "The smallest change that counts (default: ${DEFAULT-VALUE}).")
    private double minEffect = 3;

    @Option(
            names = "--fastest",
            description = {
                "Compare the fastest single pass of each fork instead of its median: what the code can do undisturbed,",
                "on a machine that is always shared."
            })
    private boolean fastest;

    @Option(
            names = "--strict",
            description = {
                "End with exit code 3 if a row is inconclusive, missing in the candidate,",
                "or planned but missing on both sides."
            })
    private boolean strict;

    @Option(
            names = "--all",
            description = "Also write rows that are inconclusive or did not change, which are otherwise only counted.")
    private boolean all;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the comparison for a pull request.")
    private Path markdown;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the comparison as one HTML file.")
    private Path html;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the comparison for programs.")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        requirePercent(minEffect);
        Comparison comparison = compare();
        Document document = ComparisonDocument.of(comparison);
        PrintWriter out = spec.commandLine().getOut();
        out.print(new TextWriter(all, " (--all shows them)").text(document));
        out.flush();
        if (markdown != null) {
            new MarkdownWriter().write(document, markdown);
        }
        if (html != null) {
            new HtmlWriter().write(document, html);
        }
        if (json != null) {
            new AtomicFile(json).write(ComparisonJson.text(comparison));
        }
        return exitCode(comparison);
    }

    /** @throws InputError if it is not a valid size of an effect */
    static void requirePercent(double minEffect) {
        if (!(minEffect > 0 && minEffect <= 100)) {
            throw new InputError("--min-effect takes percent, more than 0 and at most 100, not " + minEffect + ".");
        }
    }

    /** The comparison of two runs by commit, in words: by medians and, if single passes were timed, by the fastest ones. */
    static String text(Path base, Path candidate) {
        try {
            Run before = Run.read(base);
            Run after = Run.read(candidate);
            String byFastestPass = before.byFastestPass()
                    .flatMap(one -> after.byFastestPass()
                            .map(other -> "%nBy the fastest pass of each fork:%n%n".formatted() + text(one, other)))
                    .orElse("");
            return text(before, after) + byFastestPass;
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage());
        }
    }

    private static String text(Run base, Run candidate) {
        Set<Subject> subjects = EnumSet.of(Subject.COMMIT);
        return new TextWriter()
                .text(ComparisonDocument.of(Comparison.of(
                        RunGroup.of(List.of(base), subjects),
                        RunGroup.of(List.of(candidate), subjects),
                        subjects,
                        Criteria.USUAL)));
    }

    private Comparison compare() {
        Set<Subject> chosen = EnumSet.noneOf(Subject.class);
        subjects.forEach(name -> chosen.add(subject(name)));
        // Files are large, so both sides are read at the same time.
        CompletableFuture<RunGroup> other = CompletableFuture.supplyAsync(() -> side(candidate, chosen, fastest));
        try {
            RunGroup first = side(base, chosen, fastest);
            return Comparison.of(first, result(other), chosen, Criteria.USUAL.withMinEffect(minEffect / 100));
        } catch (IllegalArgumentException e) {
            throw new InputError(e.getMessage());
        }
    }

    private static <T> T result(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static Subject subject(String name) {
        return Choices.pick(
                "subject", List.of(Subject.values()), subject -> subject.name().toLowerCase(Locale.ROOT), name);
    }

    private static Run byFastestPass(Run run) {
        return run.byFastestPass()
                .orElseThrow(
                        () -> new InputError(
                                run.folder()
                                        + " has rows of a version that did not time single passes: measure them again, or leave out --fastest."));
    }

    private static RunGroup side(String folders, Set<Subject> subjects, boolean fastest) {
        // A folder may have a comma in its name.
        Stream<String> names = Files.isDirectory(Path.of(folders)) ? Stream.of(folders) : Stream.of(folders.split(","));
        List<Path> paths = names.map(Path::of).map(Path::normalize).toList();
        paths.stream()
                .filter(path -> paths.indexOf(path) != paths.lastIndexOf(path))
                .findFirst()
                .ifPresent(path -> {
                    throw new InputError(path + " is given twice, but each fork counts only once.");
                });
        return RunGroup.of(
                paths.stream()
                        .map(Run::read)
                        .map(run -> fastest ? byFastestPass(run) : run)
                        .toList(),
                subjects);
    }

    private int exitCode(Comparison comparison) {
        if (!comparison.of(Verdict.SLOWER).isEmpty()) {
            return ExitCode.SLOWER;
        }
        return strict && !comparison.settled() ? ExitCode.UNSETTLED : ExitCode.OK;
    }
}

package org.convmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.convmark.analysis.history.History;
import org.convmark.analysis.history.HistoryDocument;
import org.convmark.io.InputError;
import org.convmark.report.Document;
import org.convmark.report.HtmlWriter;
import org.convmark.report.TextWriter;
import org.convmark.results.HistoryIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows how times changed from run to run. */
@Command(
        name = "history",
        description = {
            "Shows how the time of each row changed over all runs in a folder, and between which commits.",
            "What was read is cached in that folder, in .history-index.gz, a file that can be deleted at any time."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the history was read",
            "1:with --fail-on-new-change: a row became slower within its last runs",
            "2:bad input, or no run to read",
            "3:with --fail-on-new-change: no row became slower, but the newest run of a machine lacks rows, or a run cannot be read"
        })
public final class HistoryCommand implements Callable<Integer> {
    private static final int RECENT = 10;

    @Parameters(arity = "0..1", paramLabel = "DIR", description = "A folder of runs (default: ${DEFAULT-VALUE}).")
    private Path folder = Path.of("benchmarks-results");

    @Option(names = "--since", paramLabel = "DATE", description = "Only runs from this day on, such as 2026-11-21.")
    private String since;

    @Option(
            names = "--min-effect",
            paramLabel = "PERCENT",
            description = "The smallest change that counts (default: ${DEFAULT-VALUE}).")
    private double minEffect = 3;

    @Option(
            names = "--all",
            description = "Write every row with its times; rows that did not change are otherwise only counted.")
    private boolean all;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the history as one HTML file.")
    private Path html;

    @Option(
            names = "--fail-on-new-change",
            description =
                    "End with exit code 1 if a row became slower within its last " + RECENT
                            + " runs; otherwise with 3 if the newest run of a machine lacks a planned row or a row of the run before it, or if a run cannot be read.")
    private boolean failOnNewChange;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CompareCommand.requirePercent(minEffect);
        String from = from();
        if (!Files.isDirectory(folder)) {
            throw new InputError(folder + " is not a folder: give the folder that holds the folders of runs.");
        }
        HistoryIndex.Reading reading = new HistoryIndex(folder).read();
        PrintWriter err = spec.commandLine().getErr();
        List<String> complaints = new ArrayList<>(reading.complaints());
        reading.entries().stream()
                .filter(run -> !run.clock().isEmpty())
                .forEach(run -> complaints.add(run.folder() + " " + run.clock() + "; its place in time is uncertain."));
        complaints.forEach(err::println);
        List<HistoryIndex.Entry> runs = reading.entries().stream()
                .filter(run -> run.capturedAt().compareTo(from) >= 0)
                .toList();
        if (runs.isEmpty()) {
            throw new InputError(folder + " holds no run that can be read" + (since == null ? "" : " since " + since)
                    + ": start one with the command run.");
        }
        History history = History.of(runs, minEffect / 100);
        Document document = HistoryDocument.of(history, complaints);
        PrintWriter out = spec.commandLine().getOut();
        out.print(new TextWriter(all, " (--all shows them)").text(document));
        out.flush();
        if (html != null) {
            new HtmlWriter().write(document, html);
        }
        return failOnNewChange ? gate(history, reading) : ExitCode.OK;
    }

    private static int gate(History history, HistoryIndex.Reading reading) {
        if (history.series().stream().anyMatch(HistoryCommand::becameSlower)) {
            return ExitCode.SLOWER;
        }
        return history.unseen().isEmpty() && reading.unread().isEmpty() ? ExitCode.OK : ExitCode.UNSETTLED;
    }

    private String from() {
        try {
            return since == null ? "" : LocalDate.parse(since).toString();
        } catch (DateTimeParseException e) {
            throw new InputError("--since takes a day such as 2026-11-21, not '" + since + "'.");
        }
    }

    private static boolean becameSlower(History.Series series) {
        return series.changes().stream()
                .anyMatch(change ->
                        change.slower() && change.place() >= series.seconds().size() - RECENT);
    }
}

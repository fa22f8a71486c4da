package org.convmark.analysis.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.convmark.analysis.history.History.Change;
import org.convmark.analysis.history.History.Series;
import org.convmark.analysis.history.History.Unseen;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Document;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.HistoryIndex.Entry;

/** A history for a reader. */
public final class HistoryDocument {
    private HistoryDocument() {}

    /**
     * The document of a history.
     *
     * @param complaints what was left out, one sentence each
     */
    public static Document of(History history, List<String> complaints) {
        List<Entry> runs = history.runs();
        String subtitle = runs.size() + (runs.size() == 1 ? " run" : " runs") + ", "
                + runs.get(0).capturedAt() + " to "
                + runs.get(runs.size() - 1).capturedAt();
        return new Document("How times changed", subtitle, List.of(changes(history, complaints), rows(history)));
    }

    private static Section changes(History history, List<String> complaints) {
        List<Content> contents = new ArrayList<>();
        List<List<Cell>> rows = history.series().stream()
                .flatMap(series -> series.changes().stream().map(change -> new Found(series, change)))
                .sorted(Comparator.comparing(
                                (Found found) -> found.change().after().capturedAt())
                        .reversed()
                        .thenComparing(found -> -found.change().ratio()))
                .map(Found::cells)
                .toList();
        long changed = history.series().stream()
                .filter(series -> !series.changes().isEmpty())
                .count();
        contents.add(new Content.Lead(
                rows.isEmpty()
                        ? "None of " + history.series().size() + " rows changed its level."
                        : changed + " of " + history.series().size() + " rows changed their level, in all "
                                + rows.size() + (rows.size() == 1 ? " time." : " times.")));
        if (!rows.isEmpty()) {
            contents.add(new Table(
                    "Changes, the latest first",
                    List.of("Row", "Machine", "JVM", "Change", "After", "Since", "Commits", "Time"),
                    rows));
        }
        List<Unseen> unseen = history.unseen();
        if (!unseen.isEmpty()) {
            contents.add(new Table(
                    unseen.size() + (unseen.size() == 1 ? " row" : " rows") + " without a time in the newest run",
                    List.of("Run", "Row", "Why"),
                    unseen.stream()
                            .map(row -> List.of(Cell.words(row.run().folder()), Cell.words(row.row()), (Cell)
                                    new Cell.Warning(row.reason())))
                            .toList()));
        }
        complaints.forEach(sentence -> contents.add(new Content.Text(sentence)));
        return new Section("Changes", contents);
    }

    private record Found(Series series, Change change) {
        List<Cell> cells() {
            String size = String.format(Locale.ROOT, "%+.1f %%", 100 * (change.ratio() - 1));
            return List.of(
                    Cell.words(series.name()),
                    Cell.words(series.machine()),
                    Cell.words(series.jvm()),
                    change.slower() ? new Cell.Warning(size) : Cell.words(size),
                    Cell.words(change.before().folder()),
                    Cell.words(change.after().folder()),
                    Cell.words(brief(change.before().commit()) + ".."
                            + brief(change.after().commit())),
                    trend(series));
        }

        private static String brief(String commit) {
            return commit.substring(0, Math.min(8, commit.length()));
        }
    }

    private static Section rows(History history) {
        List<List<Cell>> rows = history.series().stream()
                .map(series -> List.of(
                        Cell.words(series.name()),
                        Cell.words(series.machine()),
                        Cell.words(series.jvm()),
                        Cell.number(series.seconds().size(), Unit.COUNT),
                        Cell.number(series.seconds().get(series.seconds().size() - 1), Unit.SECONDS),
                        trend(series)))
                .toList();
        return new Section(
                "Every row",
                List.of(
                        new Content.Lead("The time of each row, run by run."),
                        new Content.Text(
                                "A row is a workload with its parameters on one kind of machine and one JVM with its arguments; its time in a run is the "
                                        + "median over forks of each fork's median. Changes are found by E-divisive (Matteson and James 2014) with shuffled series at the "
                                        + "level of one in a hundred; a step smaller than what counts is not told."),
                        new Content.Fold(
                                rows.size() + (rows.size() == 1 ? " row" : " rows"),
                                new Table(
                                        "Rows", List.of("Row", "Machine", "JVM", "Runs", "Last time", "Time"), rows))));
    }

    private static Cell trend(Series series) {
        return new Cell.Trend(series.seconds());
    }
}

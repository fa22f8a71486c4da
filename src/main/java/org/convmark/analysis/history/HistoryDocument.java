package org.convmark.analysis.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

/** A history as a document. */
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
        List<Found> found = history.series().stream()
                .flatMap(series -> series.changes().stream().map(change -> new Found(series, change)))
                .sorted(Comparator.comparing((Found one) -> one.change().ratio())
                        .reversed())
                .toList();
        contents.add(new Content.Lead(lead(history, found)));
        Set<String> common = common(history);
        if (!found.isEmpty() && !common.isEmpty()) {
            contents.add(new Content.Text("Every row has " + String.join(" ", common) + "."));
        }
        found.stream()
                .collect(
                        Collectors.groupingBy(Found::step, () -> new TreeMap<>(Step.LATEST_FIRST), Collectors.toList()))
                .forEach((step, rows) -> {
                    contents.add(new Content.Text(step.title() + ": " + counts(rows) + "."));
                    contents.add(new Table(
                            step.commits() + ", since run " + step.after().folder(),
                            List.of("Change", "Row", "Time"),
                            rows.stream().map(row -> row.cells(common)).toList()));
                });
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

    private static String lead(History history, List<Found> found) {
        int all = history.series().size();
        if (found.isEmpty()) {
            return "None of " + all + " rows changed its level.";
        }
        long changed = found.stream().map(Found::series).distinct().count();
        return changed + " of " + all + " rows changed their level, in all " + found.size()
                + (found.size() == 1 ? " time." : " times. The latest come first.");
    }

    /** {@code 3 rows slower, 1 faster}. */
    private static String counts(List<Found> rows) {
        long slower = rows.stream().filter(row -> row.change().slower()).count();
        long faster = rows.size() - slower;
        return slower == 0
                ? count(faster) + " faster"
                : count(slower) + " slower" + (faster == 0 ? "" : ", " + faster + " faster");
    }

    private static String count(long rows) {
        return rows + (rows == 1 ? " row" : " rows");
    }

    /** Settings that all rows share and that need not be repeated for each. */
    private static Set<String> common(History history) {
        Set<String> common = new LinkedHashSet<>();
        for (int i = 0; i < history.series().size(); i++) {
            List<String> settings = settings(history.series().get(i));
            if (i == 0) {
                common.addAll(settings);
            } else {
                common.retainAll(settings);
            }
        }
        return common;
    }

    private static List<String> settings(Series series) {
        List<String> words = List.of(series.name().split(" "));
        return words.subList(1, words.size());
    }

    /** Two runs on one machine and JVM, between which rows changed. */
    private record Step(String machine, String jvm, Entry before, Entry after) {
        static final Comparator<Step> LATEST_FIRST = Comparator.comparing(
                        (Step step) -> step.after().capturedAt())
                .thenComparing(step -> step.before().capturedAt())
                .reversed()
                .thenComparing(Step::machine)
                .thenComparing(Step::jvm)
                .thenComparing(step -> step.after().folder())
                .thenComparing(step -> step.before().folder());

        String title() {
            return after.capturedAt() + ", " + machine + ", JVM " + jvm;
        }

        String commits() {
            return brief(before.commit()) + ".." + brief(after.commit());
        }

        private static String brief(String commit) {
            return commit.substring(0, Math.min(8, commit.length()));
        }
    }

    private record Found(Series series, Change change) {
        Step step() {
            return new Step(series.machine(), series.jvm(), change.before(), change.after());
        }

        List<Cell> cells(Set<String> common) {
            String size = String.format(Locale.ROOT, "%+.1f %%", 100 * (change.ratio() - 1));
            return List.of(
                    change.slower() ? new Cell.Warning(size) : Cell.words(size),
                    Cell.words(Stream.of(series.name().split(" "))
                            .filter(word -> !common.contains(word))
                            .collect(Collectors.joining(" "))),
                    trend(series));
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

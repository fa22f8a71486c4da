package org.convmark.tune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.descriptive.Median;
import org.convmark.analysis.facts.Correlation;
import org.convmark.analysis.facts.Speedups;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Document;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Failure;
import org.convmark.tune.Finding.Trial;
import org.convmark.tune.Tuned.Entry;

/** What a search found, for a reader: how far the planner's choices are from the best, and whether its model knows. */
public final class TuneReport {
    private static final String NO_ROOM = "the row has a single schedule";

    private TuneReport() {}

    /** The document. */
    public static Document of(Tuned tuned) {
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(tuned)));
        contents.add(table(tuned));
        contents.add(
                new Content.Text(
                        "Speed is the planner's time over that of the schedule, both run in turn in one JVM. The fastest of all schedules tried is "
                                + "timed again, by laps that did not choose it, and is chosen if the whole interval of 95 % is above 1. Rank "
                                + "correlation is Spearman's, between the planner's modelled cost and the time of the schedules tried."));
        if (!tuned.failed().isEmpty()) {
            contents.add(failures(tuned.failed()));
        }
        return new Document(
                "Schedules of fused blocks",
                "The planner's choice against a search on " + tuned.machine(),
                List.of(new Section("Schedules", contents)));
    }

    /** One row in a sentence. */
    static String sentence(Finding finding) {
        if (finding == null) {
            return NO_ROOM;
        }
        return "best of " + (finding.trials().size() - 1) + " tried: " + finding.best() + ", "
                + String.format(
                        Locale.ROOT,
                        "%.3f (%.3f to %.3f)",
                        finding.ratio(),
                        finding.interval().low(),
                        finding.interval().high())
                + " of the planner's time"
                + (finding.isFaster() ? "" : ": the planner's choice stays");
    }

    private static String lead(Tuned tuned) {
        List<Finding> all = tuned.findings();
        if (all.isEmpty()) {
            return "No row had a second schedule.";
        }
        long faster = all.stream().filter(Finding::isFaster).count();
        List<Double> gaps = all.stream().map(Finding::gap).toList();
        double[] ranks = all.stream()
                .flatMap(finding -> correlation(finding).stream())
                .mapToDouble(Correlation::spearman)
                .toArray();
        return String.format(
                        Locale.ROOT,
                        "On %d of %d rows no schedule was faster than the planner's choice beyond noise. The planner's time over the best is "
                                + "%.3f, geometric mean, and %.2f at most.",
                        all.size() - faster,
                        all.size(),
                        Speedups.geometricMean(gaps).orElseThrow(),
                        Collections.max(gaps))
                + (ranks.length == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " Its model ranks the schedules as time does with a correlation of %.2f in the median.",
                                Median.withDefaults().evaluate(ranks)));
    }

    private static Optional<Correlation> correlation(Finding finding) {
        return Correlation.of(
                finding.trials().stream().mapToDouble(Trial::cost).toArray(),
                finding.trials().stream().mapToDouble(Trial::ratio).toArray());
    }

    private static Table table(Tuned tuned) {
        return new Table(
                "The fastest schedule found for each row",
                List.of(
                        "Row",
                        "JVM",
                        "Fastest other",
                        "Speed",
                        "From",
                        "To",
                        "Choice",
                        "Tried",
                        "Possible",
                        "Rank correlation"),
                tuned.found().stream().map(TuneReport::cells).toList());
    }

    private static List<Cell> cells(Entry entry) {
        List<Cell> cells = new ArrayList<>(
                List.of(Cell.words(entry.row().title()), Cell.words(entry.row().jvm())));
        Finding finding = entry.finding();
        if (finding == null) {
            while (cells.size() < 10) {
                cells.add(Cell.missing(NO_ROOM));
            }
            return cells;
        }
        cells.add(Cell.words(finding.best()));
        cells.add(Cell.number(1 / finding.ratio(), Unit.FACTOR));
        cells.add(Cell.number(1 / finding.interval().high(), Unit.FACTOR));
        cells.add(Cell.number(1 / finding.interval().low(), Unit.FACTOR));
        cells.add(Cell.words(finding.isFaster() ? finding.best() : "the planner's"));
        cells.add(Cell.number(finding.trials().size() - 1, Unit.COUNT));
        cells.add(Cell.number(finding.possible() - 1, Unit.COUNT));
        cells.add(correlation(finding)
                .map(known -> Cell.number(known.spearman(), Unit.COUNT))
                .orElseGet(() -> Cell.missing("fewer than three schedules were tried")));
        return cells;
    }

    private static Table failures(List<Failure> failures) {
        return new Table(
                "Searches that failed",
                List.of("Row", "JVM", "Why"),
                failures.stream()
                        .map(failure -> List.of(
                                Cell.words(failure.row().title()),
                                Cell.words(failure.row().jvm()),
                                Cell.words(failure.error())))
                        .toList());
    }
}

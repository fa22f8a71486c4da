package org.convmark.analysis.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.statistics.Interval;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Document;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;

/** A comparison as a document. */
public final class ComparisonDocument {
    private static final List<String> COLUMNS = List.of(
            "Row",
            "Verdict",
            "Change",
            "95 % interval",
            "q",
            "Mann-Whitney",
            "Forks",
            "Base",
            "Candidate",
            "Settled by");

    private ComparisonDocument() {}

    /** The document of a comparison. */
    public static Document of(Comparison comparison) {
        return new Document(
                "What changed",
                comparison.base().name() + " (base) against "
                        + comparison.candidate().name() + " (candidate)",
                List.of(rows(comparison), environments(comparison), method(comparison)));
    }

    /** The verdicts in one sentence. */
    public static String lead(Comparison comparison) {
        String counts = Arrays.stream(Verdict.values())
                .map(verdict -> comparison.of(verdict).size() + " " + verdict.words())
                .collect(Collectors.joining(", "));
        GeometricMean mean = comparison.mean();
        int lost = comparison.lost().size();
        int unseen = comparison.unseen().size();
        return comparison.rows().size() + (comparison.rows().size() == 1 ? " row: " : " rows: ") + counts
                + (lost == 0 ? "" : "; " + lost + " more of the base that the candidate has not")
                + (unseen == 0 ? "" : "; " + unseen + " more that neither has")
                + ". Time changed by " + change(mean.ratio()) + " in the geometric mean" + range(mean.interval()) + ".";
    }

    private static String range(Interval interval) {
        return interval.high() < Double.POSITIVE_INFINITY
                ? " (" + interval(interval) + ")"
                : " (with a single fork nobody knows how sure that is)";
    }

    /** What rows are called: with their JVM where the comparison has several. */
    private record Titles(boolean withJvm) {
        static Titles of(Comparison comparison) {
            Stream<RowKey> keys = Stream.of(
                            comparison.rows().stream().map(ComparedRow::key),
                            comparison.lost().stream().map(Comparison.Unmatched::key),
                            comparison.gained().stream().map(Comparison.Unmatched::key),
                            comparison.unseen().stream().map(Comparison.Unseen::key))
                    .flatMap(Function.identity());
            return new Titles(keys.map(RowKey::jvmTitle).distinct().count() > 1);
        }

        String of(RowKey key) {
            return withJvm ? key.title() + " on JVM " + key.jvmTitle() : key.title();
        }
    }

    /** The verdicts and the rows behind them. */
    static Section rows(Comparison comparison) {
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(comparison)));
        Titles titles = Titles.of(comparison);
        List<ComparedRow> told = comparison.rows().stream()
                .filter(row -> row.verdict() == Verdict.SLOWER || row.verdict() == Verdict.FASTER)
                .toList();
        if (!told.isEmpty()) {
            contents.add(table("Rows that changed", told, titles));
        }
        for (Verdict verdict : List.of(Verdict.INCONCLUSIVE, Verdict.NO_CHANGE)) {
            List<ComparedRow> rest = comparison.of(verdict);
            if (!rest.isEmpty()) {
                contents.add(
                        new Content.Fold(rest.size() + " " + verdict.words(), table(verdict.words(), rest, titles)));
            }
        }
        addUnmatched(
                contents,
                comparison.lost(),
                "Lost: only in " + comparison.base().name(),
                titles);
        addUnmatched(
                contents,
                comparison.gained(),
                "New: only in " + comparison.candidate().name(),
                titles);
        addUnseen(contents, comparison.unseen(), titles);
        addSkipped(contents, comparison);
        return new Section("Rows", contents);
    }

    private static void addUnseen(List<Content> contents, List<Comparison.Unseen> rows, Titles titles) {
        if (!rows.isEmpty()) {
            contents.add(new Table(
                    "Neither side has these",
                    List.of("Row", "Why the base has none", "Why the candidate has none"),
                    rows.stream()
                            .map(row -> List.<Cell>of(
                                    Cell.words(titles.of(row.key())),
                                    new Cell.Warning(row.base()),
                                    new Cell.Warning(row.candidate())))
                            .toList()));
        }
    }

    private static void addSkipped(List<Content> contents, Comparison comparison) {
        List<List<Cell>> rows = Stream.of(comparison.base(), comparison.candidate())
                .flatMap(side -> side.skipped().entrySet().stream()
                        .map(skip -> List.of(
                                Cell.words(side.name()),
                                Cell.words(skip.getKey().title()),
                                Cell.words(skip.getValue()))))
                .toList();
        if (!rows.isEmpty()) {
            contents.add(new Content.Fold(
                    "What a plan left out", new Table("Left out", List.of("Side", "Target", "Why"), rows)));
        }
    }

    private static void addUnmatched(
            List<Content> contents, List<Comparison.Unmatched> rows, String caption, Titles titles) {
        if (!rows.isEmpty()) {
            contents.add(new Table(
                    caption,
                    List.of("Row", "Why the other has none"),
                    rows.stream()
                            .map(row ->
                                    List.of(Cell.words(titles.of(row.key())), (Cell) new Cell.Warning(row.reason())))
                            .toList()));
        }
    }

    private static Table table(String caption, List<ComparedRow> rows, Titles titles) {
        return new Table(
                caption, COLUMNS, rows.stream().map(row -> cells(row, titles)).toList());
    }

    private static List<Cell> cells(ComparedRow row, Titles titles) {
        Verdict verdict = row.verdict();
        TestResult evidence = row.evidence();
        return List.of(
                Cell.words(titles.of(row.key())),
                verdict == Verdict.SLOWER ? new Cell.Warning(verdict.words()) : Cell.words(verdict.words()),
                Cell.words(change(row.ratio())),
                evidence.shift().freedom() > 0
                        ? Cell.words(interval(row.interval()))
                        : Cell.missing("a single fork shows no noise between forks"),
                Cell.words(probability(evidence.q())),
                Cell.words(probability(evidence.secondOpinion())),
                Cell.words(forks(row.base()) + " + " + forks(row.candidate())),
                Cell.number(seconds(row.base()), Unit.SECONDS),
                Cell.number(seconds(row.candidate()), Unit.SECONDS),
                Cell.words(verdict == Verdict.INCONCLUSIVE ? row.remedy() : ""));
    }

    private static int forks(List<Measurement> rows) {
        return rows.stream().mapToInt(row -> row.samples().size()).sum();
    }

    private static double seconds(List<Measurement> rows) {
        return rows.stream().mapToDouble(Measurement::seconds).average().orElseThrow();
    }

    private static String probability(double p) {
        return p < 0.001 ? "<0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    /** The change of time in percent; positive if the candidate takes longer. */
    static String change(double ratio) {
        return String.format(Locale.ROOT, "%+.1f %%", 100 * (ratio - 1));
    }

    private static String interval(Interval interval) {
        return change(interval.low()) + " to " + change(interval.high());
    }

    private static Section environments(Comparison comparison) {
        List<Content> contents = new ArrayList<>();
        List<Difference> differences = comparison.differences();
        contents.add(new Content.Lead(
                differences.isEmpty()
                        ? "Nothing is known that differs."
                        : "They differ in "
                                + differences.stream().map(Difference::name).collect(Collectors.joining(", ")) + "."));
        if (!differences.isEmpty()) {
            contents.add(new Table(
                    "What differs",
                    List.of("What", "Base", "Candidate"),
                    differences.stream()
                            .map(d -> List.of(Cell.words(d.name()), Cell.words(d.base()), Cell.words(d.candidate())))
                            .toList()));
        }
        return new Section("How they were measured", contents);
    }

    private static Section method(Comparison comparison) {
        Criteria criteria = comparison.criteria();
        String least = Unit.SHARE.format(criteria.minEffect());
        return new Section(
                "How this was decided",
                List.of(
                        new Content.Text(
                                "A fork counts once, as its median. The change is that of the geometric means over forks; its interval is "
                                        + "resampled, forks first, then iterations, and as wide as Student's distribution makes it for so few forks. The variance between forks is "
                                        + "held against the suite's usual one (Smyth 2004). p is how often forks of these rows, dealt out anew to the two sides, move as "
                                        + "far; q is p after Benjamini and Hochberg's procedure over all rows. A row is faster or slower if q and the p-value of Mann and Whitney's "
                                        + "test on its forks, the second opinion, are below " + criteria.rate()
                                        + ", the interval does not hold 0 and the change is " + least
                                        + " or more; it needs " + TestResult.FEWEST_FORKS
                                        + " forks a side. There is no change if the interval lies within " + least
                                        + ". Everything else is inconclusive, as is a change that the roof loop beside the row, which is the same code on both sides, shows too: "
                                        + "the machine was slower. The interval of the mean is of noise between forks alone.")));
    }
}

package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.Gaps;
import org.convmark.analysis.facts.Gaps.Gap;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Run;

/**
 * Latency = complexity / (peak x efficiency): the gap between the ideal latency, of arithmetic alone, and the measured
 * one (Lavin 2024), and what fills it.
 */
public final class EfficiencyAnalysis implements Analysis {
    /** The paper's two panels over the same widths: complexity with ideal latency above it, and actual latency. */
    private static final String PANELS = """
            {"hconcat": [
               {"height": 300, "resolve": {"scale": {"x": "independent"}},
                "encoding": {"y": {"field": "Size", "type": "ordinal", "sort": "descending", "title": "width, depth"},
                             "color": {"field": "Workload", "type": "nominal", "title": null}},
                "layer": [
                  {"mark": {"type": "line", "tooltip": {"content": "data"}},
                   "encoding": {"x": {"field": "MACs", "type": "quantitative", "scale": {"type": "log", "nice": false},
                                      "axis": {"format": "~s"}, "title": "MACs"},
                                "order": {"field": "MACs"}}},
                  {"mark": {"type": "point", "opacity": 0},
                   "encoding": {"x": {"field": "Ideal", "type": "quantitative", "scale": {"type": "log", "nice": false},
                                      "axis": {"orient": "top", "labelExpr": "format(datum.value, '~s') + 's'"},
                                      "title": "ideal latency"}}}]},
               {"height": 300, "mark": {"type": "line", "tooltip": {"content": "data"}},
                "encoding": {"y": {"field": "Size", "type": "ordinal", "sort": "descending", "title": null},
                             "x": {"field": "Actual", "type": "quantitative", "scale": {"type": "log"},
                                   "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "actual latency"},
                             "order": {"field": "MACs"},
                             "strokeDash": {"field": "Fusion", "type": "nominal", "title": null},
                             "color": {"field": "Workload", "type": "nominal", "title": null}}}]}
            """;

    private static final String PARTS = """
            {"facet": {"field": "Target", "type": "nominal", "title": null}, "columns": 3,
             "spec": {"height": {"step": 15}, "mark": {"type": "bar", "tooltip": {"content": "data"}},
               "encoding": {
                 "y": {"field": "Workload", "type": "nominal", "title": null, "sort": null},
                 "x": {"field": "Share", "type": "quantitative", "stack": "zero", "axis": {"format": "%"},
                       "scale": {"domain": [0, 1]}, "title": "Share of the time"},
                 "order": {"field": "Part"},
                 "color": {"field": "Part", "type": "nominal", "title": null,
                           "scale": {"range": ["#009e73", "#56b4e9", "#e69f00", "#b5b5b5"]}}}}}
            """;

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        Gaps gaps = facts.gaps();
        List<Content> contents = new ArrayList<>();
        if (gaps.all().isEmpty()) {
            contents.add(
                    new Content.Lead("There is no efficiency: this run has no row with both roofs of its hardware."));
        } else {
            contents.add(new Content.Lead(lead(gaps.all())));
            contents.add(
                    new Content.Text(
                            "Efficiency is ideal latency over actual latency, ideal latency is flops over the measured "
                                    + "peak. The time is attributed in this order: arithmetic at the peak; waiting for memory, by the waterline with "
                                    + "caches; launches, at most what the row that leaves least per kernel leaves per kernel on the same target; "
                                    + "the rest is arithmetic that runs below the peak, and whatever the model does not know. Shares are means "
                                    + "over a workload's rows. Algorithms that need fewer flops than the definition, as Winograd's, show as a higher efficiency."));
            contents.add(new Chart(parts(gaps.all()), PARTS));
            panels(run, gaps.all())
                    .forEach((title, data) -> contents.add(
                            contents.stream().filter(Chart.class::isInstance).count() == 1
                                    ? new Chart(data, PANELS)
                                    : new Content.Fold(title, new Chart(data, PANELS))));
        }
        gaps.missing().ifPresent(text -> contents.add(new Content.Text(text)));
        return new Section("Efficiency and its gap", contents);
    }

    private static String lead(List<Gap> gaps) {
        Map<String, List<Gap>> targets = by(gaps, gap -> gap.work().target().name());
        return targets.entrySet().stream()
                .map(e -> {
                    Gap best = e.getValue().stream()
                            .max(Comparator.comparingDouble(Gap::efficiency))
                            .orElseThrow();
                    Map<String, Double> shares = means(e.getValue());
                    String largest = shares.entrySet().stream()
                            .filter(part -> !part.getKey().equals(Gaps.ARITHMETIC))
                            .max(Map.Entry.comparingByValue())
                            .orElseThrow()
                            .getKey()
                            .substring(2);
                    return e.getKey() + " spends " + Unit.SHARE.format(shares.get(Gaps.ARITHMETIC))
                            + " of its time at the roof (at best " + Unit.SHARE.format(best.efficiency()) + ", "
                            + best.workload().name() + "); most of its gap is " + largest;
                })
                .collect(Collectors.joining(". ", "", "."));
    }

    private static Map<String, List<Gap>> by(List<Gap> gaps, Function<Gap, String> key) {
        return gaps.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }

    /** The mean shares over some rows. */
    private static Map<String, Double> means(List<Gap> gaps) {
        Map<String, Double> means = new LinkedHashMap<>();
        gaps.forEach(gap -> gap.parts().forEach((part, share) -> means.merge(part, share / gaps.size(), Double::sum)));
        return means;
    }

    private static Table parts(List<Gap> gaps) {
        List<List<Cell>> rows = new ArrayList<>();
        by(gaps, gap -> gap.work().target() + " " + gap.work().fusion())
                .forEach(
                        (target, some) -> by(some, gap -> gap.workload().name()).forEach((workload, few) -> means(few)
                                .forEach((part, share) -> rows.add(List.of(
                                        Cell.words(workload),
                                        Cell.words(target),
                                        Cell.words(part),
                                        Cell.number(share, Unit.SHARE))))));
        return new Table("Where the time goes", List.of("Workload", "Target", "Part", "Share"), rows);
    }

    /** One pair of panels for the blocks of each target, JVM and number of workers. */
    private static Map<String, Table> panels(Run run, List<Gap> gaps) {
        Map<String, Table> panels = new LinkedHashMap<>();
        List<Gap> blocks = gaps.stream()
                .filter(gap -> Family.of(gap.workload()) == Family.BLOCK)
                .toList();
        by(
                        blocks.stream()
                                .sorted(Comparator.comparingInt(
                                        gap -> gap.work().target() == Target.VECTOR ? 0 : 1))
                                .toList(),
                        gap -> gap.work().target() + " on JVM "
                                + run.label(gap.row().jvm()) + " with "
                                + Roofs.workers(gap.work().workers()))
                .forEach((title, some) -> panels.put(
                        title,
                        new Table(
                                "Efficiency gap of blocks, " + title + ": ideal (left) against actual (right)",
                                List.of("Workload", "Size", "Fusion", "MACs", "Ideal", "Actual", "Efficiency"),
                                some.stream().map(EfficiencyAnalysis::cells).toList())));
        return panels;
    }

    private static List<Cell> cells(Gap gap) {
        return List.of(
                Cell.words(gap.workload().name()),
                Cell.words(String.format(
                        Locale.ROOT,
                        "%4d, %d",
                        gap.work().extents().get(Parameter.WIDTH),
                        gap.work().extents().get(Parameter.DEPTH))),
                Cell.words(gap.work().fusion().name()),
                Cell.number(gap.work().cost().macs(), Unit.COUNT),
                Cell.number(gap.idealSeconds(), Unit.SECONDS),
                Cell.number(gap.seconds(), Unit.SECONDS),
                Cell.number(gap.efficiency(), Unit.SHARE));
    }
}

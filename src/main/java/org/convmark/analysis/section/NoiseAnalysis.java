package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.StabilityCheck;
import org.convmark.model.Metric;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;

/** How steady the rows of a run are, which of them cannot be trusted, and what would help. */
public final class NoiseAnalysis implements Analysis {
    private static final String SPREADS = """
            {"facet": {"field": "Target", "type": "nominal", "title": null}, "columns": 3,
             "spec": {"height": 200, "mark": {"type": "point", "tooltip": {"content": "data"}},
               "encoding": {
                 "x": {"field": "Time", "type": "quantitative", "scale": {"type": "log"},
                       "axis": {"labelExpr": "format(datum.value, '~s') + 's'", "tickCount": 4}},
                 "y": {"field": "Within", "type": "quantitative", "axis": {"format": "%"}, "title": "Spread of iterations"},
                 "color": {"field": "State", "type": "nominal", "title": null,
                           "scale": {"domain": ["steady", "unsteady"], "range": ["#0072b2", "#d55e00"]}}}}}
            """;

    /** The remedy for each doubt, by the first words of the doubt. */
    private static final Map<String, String> HELP = help();

    private static Map<String, String> help() {
        Map<String, String> help = new LinkedHashMap<>();
        help.put("spread", "more iterations (a larger profile) or nothing else on the machine");
        help.put("steal", "a machine that is not shared with other virtual machines");
        help.put("allocates", "a longer warm-up (a larger profile): the code was not compiled yet");
        help.put("slow machine", "measuring these rows again when the machine is idle");
        help.put("one fork", "more forks (--forks 5), so that one badly compiled fork does not count");
        return help;
    }

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Content> contents = new ArrayList<>();
        StabilityCheck stability = facts.stability();
        List<Measurement> rows = run.measurements();
        contents.add(new Content.Lead(lead(stability, rows)));
        if (!rows.isEmpty()) {
            contents.add(new Content.Text(
                    "The spread within a row is the range of the middle half of its iterations over the median; between "
                            + "forks it is the slowest fork over the median fork. Steal is time that the hypervisor gave to others. The limits of "
                            + "trust are explained at every row."));
            contents.add(summary(stability, rows));
            contents.add(new Chart(points(stability, rows), SPREADS));
            helps(stability, rows).ifPresent(contents::add);
            repeats(rows).map(Content.Text::new).ifPresent(contents::add);
        }
        return new Section("Noise", contents);
    }

    private static String lead(StabilityCheck stability, List<Measurement> rows) {
        if (rows.isEmpty()) {
            return "Nothing was measured, so there is no noise.";
        }
        long doubtful = rows.stream().filter(row -> !stability.isSteady(row)).count();
        long single = rows.stream().filter(row -> row.samples().size() == 1).count();
        return doubtful + " of " + rows.size() + " rows cannot be trusted; half of all rows spread by less than "
                + Unit.SHARE.format(
                        median(rows.stream().map(Measurement::spread).toList()))
                + (single == 0
                        ? "."
                        : ". " + single
                                + " rows have a single fork, so what differs between forks is not seen: --forks 5 shows it.");
    }

    /** Forks that were discarded and started again. */
    private static Optional<String> repeats(List<Measurement> rows) {
        List<Double> counts = rows.stream()
                .flatMap(row -> row.metric(Metric.REPEATS).stream())
                .map(metric -> metric.samples().stream()
                        .mapToDouble(fork -> Collections.max(fork))
                        .sum())
                .filter(count -> count > 0)
                .toList();
        long forks = Math.round(counts.stream().mapToDouble(c -> c).sum());
        return counts.isEmpty()
                ? Optional.empty()
                : Optional.of(forks + " forks of " + counts.size() + " rows were started again, because their kernels "
                        + "were not compiled as intended; they are not among the samples.");
    }

    private static double median(List<Double> values) {
        return new MetricSamples(List.of(values)).median();
    }

    private static Table summary(StabilityCheck stability, List<Measurement> rows) {
        Map<String, List<Measurement>> targets = rows.stream()
                .collect(Collectors.groupingBy(NoiseAnalysis::target, LinkedHashMap::new, Collectors.toList()));
        List<List<Cell>> cells = new ArrayList<>();
        targets.forEach((target, some) -> cells.add(List.of(
                Cell.words(target),
                Cell.number(some.size(), Unit.COUNT),
                Cell.number(
                        some.stream().filter(row -> !stability.isSteady(row)).count(), Unit.COUNT),
                Cell.number(median(some.stream().map(Measurement::spread).toList()), Unit.SHARE),
                median(
                        some.stream().flatMap(row -> row.worstFork().stream()).toList(),
                        Unit.FACTOR,
                        "one fork cannot be compared"),
                median(metrics(some, Metric.STEAL), Unit.COUNT, "steal was not recorded"),
                median(metrics(some, Metric.CLOCK), Unit.COUNT, "the clock was not recorded"),
                median(metrics(some, Metric.TEMPERATURE), Unit.COUNT, "no temperature was recorded"))));
        return new Table(
                "Medians over the rows of each target",
                List.of(
                        "Target",
                        "Rows",
                        "Unsteady",
                        "Spread within",
                        "Worst fork",
                        "Steal in %",
                        "Clock as recorded",
                        "Temperature"),
                cells);
    }

    private static String target(Measurement row) {
        return row.target().map(Target::name).orElse("");
    }

    private static List<Double> metrics(List<Measurement> rows, Metric which) {
        return rows.stream()
                .flatMap(row -> row.metric(which).stream())
                .map(MetricSamples::median)
                .filter(Double::isFinite)
                .toList();
    }

    private static Cell median(List<Double> values, Unit unit, String reason) {
        return values.isEmpty() ? Cell.missing(reason) : Cell.number(median(values), unit);
    }

    private static Table points(StabilityCheck stability, List<Measurement> rows) {
        List<List<Cell>> cells = rows.stream()
                .map(row -> List.of(
                        Cell.words(row.label().benchmark()),
                        Cell.words(target(row)),
                        Cell.number(row.seconds(), Unit.SECONDS),
                        Cell.number(row.spread(), Unit.SHARE),
                        Cell.words(stability.isSteady(row) ? "steady" : "unsteady")))
                .toList();
        return new Table(
                "Spread of iterations by time, row by row", List.of("Row", "Target", "Time", "Within", "State"), cells);
    }

    private static Optional<Table> helps(StabilityCheck stability, List<Measurement> rows) {
        List<List<Cell>> cells = new ArrayList<>();
        HELP.forEach((doubt, help) -> {
            long count = rows.stream()
                    .filter(row -> stability.reasons(row).stream().anyMatch(d -> d.startsWith(doubt)))
                    .count();
            if (count > 0) {
                cells.add(List.of(Cell.words(doubt), Cell.number(count, Unit.COUNT), Cell.words(help)));
            }
        });
        return cells.isEmpty()
                ? Optional.empty()
                : Optional.of(new Table("What would help", List.of("Doubt", "Rows", "What would help"), cells));
    }
}

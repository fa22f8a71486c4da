package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.DEPTH;
import static org.convmark.analysis.section.IdentityColumn.FAMILY;
import static org.convmark.analysis.section.IdentityColumn.FUSION;
import static org.convmark.analysis.section.IdentityColumn.TARGET;
import static org.convmark.analysis.section.IdentityColumn.WIDTH;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.CacheModel;
import org.convmark.analysis.facts.CacheModel.Traffic;
import org.convmark.analysis.facts.Correlation;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Series;
import org.convmark.model.Graph;
import org.convmark.model.Metric;
import org.convmark.model.Parameter;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;

/**
 * How arithmetic, last-level cache traffic and time correlate as networks get deeper and wider (Abbasi et al. 2021).
 * Traffic is always modelled, and also measured where hardware counters work, in separate columns.
 */
public final class CorrelationAnalysis implements Analysis {
    private static final List<IdentityColumn> IDENTITY = List.of(WORKLOAD, FAMILY, TARGET, FUSION, DEPTH, WIDTH);

    private static final String COUNTER = Metric.LLC_LOAD_MISSES.key();

    private static final String CLOUDS = """
            {"hconcat": [
               {"height": 280, "mark": {"type": "point", "tooltip": {"content": "data"}},
                "encoding": {
                  "x": {"field": "Flops", "type": "quantitative", "scale": {"type": "log"}, "axis": {"format": "~s"}, "title": "flops"},
                  "y": {"field": "Time", "type": "quantitative", "scale": {"type": "log"},
                        "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "time"},
                  "color": {"field": "Target", "type": "nominal", "title": null},
                  "shape": {"field": "Family", "type": "nominal", "title": null}}},
               {"height": 280, "mark": {"type": "point", "tooltip": {"content": "data"}},
                "transform": [{"filter": "datum['From L3'] > 0"}],
                "encoding": {
                  "x": {"field": "From L3", "type": "quantitative", "scale": {"type": "log"}, "axis": {"format": "~s"},
                        "title": "modelled bytes from L3"},
                  "y": {"field": "Time", "type": "quantitative", "scale": {"type": "log"},
                        "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "time"},
                  "color": {"field": "Target", "type": "nominal", "title": null},
                  "shape": {"field": "Family", "type": "nominal", "title": null}}}]}
            """;

    /** A row with the quantities that are correlated. */
    private record Sample(Measurement row, double flops, Traffic traffic) {
        double seconds() {
            return row.seconds();
        }

        double fromL3() {
            return traffic.fromL3();
        }

        double fromMemory() {
            return traffic.fromMemory();
        }

        /** NaN if the counter was not read. */
        double counted() {
            return row.metric(Metric.LLC_LOAD_MISSES).map(MetricSamples::median).orElse(Double.NaN);
        }
    }

    /** Two quantities. */
    private record Pair(String name, ToDoubleFunction<Sample> x, ToDoubleFunction<Sample> y) {
        Optional<Correlation> of(List<Sample> samples) {
            double[] xs = samples.stream().mapToDouble(x).toArray();
            double[] ys = samples.stream().mapToDouble(y).toArray();
            return Double.isFinite(Arrays.stream(xs).sum()) ? Correlation.of(xs, ys) : Optional.empty();
        }
    }

    /** What the rows of a group have in common. */
    private record Group(Parameter extent, String rest, String engine, String family, String jvm) {
        List<Cell> cells() {
            return Stream.of(extent.key(), rest, engine, family, jvm)
                    .map(Cell::words)
                    .toList();
        }
    }

    private static final List<Pair> PAIRS = List.of(
            new Pair("flops and time", Sample::flops, Sample::seconds),
            new Pair("modelled bytes from L3 and time", Sample::fromL3, Sample::seconds),
            new Pair("modelled bytes from memory and time", Sample::fromMemory, Sample::seconds),
            new Pair("flops and modelled bytes from L3", Sample::flops, Sample::fromL3),
            new Pair("counted L3 misses and time", Sample::counted, Sample::seconds));

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        String title = "FLOPs, L3 and latency";
        Optional<CacheModel> model = CacheModel.of(run.machine().before(), facts.cacheSizes());
        if (model.isEmpty()) {
            return new Section(
                    title,
                    List.of(new Content.Lead("Nothing is correlated: this run does not say how large the L2 and L3 "
                            + "caches of its machine are. report --cache l2=512K --cache l3=32M says it.")));
        }
        List<Sample> samples = samples(model.get(), facts.architectures());
        Map<Group, List<Sample>> groups = groups(facts, samples);
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(samples, groups)));
        contents.add(new Content.Text((facts.cacheSizes().isEmpty() ? "Modelled caches: " : "What if the caches were: ")
                + model.get()
                + ", least recently used, no prefetching; the second pass over a graph counts. The trace is that of a direct "
                + "kernel of 16 output channels at a time, whatever the target really does; of large graphs one set of the caches in up to "
                + samples.stream().mapToInt(s -> s.traffic().share()).max().orElse(1)
                + " is simulated for all. Pearson's coefficient is of the values, Spearman's of their ranks."));
        contents.add(new Content.Text(
                samples.stream().anyMatch(s -> !Double.isNaN(s.counted()))
                        ? "Counted L3 misses are the hardware's: " + COUNTER
                                + " of Linux' perf, loads that miss the last-level cache, "
                                + "per pass, of one more fork whose times are not kept."
                        : "L3 misses were not measured, no row of this run has the hardware counter " + COUNTER + ": "
                                + run.machine()
                                        .before()
                                        .cpu()
                                        .counters()
                                        .map(events -> "run with --counters")
                                        .optional()
                                        .orElseGet(() -> run.machine()
                                                .before()
                                                .cpu()
                                                .counters()
                                                .missing())
                                + "."));
        if (!samples.isEmpty()) {
            contents.add(new Chart(points(run, samples), CLOUDS));
        }
        if (!groups.isEmpty()) {
            contents.add(table(groups));
        }
        return new Section(title, contents);
    }

    private static List<Sample> samples(CacheModel model, List<Measurement> rows) {
        Map<Graph, Traffic> traffics =
                model.of(rows.stream().map(row -> row.work().graph()));
        return rows.stream()
                .map(row -> new Sample(
                        row, row.work().cost().flops(), traffics.get(row.work().graph())))
                .toList();
    }

    /** Rows of all workloads of a family over depth at one width, and over width at one depth. */
    private static Map<Group, List<Sample>> groups(RunFacts facts, List<Sample> samples) {
        Map<Measurement, Sample> byRow = new IdentityHashMap<>();
        samples.forEach(sample -> byRow.put(sample.row(), sample));
        Map<Group, List<Sample>> groups = new LinkedHashMap<>();
        for (Series series : Series.of(facts.architectures())) {
            Measurement first = series.first();
            Group name = new Group(
                    series.extent(),
                    series.rest(),
                    first.work().target() + " " + first.work().fusion(),
                    Family.of(first.work().workload()).word() + "s",
                    facts.run().label(first.jvm()));
            List<Sample> group = groups.computeIfAbsent(name, n -> new ArrayList<>());
            series.rows().forEach(row -> group.add(byRow.get(row)));
        }
        return groups;
    }

    private static String lead(List<Sample> samples, Map<Group, List<Sample>> groups) {
        if (groups.isEmpty()) {
            return "No workload was measured at several depths or widths, so nothing can be correlated over them.";
        }
        return Series.OVER.stream()
                .map(extent -> {
                    List<List<Sample>> here = groups.entrySet().stream()
                            .filter(e -> e.getKey().extent() == extent)
                            .map(Map.Entry::getValue)
                            .toList();
                    return here.isEmpty()
                            ? "nothing was measured over " + extent.key()
                            : "over " + extent.key() + ", "
                                    + PAIRS.stream()
                                            .limit(3)
                                            .map(pair -> pair.name() + ": " + range(pair, here))
                                            .collect(Collectors.joining(", "));
                })
                .collect(Collectors.joining("; ", "Rank correlations ", "."));
    }

    private static String range(Pair pair, List<List<Sample>> groups) {
        double[] all = groups.stream()
                .flatMap(group -> pair.of(group).stream())
                .mapToDouble(Correlation::spearman)
                .sorted()
                .toArray();
        return all.length == 0
                ? "undefined (fewer than three rows, or nothing changes)"
                : all.length == 1
                        ? coefficient(all[0])
                        : coefficient(all[0]) + " to " + coefficient(all[all.length - 1]);
    }

    private static String coefficient(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static Table points(Run run, List<Sample> samples) {
        List<List<Cell>> rows = samples.stream()
                .map(s -> IdentityColumn.cells(
                        IDENTITY,
                        run,
                        s.row(),
                        Cell.number(s.flops(), Unit.COUNT),
                        Cell.number(s.fromL3(), Unit.BYTES),
                        Cell.number(s.fromMemory(), Unit.BYTES),
                        Double.isNaN(s.counted())
                                ? Cell.missing("the hardware counter was not read")
                                : Cell.number(s.counted(), Unit.COUNT),
                        Cell.number(s.seconds(), Unit.SECONDS)))
                .toList();
        return new Table(
                "Arithmetic and modelled traffic from L3 against time, row by row",
                IdentityColumn.head(IDENTITY, "Flops", "From L3", "From memory", "Counted L3 misses", "Time"),
                rows);
    }

    private static Table table(Map<Group, List<Sample>> groups) {
        List<String> columns = new ArrayList<>(List.of("Over", "At", "Target", "Workloads", "JVM", "Rows"));
        PAIRS.forEach(pair -> columns.addAll(List.of(pair.name() + ", Pearson", pair.name() + ", Spearman")));
        List<List<Cell>> rows = new ArrayList<>();
        groups.forEach((name, samples) -> {
            List<Cell> cells = new ArrayList<>(name.cells());
            cells.add(Cell.number(samples.size(), Unit.COUNT));
            for (Pair pair : PAIRS) {
                Optional<Correlation> correlation = pair.of(samples);
                cells.add(cell(correlation.map(Correlation::pearson)));
                cells.add(cell(correlation.map(Correlation::spearman)));
            }
            rows.add(cells);
        });
        return new Table("Correlations over depth and over width", columns, rows);
    }

    private static Cell cell(Optional<Double> coefficient) {
        return coefficient
                .map(c -> Cell.number(c, Unit.COUNT))
                .orElse(Cell.missing("fewer than three rows, one of the two never changes, or it was not measured"));
    }
}

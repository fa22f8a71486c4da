package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.Point;
import org.convmark.analysis.facts.Resampling;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.analysis.facts.Speedups.Factor;
import org.convmark.analysis.statistics.Interval;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Parameter;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Run;

/**
 * Which forms of network gain most from acceleration: the factor over plain Java by workload, depth and width, and the
 * ranking of workloads (the main table of Abbasi et al. 2021).
 *
 * @param family what is ranked
 */
public record SpeedupAnalysis(Family family) implements Analysis {
    private static final Cell NOT_MEASURED =
            Cell.missing("the target or its plain Java baseline was not measured there");

    private static final Set<Parameter> ALWAYS_NAMED = EnumSet.of(Parameter.DEPTH, Parameter.WIDTH);

    /** A dot per target beside the name, with its interval as a line behind it. */
    private static final String MEANS = """
            {"height": {"step": 22, "for": "position"},
             "encoding": {
               "y": {"field": "KIND", "type": "nominal", "title": null,
                     "sort": {"op": "max", "field": "Speed-up", "order": "descending"}},
               "yOffset": {"field": "Target", "type": "nominal"},
               "color": {"field": "Target", "type": "nominal", "title": null}},
             "layer": [
               {"mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": {"field": "Low", "type": "quantitative"}, "x2": {"field": "High"}}},
               {"mark": {"type": "point", "tooltip": {"content": "data"}},
                "encoding": {"x": {"field": "Speed-up", "type": "quantitative",
                                   "scale": {"type": "log", "nice": true}, "title": "Speed-up over plain Java (times as fast)"},
                             "shape": {"field": "Target", "type": "nominal", "legend": null}}}]}
            """;

    /** A workload's factors under one target. */
    private record Entry(Workload workload, List<Factor> factors) {
        double mean() {
            return Speedups.mean(factors).orElse(0.0);
        }
    }

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Content> contents = new ArrayList<>();
        for (JvmSetup jvm : run.jvms()) {
            Speedups speedups = facts.speedups(jvm, family.workloads());
            List<Point> points = speedups.points();
            if (speedups.targets().stream()
                    .anyMatch(t -> !ranked(speedups, t, points).isEmpty())) {
                addTo(contents, facts.resampling(), run.label(jvm), speedups, points);
            }
        }
        if (contents.isEmpty()) {
            contents.add(new Content.Lead("No " + family.word() + " was measured both on plain Java and accelerated."));
        } else {
            contents.add(
                    1,
                    new Content.Text("A factor of 4x means a quarter of the time that plain Java loops take, one "
                            + "kernel per layer (SCALAR, fusion NONE). Of each target the fastest fusion counts and is named. "
                            + "Means over depths and widths are geometric."));
        }
        facts.unavailable(false).ifPresent(text -> contents.add(new Content.Text(text)));
        return new Section("Speed-up by " + family.word(), contents);
    }

    private void addTo(
            List<Content> contents, Resampling resampling, String jvm, Speedups speedups, List<Point> points) {
        contents.add(new Content.Lead("On JVM " + jvm + " "
                + speedups.targets().stream()
                        .flatMap(target -> sentence(speedups, target, points).stream())
                        .collect(Collectors.joining("; "))
                + "." + caution(speedups, points)));
        contents.add(new Chart(means(resampling, jvm, speedups, points), MEANS.replace("KIND", family.title())));
        contents.add(ranking(jvm, speedups, points));
        if (points.size() > 1 && family.workloads().get(0) instanceof Stack) {
            contents.add(new Content.Fold(
                    "By depth and width, JVM " + jvm,
                    speedups.targets().stream()
                            .<Content>map(target -> grid(jvm, speedups, target, points))
                            .toList()));
        }
    }

    /** The data of the chart: a row per workload and target. */
    private Table means(Resampling resampling, String jvm, Speedups speedups, List<Point> points) {
        List<List<Cell>> rows = new ArrayList<>();
        for (Target target : speedups.targets()) {
            for (Entry entry : ranked(speedups, target, points)) {
                Optional<Interval> interval = resampling.ofRatios(
                        entry.factors().stream().map(Factor::baseline).toList(),
                        entry.factors().stream().map(Factor::fastest).toList());
                rows.add(List.of(
                        Cell.words(entry.workload().name()),
                        Cell.words(target.name()),
                        Cell.number(entry.mean(), Unit.FACTOR),
                        Resampling.cell(interval.map(Interval::low), Unit.FACTOR),
                        Resampling.cell(interval.map(Interval::high), Unit.FACTOR),
                        Cell.number(entry.factors().size(), Unit.COUNT)));
            }
        }
        return new Table(
                "Geometric mean of the speed-up over plain Java with its 95 % interval, JVM " + jvm,
                List.of(family.title(), "Target", "Speed-up", "Low", "High", "Points"),
                rows);
    }

    private String caution(Speedups speedups, List<Point> points) {
        List<Factor> all = speedups.targets().stream()
                .flatMap(target ->
                        family.workloads().stream().flatMap(w -> speedups.factors(w, target, points).stream()))
                .toList();
        long unsteady = all.stream().filter(factor -> !factor.steady()).count();
        return unsteady == 0 ? "" : " Caution: " + unsteady + " of " + all.size() + " factors rest on unsteady rows.";
    }

    /** Workloads that a target ran, the one that gains most first. */
    private List<Entry> ranked(Speedups speedups, Target target, List<Point> points) {
        return family.workloads().stream()
                .map(w -> new Entry(w, speedups.factors(w, target, points)))
                .filter(entry -> !entry.factors().isEmpty())
                .sorted(Comparator.comparingDouble(Entry::mean).reversed())
                .toList();
    }

    private Optional<String> sentence(Speedups speedups, Target target, List<Point> points) {
        List<Entry> ranked = ranked(speedups, target, points);
        if (ranked.isEmpty()) {
            return Optional.empty();
        }
        List<Factor> all = ranked.stream().flatMap(e -> e.factors().stream()).toList();
        Entry most = ranked.get(0);
        Entry least = ranked.get(ranked.size() - 1);
        String extremes = ranked.size() == 1
                ? ""
                : ", most on " + most.workload().name() + " (" + Unit.FACTOR.format(most.mean()) + ") and least on "
                        + least.workload().name() + " (" + Unit.FACTOR.format(least.mean()) + ")";
        return Optional.of(
                target + " is " + Unit.FACTOR.format(Speedups.mean(all).orElseThrow()) + " as fast as plain Java over "
                        + ranked.size() + " " + family.word() + (ranked.size() == 1 ? "" : "s") + extremes);
    }

    private Table ranking(String jvm, Speedups speedups, List<Point> points) {
        List<Target> targets = speedups.targets();
        List<String> columns = new ArrayList<>(List.of("Rank", family.title()));
        targets.forEach(target -> columns.addAll(List.of(target.name(), target + " range", target + " fusion")));
        columns.add("Steady?");
        Map<Workload, List<Entry>> entries = family.workloads().stream()
                .collect(Collectors.toMap(Function.identity(), w -> targets.stream()
                        .map(target -> new Entry(w, speedups.factors(w, target, points)))
                        .toList()));
        double full = entries.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Entry::mean)
                .max()
                .orElse(1);
        List<List<Cell>> rows = new ArrayList<>();
        for (Workload workload : order(entries)) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.number(rows.size() + 1, Unit.COUNT));
            cells.add(Cell.words(workload.name()));
            entries.get(workload).forEach(entry -> addTo(cells, entry, full));
            cells.add(stability(entries.get(workload), speedups.points(workload).size()));
            rows.add(cells);
        }
        return new Table("Speed-up over plain Java on JVM " + jvm + ", ranked by the mean over targets", columns, rows);
    }

    /** Workloads with a result, by their mean over all targets. */
    private List<Workload> order(Map<Workload, List<Entry>> entries) {
        return family.workloads().stream()
                .map(w -> new Entry(
                        w,
                        entries.get(w).stream()
                                .flatMap(e -> e.factors().stream())
                                .toList()))
                .filter(entry -> !entry.factors().isEmpty())
                .sorted(Comparator.comparingDouble(Entry::mean).reversed())
                .<Workload>map(Entry::workload)
                .toList();
    }

    private static void addTo(List<Cell> cells, Entry entry, double full) {
        List<Factor> factors = entry.factors();
        if (factors.isEmpty()) {
            cells.addAll(List.of(NOT_MEASURED, NOT_MEASURED, NOT_MEASURED));
            return;
        }
        double least = factors.stream().mapToDouble(Factor::value).min().orElseThrow();
        double most = factors.stream().mapToDouble(Factor::value).max().orElseThrow();
        cells.add(Cell.bar(entry.mean(), Unit.FACTOR, full));
        cells.add(Cell.words(
                factors.size() == 1 ? "one point" : Unit.FACTOR.format(least) + " to " + Unit.FACTOR.format(most)));
        cells.add(Cell.words(fusions(factors)));
    }

    /** The fastest fusion; if it changes from point to point, each with how often it was fastest. */
    private static String fusions(List<Factor> factors) {
        Map<String, Long> counts =
                factors.stream().collect(Collectors.groupingBy(Factor::fusion, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(e -> counts.size() == 1 ? e.getKey() : e.getKey() + " " + e.getValue() + " of " + factors.size())
                .collect(Collectors.joining(", "));
    }

    /** Whether a mean covers all points, and only rows that can be trusted. */
    private static Cell stability(List<Entry> entries, int points) {
        List<Factor> factors =
                entries.stream().flatMap(e -> e.factors().stream()).toList();
        int missing = entries.size() * points - factors.size();
        long unsteady = factors.stream().filter(factor -> !factor.steady()).count();
        List<String> doubts = new ArrayList<>();
        if (missing > 0) {
            doubts.add(missing + " of " + entries.size() * points + " missing, not comparable");
        }
        if (unsteady > 0) {
            doubts.add(unsteady + " of " + factors.size() + " unsteady");
        }
        return doubts.isEmpty() ? Cell.words("steady") : new Cell.Warning(String.join("; ", doubts));
    }

    private Table grid(String jvm, Speedups speedups, Target target, List<Point> points) {
        Map<String, List<Point>> columns = new LinkedHashMap<>();
        points.forEach(p -> columns.put(label(p, points), List.of(p)));
        addMeans(columns, Parameter.DEPTH, points);
        addMeans(columns, Parameter.WIDTH, points);
        List<String> names = new ArrayList<>(List.of(family.title()));
        names.addAll(columns.keySet());
        List<List<Cell>> rows = new ArrayList<>();
        for (Entry entry : ranked(speedups, target, points)) {
            List<Cell> cells =
                    new ArrayList<>(List.of(Cell.words(entry.workload().name())));
            columns.values()
                    .forEach(some -> cells.add(Speedups.mean(speedups.factors(entry.workload(), target, some))
                            .map(mean -> Cell.number(mean, Unit.FACTOR))
                            .orElse(NOT_MEASURED)));
            rows.add(cells);
        }
        return new Table(target + " over plain Java on JVM " + jvm, names, rows);
    }

    /** Adds a column per value of an extent, if there are several and other extents vary too. */
    private static void addMeans(Map<String, List<Point>> columns, Parameter extent, List<Point> points) {
        Map<Integer, List<Point>> groups = points.stream()
                .collect(
                        Collectors.groupingBy(point -> point.extents().get(extent), TreeMap::new, Collectors.toList()));
        if (groups.size() > 1 && groups.size() < points.size()) {
            groups.forEach((value, some) -> columns.put("mean at " + extent.key() + " " + value, some));
        }
    }

    private static String label(Point p, List<Point> all) {
        String label = Stack.EXTENTS.stream()
                .filter(extent -> ALWAYS_NAMED.contains(extent)
                        || varies(all, point -> point.extents().get(extent)))
                .map(extent -> extent.key() + " " + p.extents().get(extent))
                .collect(Collectors.joining(", "));
        return label + (varies(all, Point::workers) ? ", workers " + p.workers() : "");
    }

    private static boolean varies(List<Point> points, Function<Point, Integer> extent) {
        return points.stream().map(extent).distinct().count() > 1;
    }
}

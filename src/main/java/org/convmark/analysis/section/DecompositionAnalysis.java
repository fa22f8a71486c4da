package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.GroupKey;
import org.convmark.analysis.facts.Peers;
import org.convmark.analysis.facts.Point;
import org.convmark.analysis.facts.Resampling;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Series;
import org.convmark.analysis.facts.Speedups;
import org.convmark.analysis.statistics.Interval;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * The gain of each step from a plain loop to an accelerated engine: vectors or devices, fused epilogues, fused blocks,
 * peers.
 */
public final class DecompositionAnalysis implements Analysis {
    /** One engine on one form of the graph. */
    private record Engine(Target target, Fusion fusion) {
        static Engine of(Measurement row) {
            return new Engine(row.work().target(), row.work().fusion());
        }

        @Override
        public String toString() {
            return target + " " + fusion;
        }
    }

    /** From one engine to another. The product of the steps between our own targets is their total speed-up. */
    private record Step(String name, Engine from, Engine to) {}

    private static final List<Step> STEPS = steps();

    private static List<Step> steps() {
        Engine plain = new Engine(Target.SCALAR, Fusion.NONE);
        Engine framework = new Engine(Peers.NATIVE, Fusion.NONE);
        List<Step> steps = new ArrayList<>();
        for (Target target : Target.accelerated()) {
            Engine unfused = new Engine(target, Fusion.NONE);
            Engine epilogue = new Engine(target, Fusion.EPILOGUE);
            steps.add(new Step(target + ": kernels", plain, unfused));
            steps.add(new Step(target + ": epilogue fusion", unfused, epilogue));
            steps.add(new Step(target + ": block fusion", epilogue, new Engine(target, Fusion.BLOCK)));
            steps.add(new Step(target + ": kernels and epilogue fusion", plain, epilogue));
        }
        Stream.concat(Target.accelerated().stream(), Peers.ACCELERATED.stream())
                .map(target -> new Step(Peers.NATIVE + " to " + target, framework, new Engine(target, Fusion.EPILOGUE)))
                .forEach(steps::add);
        return steps;
    }

    /** The rows on both sides of a step, at one point of one workload. */
    private record Pair(Step step, Workload workload, Point point, Measurement slow, Measurement fast) {
        double factor(ToDoubleFunction<Measurement> time) {
            return time.applyAsDouble(slow) / time.applyAsDouble(fast);
        }
    }

    private static final String FACTORS = """
            {"facet": {"field": "Step", "type": "nominal", "title": null, "sort": null}, "columns": 2,
             "spec": {"height": {"step": 14},
               "encoding": {"y": {"field": "Workload", "type": "nominal", "title": null, "sort": null}},
               "layer": [
                 {"mark": {"type": "rule", "strokeWidth": 2, "color": "#0072b2"},
                  "encoding": {"x": {"field": "Low", "type": "quantitative"}, "x2": {"field": "High"}}},
                 {"mark": {"type": "point", "tooltip": {"content": "data"}, "color": "#0072b2"},
                  "encoding": {"x": {"field": "Factor", "type": "quantitative", "scale": {"type": "log"}, "title": "times as fast"}}}]}}
            """;

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Content> contents = new ArrayList<>();
        Set<Step> measured = new HashSet<>();
        Map<JvmSetup, List<Measurement>> byJvm = facts.architectures().stream()
                .collect(Collectors.groupingBy(Measurement::jvm, LinkedHashMap::new, Collectors.toList()));
        byJvm.forEach((jvm, rows) -> {
            List<Pair> pairs = pairs(rows);
            pairs.forEach(pair -> measured.add(pair.step()));
            if (!pairs.isEmpty()) {
                String label = run.label(jvm);
                contents.add(new Content.Lead("On JVM " + label + " " + lead(pairs)));
                contents.add(new Chart(byWorkload(facts.resampling(), label, pairs), FACTORS));
                List<Content> byExtent = Series.OVER.stream()
                        .flatMap(extent -> by(facts.resampling(), extent, label, pairs).stream())
                        .toList();
                if (!byExtent.isEmpty()) {
                    contents.add(new Content.Fold("By depth and by width, JVM " + label, byExtent));
                }
            }
        });
        if (contents.isEmpty()) {
            contents.add(new Content.Lead(
                    "No two neighbouring steps from plain loops to an accelerated engine were measured."));
        } else {
            contents.add(
                    1,
                    new Content.Text(
                            "A factor is the time before the step over the time after it; means over points are "
                                    + "geometric, intervals are of 95 % and say how far the mean would move if forks and iterations were drawn "
                                    + "again. Times are medians over forks; the fastest pass is the fastest single one that any fork saw, "
                                    + "which neighbours on a shared machine disturb least."));
        }
        missing(measured).ifPresent(text -> contents.add(new Content.Text(text)));
        return new Section("What each step gives", contents);
    }

    /** Ordered by step, workload and point. Only rows with the engine's own choice of algorithm count. */
    private static List<Pair> pairs(List<Measurement> rows) {
        Map<GroupKey, Map<Engine, Measurement>> groups = rows.stream()
                .filter(row -> row.work().algorithm() == Algorithm.AUTO)
                .collect(Collectors.groupingBy(
                        GroupKey::of, Collectors.toMap(Engine::of, Function.identity(), (one, again) -> one)));
        List<Pair> pairs = new ArrayList<>();
        groups.forEach((key, engines) -> STEPS.stream()
                .filter(step -> engines.keySet().containsAll(List.of(step.from(), step.to())))
                .map(step ->
                        new Pair(step, key.workload(), key.point(), engines.get(step.from()), engines.get(step.to())))
                .forEach(pairs::add));
        pairs.sort(Comparator.comparing((Pair pair) -> STEPS.indexOf(pair.step()))
                .thenComparing(pair -> Workload.all().indexOf(pair.workload()))
                .thenComparing(Pair::point));
        return pairs;
    }

    private static <K> Map<K, List<Pair>> by(List<Pair> pairs, Function<Pair, K> key) {
        return pairs.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }

    private static double mean(List<Pair> pairs, ToDoubleFunction<Measurement> time) {
        return Speedups.geometricMean(
                        pairs.stream().map(pair -> pair.factor(time)).toList())
                .orElseThrow();
    }

    private static String lead(List<Pair> pairs) {
        return by(pairs, Pair::step).entrySet().stream()
                .map(e -> e.getKey().name() + " " + Unit.FACTOR.format(mean(e.getValue(), Measurement::seconds))
                        + " (" + Unit.FACTOR.format(mean(e.getValue(), Measurement::fastestPass))
                        + " by fastest passes, "
                        + e.getValue().size() + (e.getValue().size() == 1 ? " point)" : " points)"))
                .collect(Collectors.joining("; ", "", "."));
    }

    private static Optional<String> missing(Set<Step> measured) {
        List<String> without = STEPS.stream()
                .filter(step -> !measured.contains(step))
                .map(step -> step.name() + " (" + step.from() + " to " + step.to() + ")")
                .toList();
        return without.isEmpty()
                ? Optional.empty()
                : Optional.of("Not measured on both sides in this run: " + String.join("; ", without)
                        + ". Unfused rows are measured by -p fusion=NONE,EPILOGUE, other engines by --peers.");
    }

    private static Table byWorkload(Resampling resampling, String jvm, List<Pair> pairs) {
        List<List<Cell>> rows = new ArrayList<>();
        by(pairs, pair -> pair.step()).forEach((step, some) -> by(some, Pair::workload)
                .forEach((workload, few) -> rows.add(cells(resampling, step, workload.name(), few))));
        return new Table(
                "Factor of each step, JVM " + jvm,
                List.of("Step", "Workload", "Factor", "Low", "High", "By fastest passes", "Points"),
                rows);
    }

    private static List<Cell> cells(Resampling resampling, Step step, String name, List<Pair> pairs) {
        Optional<Interval> interval = resampling.ofRatios(
                pairs.stream().map(Pair::slow).toList(),
                pairs.stream().map(Pair::fast).toList());
        return List.of(
                Cell.words(step.name()),
                Cell.words(name),
                Cell.number(mean(pairs, Measurement::seconds), Unit.FACTOR),
                Resampling.cell(interval.map(Interval::low), Unit.FACTOR),
                Resampling.cell(interval.map(Interval::high), Unit.FACTOR),
                Cell.number(mean(pairs, Measurement::fastestPass), Unit.FACTOR),
                Cell.number(pairs.size(), Unit.COUNT));
    }

    /** Means over all workloads of a family at one extent; empty for networks, which have no such extent. */
    private static Optional<Content> by(Resampling resampling, Parameter extent, String jvm, List<Pair> pairs) {
        List<List<Cell>> rows = new ArrayList<>();
        List<Pair> having = pairs.stream()
                .filter(pair -> pair.point().extents().names().contains(extent))
                .toList();
        by(having, pair -> pair.step()).forEach((step, some) -> by(some, pair -> Family.of(pair.workload()))
                .forEach((family, few) -> few.stream()
                        .collect(Collectors.groupingBy(
                                pair -> pair.point().extents().get(extent), TreeMap::new, Collectors.toList()))
                        .forEach((number, here) -> rows.add(
                                cells(resampling, step, family.word() + "s, " + extent.key() + " " + number, here)))));
        Table table = new Table(
                "Factor of each step by " + extent.key() + ", JVM " + jvm,
                List.of("Step", "Where", "Factor", "Low", "High", "By fastest passes", "Points"),
                rows);
        return rows.isEmpty() ? Optional.empty() : Optional.of(table);
    }
}

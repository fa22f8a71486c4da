package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.convmark.analysis.compare.ComparedRow;
import org.convmark.analysis.compare.Comparison;
import org.convmark.analysis.compare.Criteria;
import org.convmark.analysis.compare.RunGroup;
import org.convmark.analysis.compare.Subject;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Label;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** JVMs and their arguments side by side, each against the first. */
public final class ConfigurationAnalysis implements Analysis {
    /** Kernels of two JVMs count as equally fast up to here. */
    private static final double MOST_DIFFERENCE = 0.05;

    private static final int MOST_KERNELS = 30;

    private static final Set<Subject> ALL = EnumSet.allOf(Subject.class);

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Content> contents = new ArrayList<>();
        Map<String, Comparison> comparisons;
        try {
            comparisons = comparisons(run);
        } catch (IllegalArgumentException e) { // a duplicate row
            contents.add(new Content.Lead(e.getMessage()));
            return new Section("JVMs and arguments", contents);
        }
        if (comparisons.isEmpty()) {
            contents.add(new Content.Lead("No row was measured on several JVMs or with several sets of arguments."));
            return new Section("JVMs and arguments", contents);
        }
        String base = run.label(run.jvms().get(0));
        contents.add(new Content.Lead("Against JVM " + base + ": "
                + comparisons.entrySet().stream()
                        .map(e -> e.getKey() + " takes "
                                + Unit.FACTOR.format(e.getValue().mean().ratio()) + " the time")
                        .collect(Collectors.joining(", "))
                + ", in the geometric mean."));
        contents.add(new Content.Text("Numbers are times over those of " + base
                + ", the first JVM and arguments of the run: 0.50x is half the time. Workloads are sorted by "
                + "what they gain most; a row's verdict is that of compare."));
        contents.add(byWorkload(comparisons));
        contents.add(new Content.Fold("Row by row", byRow(comparisons)));
        Table kernels = byKernel(comparisons);
        if (!kernels.rows().isEmpty()) {
            contents.add(new Content.Fold(
                    "Kernels that differ by more than " + Unit.SHARE.format(MOST_DIFFERENCE), kernels));
        }
        return new Section("JVMs and arguments", contents);
    }

    /** Comparisons with the first setup, by the label of the other. */
    private static Map<String, Comparison> comparisons(Run run) {
        List<JvmSetup> jvms = run.jvms();
        Map<String, Comparison> comparisons = new LinkedHashMap<>();
        for (JvmSetup jvm : jvms.subList(Math.min(1, jvms.size()), jvms.size())) {
            if (!Collections.disjoint(labels(run, jvms.get(0)), labels(run, jvm))) {
                comparisons.put(
                        run.label(jvm), Comparison.of(side(run, jvms.get(0)), side(run, jvm), ALL, Criteria.USUAL));
            }
        }
        return comparisons;
    }

    private static Set<Label> labels(Run run, JvmSetup jvm) {
        return run.of(jvm).stream().map(Measurement::label).collect(Collectors.toSet());
    }

    private static RunGroup side(Run run, JvmSetup jvm) {
        return RunGroup.of(List.of(new Run(run.folder(), run.machine(), run.plan(), run.of(jvm), List.of())), ALL);
    }

    private static Table byWorkload(Map<String, Comparison> comparisons) {
        return table(
                "Time by workload and target",
                comparisons,
                row -> row.key().row().benchmark()
                        + row.base()
                                .get(0)
                                .target()
                                .map(target -> " on " + target)
                                .orElse(""),
                ConfigurationAnalysis::mean);
    }

    private static Table byRow(Map<String, Comparison> comparisons) {
        return table(
                "Time by row",
                comparisons,
                row -> row.key().title(),
                rows -> Cell.words(Unit.FACTOR.format(rows.get(0).ratio()) + " "
                        + rows.get(0).verdict().words()));
    }

    /** Time of isolated kernels on the first JVM and on another, over all rows. */
    private record Times(double base, double other) {
        Times plus(Times that) {
            return new Times(base + that.base, other + that.other);
        }

        double ratio() {
            return other / base;
        }

        double difference() {
            return Math.abs(other - base);
        }
    }

    /** One line per kernel that differs, one column per JVM; the line with the largest difference first. */
    private static Table byKernel(Map<String, Comparison> comparisons) {
        Map<String, Map<String, Times>> kernels = new TreeMap<>();
        comparisons.forEach((jvm, comparison) -> comparison.rows().forEach(row -> times(row)
                .forEach((kernel, times) -> kernels.computeIfAbsent(kernel, k -> new LinkedHashMap<>())
                        .merge(jvm, times, Times::plus))));
        List<String> columns = new ArrayList<>(List.of("Kernel on target"));
        columns.addAll(comparisons.keySet());
        List<List<Cell>> lines = kernels.entrySet().stream()
                .filter(e ->
                        e.getValue().values().stream().anyMatch(times -> Math.abs(times.ratio() - 1) > MOST_DIFFERENCE))
                .sorted(Comparator.comparingDouble(e -> -e.getValue().values().stream()
                        .mapToDouble(Times::difference)
                        .max()
                        .orElseThrow()))
                .limit(MOST_KERNELS)
                .map(e -> line(
                        e.getKey(),
                        comparisons.keySet(),
                        e.getValue(),
                        times -> Cell.number(times.ratio(), Unit.FACTOR)))
                .toList();
        return new Table("Time of isolated kernels, over all rows, largest difference first", columns, lines);
    }

    /** The kernels of a row that were timed on both JVMs, by name and target. */
    private static Map<String, Times> times(ComparedRow row) {
        Measurement base = row.base().get(0);
        Measurement other = row.candidate().get(0);
        Map<String, Times> times = new LinkedHashMap<>();
        base.kernels().forEach((label, seconds) -> {
            if (other.kernels().containsKey(label)) {
                times.put(
                        label + " on " + base.target().orElseThrow(),
                        new Times(seconds, other.kernels().get(label)));
            }
        });
        return times;
    }

    private static Cell mean(List<ComparedRow> rows) {
        return Cell.number(
                Speedups.geometricMean(rows.stream().map(ComparedRow::ratio).toList())
                        .orElseThrow(),
                Unit.FACTOR);
    }

    /** One line per group of rows, one column per JVM; the line with the smallest ratio first. */
    private static Table table(
            String caption,
            Map<String, Comparison> comparisons,
            Function<ComparedRow, String> group,
            Function<List<ComparedRow>, Cell> cell) {
        Map<String, Map<String, List<ComparedRow>>> groups = new TreeMap<>();
        comparisons.forEach((label, comparison) -> comparison.rows().forEach(row -> groups.computeIfAbsent(
                        group.apply(row), name -> new LinkedHashMap<>())
                .computeIfAbsent(label, name -> new ArrayList<>())
                .add(row)));
        List<String> columns = new ArrayList<>(List.of("What"));
        columns.addAll(comparisons.keySet());
        List<List<Cell>> lines = groups.entrySet().stream()
                .sorted((a, b) -> Double.compare(least(a.getValue()), least(b.getValue())))
                .map(e -> line(e.getKey(), comparisons.keySet(), e.getValue(), cell))
                .toList();
        return new Table(caption, columns, lines);
    }

    private static double least(Map<String, List<ComparedRow>> cells) {
        return cells.values().stream()
                .mapToDouble(rows -> Speedups.geometricMean(
                                rows.stream().map(ComparedRow::ratio).toList())
                        .orElseThrow())
                .min()
                .orElseThrow();
    }

    /** What there is on each JVM. */
    private static <T> List<Cell> line(
            String name, Set<String> labels, Map<String, T> byLabel, Function<T, Cell> cell) {
        List<Cell> line = new ArrayList<>(List.of(Cell.words(name)));
        labels.forEach(label -> line.add(
                byLabel.containsKey(label)
                        ? cell.apply(byLabel.get(label))
                        : Cell.missing("not measured on both JVMs")));
        return line;
    }
}

package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Bounds.Bound;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** How much longer rows take than the least time that their hardware needs, and which kernels the difference is made of. */
public final class BoundAnalysis implements Analysis {
    /** Lines of a table of kernels; the rest is added up. */
    private static final int MOST_KERNELS = 40;

    /** A row with its bound. */
    private record Bounded(Measurement row, Bound bound) {
        double factor() {
            return row.seconds() / bound.seconds();
        }

        String setting(Run run) {
            return row.work().target() + " " + row.work().fusion() + " on JVM " + run.label(row.jvm()) + ", "
                    + Roofs.workers(row.work().workers());
        }
    }

    /** Time and bound of kernels that compute the same, over all rows. */
    private record Kernels(int rows, double seconds, double bound) {
        Kernels plus(Kernels that) {
            return new Kernels(rows + that.rows, seconds + that.seconds, bound + that.bound);
        }

        double above() {
            return seconds - bound;
        }
    }

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Bounded> rows = facts.architectures().stream()
                .flatMap(row -> facts.bounds().of(row).map(bound -> new Bounded(row, bound)).stream())
                .toList();
        List<Content> contents = new ArrayList<>();
        if (rows.isEmpty()) {
            contents.add(new Content.Lead("There are no bounds: this run has no row with both roofs of its hardware."));
        } else {
            contents.add(new Content.Lead(lead(rows)));
            contents.add(
                    new Content.Text(
                            "A bound is the least time that a row can take on this machine: for each kernel the longer of two times, "
                                    + "that of the arithmetic of the algorithm which needs least (direct, or one of Winograd's with its transforms), "
                                    + "and that of its bytes, each moved once at the bandwidth of the smallest memory that can hold them. Rates are the highest that the run saw. "
                                    + "What a row takes beyond its bound can in principle be gained; a row below its bound would show that the bound is wrong."));
            contents.add(summary(run, rows));
            kernels(run, rows).forEach((title, table) -> contents.add(new Content.Fold(title, table)));
        }
        return new Section("Time above the bound", contents);
    }

    private static double mean(List<Bounded> rows) {
        return Speedups.geometricMean(rows.stream().map(Bounded::factor).toList())
                .orElseThrow();
    }

    private static String lead(List<Bounded> rows) {
        Map<Target, List<Bounded>> targets = rows.stream()
                .collect(Collectors.groupingBy(
                        bounded -> bounded.row().work().target(), TreeMap::new, Collectors.toList()));
        return targets.entrySet().stream()
                .map(e -> {
                    Bounded nearest = e.getValue().stream()
                            .min(Comparator.comparingDouble(Bounded::factor))
                            .orElseThrow();
                    return e.getKey() + " takes " + Unit.FACTOR.format(mean(e.getValue()))
                            + " its bound in the geometric mean, at best "
                            + Unit.FACTOR.format(nearest.factor()) + " ("
                            + nearest.row().work().workload().name() + ")";
                })
                .collect(Collectors.joining("; ", "", "."));
    }

    private static Table summary(Run run, List<Bounded> rows) {
        Map<String, Map<Family, List<Bounded>>> groups = rows.stream()
                .collect(Collectors.groupingBy(
                        bounded -> bounded.setting(run),
                        LinkedHashMap::new,
                        Collectors.groupingBy(
                                bounded -> Family.of(bounded.row().work().workload()),
                                TreeMap::new,
                                Collectors.toList())));
        List<List<Cell>> lines = new ArrayList<>();
        groups.forEach((setting, families) ->
                families.forEach((family, some) -> lines.add(summary(setting, family.word(), some))));
        return new Table(
                "Time over bound",
                List.of("Setting", "Family", "Rows", "Geometric mean", "Nearest", "Farthest", "Bound by memory"),
                lines);
    }

    private static List<Cell> summary(String setting, String family, List<Bounded> rows) {
        double nearest = rows.stream().mapToDouble(Bounded::factor).min().orElseThrow();
        double farthest = rows.stream().mapToDouble(Bounded::factor).max().orElseThrow();
        long memory = rows.stream().filter(row -> row.bound().isOfMemory()).count();
        return List.of(
                Cell.words(setting),
                Cell.words(family),
                Cell.number(rows.size(), Unit.COUNT),
                Cell.number(mean(rows), Unit.FACTOR),
                Cell.number(nearest, Unit.FACTOR),
                Cell.number(farthest, Unit.FACTOR),
                Cell.number(memory, Unit.COUNT));
    }

    /** A table for each setting whose kernels were timed by themselves. */
    private static Map<String, Table> kernels(Run run, List<Bounded> rows) {
        Map<String, List<Bounded>> groups = rows.stream()
                .filter(bounded -> !bounded.row().kernels().isEmpty())
                .collect(Collectors.groupingBy(
                        bounded -> bounded.setting(run), LinkedHashMap::new, Collectors.toList()));
        Map<String, Table> tables = new LinkedHashMap<>();
        groups.forEach((setting, some) ->
                tables.put("Kernels by their time above the bound: " + setting, kernels(setting, some)));
        return tables;
    }

    private static Table kernels(String setting, List<Bounded> rows) {
        Map<String, Kernels> sums = new LinkedHashMap<>();
        for (Bounded bounded : rows) {
            Map<String, Double> bounds = bounded.bound().byKernel();
            bounded.row()
                    .kernels()
                    .forEach((label, seconds) ->
                            sums.merge(label, new Kernels(1, seconds, bounds.getOrDefault(label, 0.0)), Kernels::plus));
        }
        Kernels all = sums.values().stream().reduce(new Kernels(0, 0, 0), Kernels::plus);
        double passes =
                rows.stream().mapToDouble(bounded -> bounded.row().seconds()).sum();
        List<Map.Entry<String, Kernels>> sorted = sums.entrySet().stream()
                .sorted(Comparator.comparingDouble(e -> -e.getValue().above()))
                .toList();
        double above = passes - all.bound();
        List<List<Cell>> lines = new ArrayList<>();
        sorted.stream().limit(MOST_KERNELS).forEach(e -> lines.add(cells(e.getKey(), e.getValue(), above)));
        if (sorted.size() > MOST_KERNELS) {
            Kernels rest = sorted.stream()
                    .skip(MOST_KERNELS)
                    .map(Map.Entry::getValue)
                    .reduce(new Kernels(0, 0, 0), Kernels::plus);
            lines.add(cells((sorted.size() - MOST_KERNELS) + " other kinds", rest, above));
        }
        lines.add(cells(
                "what passes take beyond their isolated kernels",
                new Kernels(rows.size(), passes - all.seconds(), 0),
                above));
        return new Table(
                "Kernels in isolation, over all rows: " + setting,
                List.of("Kernel", "Rows", "Time", "Bound", "Above it", "Of all above", "Time / bound"),
                lines);
    }

    private static List<Cell> cells(String label, Kernels kernels, double above) {
        return List.of(
                Cell.words(label),
                Cell.number(kernels.rows(), Unit.COUNT),
                Cell.number(kernels.seconds(), Unit.SECONDS),
                Cell.number(kernels.bound(), Unit.SECONDS),
                Cell.number(kernels.above(), Unit.SECONDS),
                Cell.number(kernels.above() / above, Unit.SHARE),
                kernels.bound() > 0
                        ? Cell.number(kernels.seconds() / kernels.bound(), Unit.FACTOR)
                        : Cell.missing("nothing of it is necessary"));
    }
}

package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.FAMILY;
import static org.convmark.analysis.section.IdentityColumn.JVM;
import static org.convmark.analysis.section.IdentityColumn.TARGET;
import static org.convmark.analysis.section.IdentityColumn.WORKERS;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.Hardware;
import org.convmark.analysis.facts.Point;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.model.Case;
import org.convmark.model.Fusion;
import org.convmark.model.Parameter;
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
 * How well each form of network suits the hardware, after Runge et al. 2020 (arXiv 2008.10293): utilisation, mismatch
 * against the form that suits it best, the gain of the second pass (optimised) over the first (as given), and what
 * units lose or gain when they are composed. The formulas are our own.
 */
public final class MismatchAnalysis implements Analysis {
    private static final String MISMATCHES = """
            {"facet": {"field": "Target", "type": "nominal", "title": null}, "columns": 2,
             "spec": {"height": {"step": 15}, "mark": {"type": "bar", "tooltip": {"content": "data"}},
               "encoding": {
                 "y": {"field": "Workload", "type": "nominal", "title": null, "sort": null},
                 "x": {"field": "Mismatch", "type": "quantitative", "axis": {"format": "%"}, "scale": {"domain": [0, 1]}},
                 "color": {"field": "Family", "type": "nominal", "title": null}}}}
            """;

    private static final List<IdentityColumn> IDENTITY = List.of(WORKLOAD, FAMILY, TARGET, WORKERS, JVM);

    /** What is compared: one family on one target. */
    private record FamilyOn(Hardware hardware, Family family) {}

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        Roofs roofs = facts.roofs();
        Map<FamilyOn, Map<Workload, List<Measurement>>> places = facts.architectures().stream()
                .filter(row -> roofs.of(row).isPresent())
                .collect(Collectors.groupingBy(
                        MismatchAnalysis::place,
                        LinkedHashMap::new,
                        Collectors.groupingBy(row -> row.work().workload(), LinkedHashMap::new, Collectors.toList())));
        List<Content> contents = new ArrayList<>();
        if (places.isEmpty()) {
            contents.add(new Content.Lead(
                    "There is no utilisation: no row of this run has an arithmetic roof of its hardware."));
        } else {
            List<List<Cell>> rows = new ArrayList<>();
            List<String> sentences = new ArrayList<>();
            places.forEach((place, workloads) -> {
                Map<Workload, Double> utilisations = new LinkedHashMap<>();
                workloads.forEach((workload, some) -> utilisations.put(workload, utilisation(roofs, some)));
                Map.Entry<Workload, Double> best = utilisations.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .orElseThrow();
                Map.Entry<Workload, Double> worst = utilisations.entrySet().stream()
                        .min(Map.Entry.comparingByValue())
                        .orElseThrow();
                if (utilisations.size() > 1) {
                    sentences.add("of " + place.family().word() + "s, "
                            + place.hardware().target() + " ("
                            + Roofs.workers(place.hardware().workers())
                            + ", JVM " + run.label(place.hardware().jvm()) + ") is used best by "
                            + best.getKey().name() + " ("
                            + Unit.SHARE.format(best.getValue()) + " of its roof) and least by "
                            + worst.getKey().name()
                            + " (mismatch " + Unit.SHARE.format(1 - worst.getValue() / best.getValue()) + ")");
                }
                utilisations.forEach((workload, utilisation) ->
                        rows.add(cells(run, place.family(), workloads.get(workload), utilisation, best.getValue())));
            });
            contents.add(new Content.Lead(
                    sentences.isEmpty()
                            ? "There is no mismatch to show: a single architecture was measured."
                            : capital(String.join("; ", sentences)) + "."));
            contents.add(
                    new Content.Text(
                            "Utilisation is the geometric mean over a form's points of reached over roof, each point with its "
                                    + "fastest row; mismatch is 1 - utilisation / best utilisation of the same family and hardware; the pass ratio is "
                                    + "unfused time over fused time; the composition gap is depth times the time of one unit over the time of a "
                                    + "stack, in the geometric mean over all stacks measured beside their unit: below 1 a stack costs more than its units."));
            contents.add(new Chart(
                    new Table(
                            "Utilisation and mismatch",
                            IdentityColumn.head(IDENTITY, "Utilisation", "Mismatch", "Pass ratio", "Composition gap"),
                            rows),
                    MISMATCHES));
        }
        return new Section("Mismatch and utilisation", contents);
    }

    private static FamilyOn place(Measurement row) {
        return new FamilyOn(Hardware.of(row), Family.of(row.work().workload()));
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static double utilisation(Roofs roofs, List<Measurement> rows) {
        return Speedups.geometricMean(rows.stream()
                        .collect(Collectors.toMap(
                                Point::of, Function.identity(), (a, b) -> a.seconds() < b.seconds() ? a : b))
                        .values()
                        .stream()
                        .map(row -> row.work().cost().flops()
                                / row.seconds()
                                / roofs.of(row).orElseThrow().flopsPerSecond())
                        .toList())
                .orElseThrow();
    }

    private static List<Cell> cells(Run run, Family family, List<Measurement> rows, double utilisation, double best) {
        return IdentityColumn.cells(
                IDENTITY,
                run,
                rows.get(0),
                Cell.number(utilisation, Unit.SHARE),
                Cell.number(1 - utilisation / best, Unit.SHARE),
                Speedups.geometricMean(ratios(rows))
                        .map(ratio -> Cell.number(ratio, Unit.FACTOR))
                        .orElse(Cell.missing("no point was measured both unfused and fused")),
                compositionGap(family, rows)
                        .map(ratio -> Cell.number(ratio, Unit.FACTOR))
                        .orElse(Cell.missing("units of a pattern differ, or no stack was measured beside its unit")));
    }

    private static Map<Case.Work, Measurement> byCase(List<Measurement> rows) {
        return rows.stream()
                .collect(Collectors.toMap(
                        Measurement::work, Function.identity(), (one, again) -> one, LinkedHashMap::new));
    }

    private static List<Double> ratios(List<Measurement> rows) {
        Map<Case.Work, Measurement> cases = byCase(rows);
        List<Double> ratios = new ArrayList<>();
        cases.forEach((work, given) -> {
            Measurement optimised = cases.get(work.with(Fusion.EPILOGUE));
            if (work.fusion() == Fusion.NONE && optimised != null) {
                ratios.add(given.seconds() / optimised.seconds());
            }
        });
        return ratios;
    }

    private static Optional<Double> compositionGap(Family family, List<Measurement> rows) {
        if (family == Family.PATTERN || family == Family.NETWORK) {
            return Optional.empty();
        }
        Map<Case.Work, Measurement> cases = byCase(rows);
        List<Double> gaps = new ArrayList<>();
        cases.forEach((work, stack) -> {
            int depth = work.extents().get(Parameter.DEPTH);
            Measurement unit = cases.get(work.with(Parameter.DEPTH, 1));
            if (depth > 1 && unit != null) {
                gaps.add(depth * unit.seconds() / stack.seconds());
            }
        });
        return Speedups.geometricMean(gaps);
    }
}

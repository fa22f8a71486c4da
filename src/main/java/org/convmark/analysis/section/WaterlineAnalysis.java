package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.DEPTH;
import static org.convmark.analysis.section.IdentityColumn.FAMILY;
import static org.convmark.analysis.section.IdentityColumn.FUSION;
import static org.convmark.analysis.section.IdentityColumn.JVM;
import static org.convmark.analysis.section.IdentityColumn.TARGET;
import static org.convmark.analysis.section.IdentityColumn.WIDTH;
import static org.convmark.analysis.section.IdentityColumn.WORKERS;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.Gaps;
import org.convmark.analysis.facts.Gaps.Gap;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.model.Case;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.model.Waterline;
import org.convmark.model.Waterline.Bar;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Run;

/** How efficient each sequence of kernels can be under the roofs of the run, and how close rows come to it. */
public final class WaterlineAnalysis implements Analysis {
    private static final String TITLE = "Waterline";

    private static final List<IdentityColumn> IDENTITY =
            List.of(WORKLOAD, FAMILY, TARGET, FUSION, DEPTH, WIDTH, WORKERS, JVM);

    /** A bar per kernel, and the waterline of the memory that holds the kernel's bytes. */
    private static final String BARS = """
            {"facet": {"field": "Sequence", "type": "nominal", "title": null,
                       "sort": {"field": "Place", "op": "min", "order": "ascending"}}, "columns": 3,
             "spec": {"height": 110,
               "encoding": {
                  "x": {"field": "From", "type": "quantitative", "axis": {"format": "%"}, "title": "Share of the arithmetic"},
                  "x2": {"field": "To"}},
               "layer": [
               {"mark": {"type": "rect", "tooltip": {"content": "data"}},
                "encoding": {
                  "y": {"field": "Bottom", "type": "quantitative", "scale": {"type": "log"}, "title": "flops per byte"},
                  "y2": {"field": "Intensity"},
                  "color": {"field": "State", "type": "nominal", "title": null,
                            "scale": {"domain": ["waits for memory", "does not wait"], "range": ["#d55e00", "#9aa3ad"]}}}},
               {"mark": {"type": "rect", "color": "#56b4e9", "opacity": 0.45},
                "encoding": {"y": {"field": "Bottom", "type": "quantitative"}, "y2": {"field": "Water, caches"}}},
               {"mark": {"type": "rule", "strokeDash": [4, 3], "color": "#0072b2", "strokeWidth": 1.5},
                "encoding": {"y": {"field": "Water, memory", "type": "quantitative"}}}]}}
            """;

    /** Attainable against reached efficiency; on the line, nothing can be gained without moving fewer bytes. */
    private static final String REACHED = """
            {"facet": {"field": "Target", "type": "nominal", "title": null}, "columns": 2,
             "spec": {"height": 260, "layer": [
               {"mark": {"type": "line", "point": false, "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "Attainable", "type": "quantitative"},
                             "y": {"field": "Attainable", "type": "quantitative"}}},
               {"mark": {"type": "point", "tooltip": {"content": "data"}},
                "encoding": {
                  "x": {"field": "Attainable", "type": "quantitative", "axis": {"format": "%"},
                        "title": "Attainable (waterline, caches)"},
                  "y": {"field": "Reached", "type": "quantitative", "axis": {"format": "%"}, "title": "Reached"},
                  "color": {"field": "Family", "type": "nominal", "title": null},
                  "shape": {"field": "Fusion", "type": "nominal", "title": null}}}]}}
            """;

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        Gaps gaps = facts.gaps();
        List<Content> contents = new ArrayList<>();
        if (gaps.all().isEmpty()) {
            contents.add(
                    new Content.Lead("There is no waterline: this run has no row with both roofs of its hardware."));
        } else {
            contents.add(new Content.Lead(lead(gaps.all())));
            contents.add(new Content.Text(
                    "A bar is a kernel: as wide as its share of the arithmetic, as high as the flops it does per byte it moves (both "
                            + "as counted by the cost model, weights included). Where the water, flops that the machine could do "
                            + "while it moves one byte, stands above a bar, the kernel waits for memory. The dashed line is the surface where "
                            + "everything comes from main memory; the water itself is that of the smallest measured working set which holds all of a "
                            + "kernel's bytes. Fused kernels are modelled whether or not a target runs them."));
            for (Family family : List.of(Family.BLOCK, Family.PATTERN)) {
                largest(gaps.all(), family).ifPresent(gap -> contents.add(bars(run, facts.roofs(), gap, family)));
            }
            contents.add(new Chart(everyRow(run, gaps.all()), REACHED));
        }
        gaps.missing().ifPresent(text -> contents.add(new Content.Text(text)));
        return new Section(TITLE, contents);
    }

    private static String lead(List<Gap> gaps) {
        Gap worst = gaps.stream()
                .min(Comparator.comparingDouble(gap -> gap.caches().efficiency()))
                .orElseThrow();
        long covered = gaps.stream()
                .filter(gap -> gap.caches().bars().stream().anyMatch(Bar::isUnderWater))
                .count();
        double tooMuch = gaps.stream()
                .mapToDouble(
                        gap -> gap.memory().pooledEfficiency() / gap.memory().efficiency())
                .max()
                .orElseThrow();
        return covered + " of " + gaps.size()
                + " rows have a kernel that must wait for memory; the least can be reached by "
                + describe(worst.work()) + ", "
                + Unit.SHARE.format(worst.caches().efficiency())
                + " of the peak. A single roofline for all kernels together would promise up to "
                + Unit.FACTOR.format(tooMuch) + " what they can reach from main memory.";
    }

    private static String describe(Case.Work work) {
        return work.workload().extents().stream()
                .limit(2)
                .map(extent -> ", " + extent.key() + " " + work.extents().get(extent))
                .collect(Collectors.joining(
                        "", work.workload().name() + " on " + work.target() + " (" + work.fusion(), ")"));
    }

    /** The row whose hardware and extents a family's picture shows: on one of our own targets, shallow and wide. */
    private static Optional<Gap> largest(List<Gap> gaps, Family family) {
        return gaps.stream()
                .filter(gap -> Family.of(gap.workload()) == family && gap.work().target() == Target.VECTOR)
                .max(Comparator.comparing((Gap gap) -> gap.work().extents().get(Parameter.WIDTH))
                        .thenComparing(gap -> -gap.work().extents().get(Parameter.DEPTH))
                        .thenComparing(gap -> -gap.workload().name().length()));
    }

    private static Content bars(Run run, Roofs roofs, Gap gap, Family family) {
        Extents extents = gap.work().extents();
        List<List<Cell>> rows = new ArrayList<>();
        family.workloads().forEach(workload -> {
            Graph graph = workload.graph(extents);
            for (Fusion fusion : Fusion.values()) {
                int place = family.workloads().indexOf(workload) * Fusion.values().length + fusion.ordinal();
                rows.addAll(bars(roofs, gap, place, workload.name() + " " + fusion, graph.fuse(fusion)));
            }
        });
        Chart chart = new Chart(
                new Table(
                        "Kernels of " + family.word() + "s, unfused beside fused, under the roofs of VECTOR with "
                                + Roofs.workers(gap.work().workers()) + " on JVM "
                                + run.label(gap.row().jvm())
                                + ", depth " + extents.get(Parameter.DEPTH) + ", width " + extents.get(Parameter.WIDTH)
                                + ", image " + extents.get(Parameter.IMAGE),
                        List.of(
                                "Place",
                                "Sequence",
                                "Kernel",
                                "From",
                                "To",
                                "Bottom",
                                "Intensity",
                                "Water, caches",
                                "Water, memory",
                                "State"),
                        rows),
                BARS);
        return family == Family.BLOCK ? chart : new Content.Fold("The same for " + family.word() + "s", chart);
    }

    private static List<List<Cell>> bars(Roofs roofs, Gap gap, int place, String name, Graph graph) {
        double memory = gap.peak() / roofs.bandwidth(gap.row(), Double.MAX_VALUE);
        Waterline waterline = Gaps.waterline(graph, bytes -> gap.peak() / roofs.bandwidth(gap.row(), bytes));
        String title = name + ": " + Unit.SHARE.format(waterline.efficiency());
        List<List<Cell>> rows = new ArrayList<>();
        double from = 0;
        for (Bar bar : waterline.bars()) {
            double to = from + bar.operations() / waterline.operations();
            if (bar.operations() > 0) {
                rows.add(List.of(
                        Cell.number(place, Unit.COUNT),
                        Cell.words(title),
                        Cell.words(bar.name()),
                        Cell.number(from, Unit.SHARE),
                        Cell.number(to, Unit.SHARE),
                        Cell.number(LEAST, Unit.COUNT),
                        Cell.number(Math.max(LEAST, bar.intensity()), Unit.COUNT),
                        Cell.number(bar.balance(), Unit.COUNT),
                        Cell.number(memory, Unit.COUNT),
                        Cell.words(bar.isUnderWater() ? "waits for memory" : "does not wait")));
            }
            from = to;
        }
        return rows;
    }

    /** Where bars begin, because a logarithmic axis has no zero. */
    private static final double LEAST = 0.05;

    private static Table everyRow(Run run, List<Gap> gaps) {
        List<List<Cell>> rows = gaps.stream()
                .map(gap -> IdentityColumn.cells(
                        IDENTITY,
                        run,
                        gap.row(),
                        Cell.number(gap.caches().efficiency(), Unit.SHARE),
                        Cell.number(gap.memory().efficiency(), Unit.SHARE),
                        Cell.number(gap.memory().pooledEfficiency(), Unit.SHARE),
                        Cell.number(gap.efficiency(), Unit.SHARE)))
                .toList();
        return new Table(
                "Share of the peak: attainable with caches, from main memory, by one pooled roofline, and reached",
                IdentityColumn.head(IDENTITY, "Attainable", "From memory", "Pooled", "Reached"),
                rows);
    }
}

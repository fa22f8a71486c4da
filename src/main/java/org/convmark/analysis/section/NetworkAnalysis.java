package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Gaps;
import org.convmark.analysis.facts.Gaps.Gap;
import org.convmark.analysis.facts.Point;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Case;
import org.convmark.model.Network;
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

/** Whole networks: how much acceleration gives to each, and what their published accuracy costs in time (Lavin 2024). */
public final class NetworkAnalysis implements Analysis {
    /** Ideal latency on the left, actual latency on the right, over the same accuracies. */
    private static final String GAP = """
            {"facet": {"row": {"field": "Target", "type": "nominal", "title": null}},
             "spec": {"hconcat": [
               {"height": 260, "mark": {"type": "point", "tooltip": {"content": "data"}},
                "encoding": {"y": {"field": "Top-1 in %", "type": "quantitative", "scale": {"zero": false}},
                             "x": {"field": "Ideal", "type": "quantitative", "scale": {"type": "log"},
                                   "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "ideal latency"},
                             "color": {"field": "Network", "type": "nominal", "title": null}}},
               {"height": 260, "mark": {"type": "point", "tooltip": {"content": "data"}},
                "encoding": {"y": {"field": "Top-1 in %", "type": "quantitative", "scale": {"zero": false}, "title": null},
                             "x": {"field": "Actual", "type": "quantitative", "scale": {"type": "log"},
                                   "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "actual latency"},
                             "shape": {"field": "Fusion", "type": "nominal", "title": null},
                             "color": {"field": "Network", "type": "nominal", "title": null}}}]}}
            """;

    private static final Cell ONE_CALL =
            Cell.missing("the engine is one call and plans by itself, or the row is of a version that did not look");

    private static final double MICRO = 1e-6;

    /** What rows that are compared have in common. */
    private record Place(JvmSetup jvm, Workload network, Point point) {
        static Place of(Measurement row) {
            return new Place(row.jvm(), row.work().workload(), Point.of(row));
        }
    }

    @Override
    public Section of(Run run) {
        List<Measurement> rows = run.measurements().stream()
                .filter(row -> row.isWork() && row.work().workload() instanceof Network)
                .toList();
        List<Content> contents = new ArrayList<>();
        if (rows.isEmpty()) {
            contents.add(new Content.Lead("No whole network was measured: run with --include network."));
        } else {
            Map<Place, Measurement> natives = rows.stream()
                    .filter(row -> row.work().isBaseline())
                    .collect(Collectors.toMap(Place::of, row -> row, (one, again) -> one, LinkedHashMap::new));
            contents.add(new Content.Lead(lead(rows, natives)));
            contents.add(new Content.Text(
                    "Factors are against plain Java, layer by layer, at the same size. Kernels alone is the sum over all kernels of the time "
                            + "that each takes when it runs again and again by itself; what a pass takes beyond that is the price of the sequence, whose "
                            + "kernels push each other's operands out of the caches. The workspace was planned for intermediates, borders included; the widest cut is "
                            + "what those alive at one time hold; less is possible where parts of a concatenation are computed in their place in it. Accuracy is as published for trained weights at the network's own "
                            + "image size; the weights that run here are random, which costs the same time."));
            contents.add(table(run, rows, natives));
            List<Gap> gaps = new Gaps(run)
                    .all().stream()
                            .filter(gap -> accuracy(gap.workload()).isPresent())
                            .toList();
            if (!gaps.isEmpty()) {
                contents.add(new Chart(gaps(gaps), GAP));
            }
        }
        return new Section("Whole networks", contents);
    }

    private static Optional<Network.Accuracy> accuracy(Workload workload) {
        return workload instanceof Network network ? network.accuracy() : Optional.empty();
    }

    private static Optional<Double> factor(Measurement row, Map<Place, Measurement> natives) {
        return Optional.ofNullable(natives.get(Place.of(row))).map(slow -> slow.seconds() / row.seconds());
    }

    private static String lead(List<Measurement> rows, Map<Place, Measurement> natives) {
        record Best(Measurement row, double factor) {}
        Optional<Best> most = rows.stream()
                .flatMap(row -> factor(row, natives).map(factor -> new Best(row, factor)).stream())
                .max(Comparator.comparingDouble(Best::factor));
        Measurement fastest = rows.stream()
                .min(Comparator.comparingDouble(Measurement::seconds))
                .orElseThrow();
        return most.map(best -> "Acceleration gives most to " + describe(best.row) + ", "
                                + Unit.FACTOR.format(best.factor) + " plain Java; ")
                        .orElse("There is no row of plain Java to compare with; ")
                + "the fastest is " + describe(fastest) + " in " + Unit.SECONDS.format(fastest.seconds()) + ".";
    }

    private static String describe(Measurement row) {
        return row.work().workload().name() + " on " + row.work().target() + " ("
                + row.work().fusion() + ")";
    }

    private static Table table(Run run, List<Measurement> rows, Map<Place, Measurement> natives) {
        return new Table(
                "Whole networks",
                List.of(
                        "Network",
                        "Target",
                        "Fusion",
                        "Image",
                        "Batch",
                        "Workers",
                        "JVM",
                        "Time",
                        "Factor",
                        "Layers",
                        "Kernels",
                        "Kernels alone",
                        "Pass / kernels alone",
                        "Workspace",
                        "Widest cut",
                        "Top-1 in %"),
                rows.stream().map(row -> cells(run, row, natives)).toList());
    }

    private static List<Cell> cells(Run run, Measurement row, Map<Place, Measurement> natives) {
        Case.Work work = row.work();
        Workload network = work.workload();
        return List.of(
                Cell.words(network.name()),
                Cell.words(work.target().name()),
                Cell.words(work.fusion().name()),
                Cell.words(work.extents().text(Parameter.IMAGE)),
                Cell.words(work.extents().text(Parameter.BATCH)),
                Cell.words(String.valueOf(work.workers())),
                Cell.words(run.label(row.jvm())),
                Cell.number(row.seconds(), Unit.SECONDS),
                factor(row, natives)
                        .map(factor -> Cell.number(factor, Unit.FACTOR))
                        .orElse(Cell.missing("plain Java was not measured unfused at this size")),
                Cell.number(work.problem().graph().nodes().size(), Unit.COUNT),
                metric(row, "kernels", Unit.COUNT, 1),
                metric(row, "alone", Unit.SECONDS, MICRO),
                alone(row)
                        .map(seconds -> Cell.number(row.seconds() / seconds, Unit.FACTOR))
                        .orElse(ONE_CALL),
                metric(row, "workspace", Unit.BYTES, 1),
                Cell.number(work.cost().workspaceBytes(), Unit.BYTES),
                accuracy(network)
                        .map(accuracy -> Cell.number(accuracy.percent(), Unit.COUNT))
                        .orElse(Cell.missing("nobody trained this reconstruction")));
    }

    private static Cell metric(Measurement row, String name, Unit unit, double scale) {
        return row.metric(name)
                .map(metric -> Cell.number(metric.median() * scale, unit))
                .orElse(ONE_CALL);
    }

    private static Optional<Double> alone(Measurement row) {
        return row.metric("alone").map(metric -> metric.median() * MICRO);
    }

    private static Table gaps(List<Gap> gaps) {
        return new Table(
                "Efficiency gap of whole networks over their accuracy: ideal (left) against actual (right)",
                List.of("Network", "Target", "Fusion", "Top-1 in %", "Accuracy from", "Ideal", "Actual", "Efficiency"),
                gaps.stream()
                        .map(gap -> List.of(
                                Cell.words(gap.workload().name()),
                                Cell.words(gap.work().target().name()),
                                Cell.words(gap.work().fusion().name()),
                                Cell.number(
                                        accuracy(gap.workload()).orElseThrow().percent(), Unit.COUNT),
                                Cell.words(
                                        accuracy(gap.workload()).orElseThrow().source()),
                                Cell.number(gap.idealSeconds(), Unit.SECONDS),
                                Cell.number(gap.seconds(), Unit.SECONDS),
                                Cell.number(gap.efficiency(), Unit.SHARE)))
                        .toList());
    }
}

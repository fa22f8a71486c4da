package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.BATCH;
import static org.convmark.analysis.section.IdentityColumn.FUSION;
import static org.convmark.analysis.section.IdentityColumn.IMAGE;
import static org.convmark.analysis.section.IdentityColumn.JVM;
import static org.convmark.analysis.section.IdentityColumn.TARGET;
import static org.convmark.analysis.section.IdentityColumn.WORKERS;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.analysis.facts.Gaps.Gap;
import org.convmark.analysis.facts.GroupKey;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.model.Case;
import org.convmark.model.Metric;
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

/**
 * Whole networks: how much each gains from acceleration, and what its published accuracy costs in time (Lavin 2024).
 */
public final class NetworkAnalysis implements Analysis {
    /** Ideal latency on the left, actual latency on the right, over the same accuracies. */
    private static final String GAP = """
            {"facet": {"row": {"field": "Target", "type": "nominal", "title": null}},
             "spec": {"hconcat": [
               {"height": 260, "mark": {"type": "point", "tooltip": {"content": "data"}},
                "encoding": {"y": {"field": "Top-1 in %", "type": "quantitative", "scale": {"zero": false}},
                             "x": {"field": "Ideal", "type": "quantitative", "scale": {"type": "log"},
                                   "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "ideal latency"},
                             "color": {"field": "Workload", "type": "nominal", "title": null}}},
               {"height": 260, "mark": {"type": "point", "tooltip": {"content": "data"}},
                "encoding": {"y": {"field": "Top-1 in %", "type": "quantitative", "scale": {"zero": false}, "title": null},
                             "x": {"field": "Actual", "type": "quantitative", "scale": {"type": "log"},
                                   "axis": {"labelExpr": "format(datum.value, '~s') + 's'"}, "title": "actual latency"},
                             "shape": {"field": "Fusion", "type": "nominal", "title": null},
                             "color": {"field": "Workload", "type": "nominal", "title": null}}}]}}
            """;

    private static final List<IdentityColumn> PROGRAM = List.of(WORKLOAD, TARGET, FUSION);

    private static final List<IdentityColumn> IDENTITY = List.of(WORKLOAD, TARGET, FUSION, IMAGE, BATCH, WORKERS, JVM);

    private static final Cell ONE_CALL =
            Cell.missing("the engine is one call and plans by itself, or the row is of a version that did not look");

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Measurement> rows = facts.architectures().stream()
                .filter(row -> row.work().workload() instanceof Network)
                .toList();
        List<Content> contents = new ArrayList<>();
        if (rows.isEmpty()) {
            contents.add(new Content.Lead("No whole network was measured: run with --include network."));
        } else {
            Map<GroupKey, Measurement> natives = rows.stream()
                    .filter(row -> row.work().isBaseline())
                    .collect(Collectors.toMap(GroupKey::of, row -> row, (one, again) -> one, LinkedHashMap::new));
            contents.add(new Content.Lead(lead(rows, natives)));
            contents.add(new Content.Text(
                    "Factors are against plain Java, layer by layer, at the same size. Isolated kernels is the sum over all kernels of the time "
                            + "that each takes when it runs again and again by itself; what a pass takes beyond that is the price of the sequence, whose "
                            + "kernels push each other's operands out of the caches. The workspace was planned for intermediates, borders included; the widest cut is "
                            + "what those alive at one time hold; less is possible where parts of a concatenation are computed in their place in it. Accuracy is as published for trained weights at the network's own "
                            + "image size; the weights that run here are random, which costs the same time."));
            contents.add(table(run, rows, natives));
            contents.addAll(EqualAccuracy.of(facts));
            List<Gap> gaps = facts.gaps().all().stream()
                    .filter(gap -> accuracy(gap.workload()).isPresent() && isOfPublishedSize(gap.work()))
                    .toList();
            if (!gaps.isEmpty()) {
                contents.add(new Chart(gaps(run, gaps), GAP));
            }
        }
        return new Section("Whole networks", contents);
    }

    /** Whether it is a network with the images that its accuracy is for. */
    static boolean isOfPublishedSize(Case.Work work) {
        return work.workload() instanceof Network network
                && work.axis().applied(work.extents()).get(Parameter.IMAGE) == network.image();
    }

    private static Optional<Network.Accuracy> accuracy(Workload workload) {
        return workload instanceof Network network ? network.accuracy() : Optional.empty();
    }

    private static Optional<Double> factor(Measurement row, Map<GroupKey, Measurement> natives) {
        return Optional.ofNullable(natives.get(GroupKey.of(row))).map(slow -> slow.seconds() / row.seconds());
    }

    private static String lead(List<Measurement> rows, Map<GroupKey, Measurement> natives) {
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

    private static Table table(Run run, List<Measurement> rows, Map<GroupKey, Measurement> natives) {
        return new Table(
                "Whole networks",
                IdentityColumn.head(
                        IDENTITY,
                        "Time",
                        "Factor",
                        "Layers",
                        "Kernels",
                        "Isolated kernels",
                        "Pass / isolated kernels",
                        "Workspace",
                        "Widest cut",
                        "Top-1 in %"),
                rows.stream().map(row -> cells(run, row, natives)).toList());
    }

    private static List<Cell> cells(Run run, Measurement row, Map<GroupKey, Measurement> natives) {
        Case.Work work = row.work();
        return IdentityColumn.cells(
                IDENTITY,
                run,
                row,
                Cell.number(row.seconds(), Unit.SECONDS),
                factor(row, natives)
                        .map(factor -> Cell.number(factor, Unit.FACTOR))
                        .orElse(Cell.missing("plain Java was not measured unfused at this size")),
                Cell.number(work.problem().graph().nodes().size(), Unit.COUNT),
                metric(row, Metric.KERNELS, Unit.COUNT),
                metric(row, Metric.ISOLATED, Unit.SECONDS),
                row.value(Metric.ISOLATED)
                        .map(seconds -> Cell.number(row.seconds() / seconds, Unit.FACTOR))
                        .orElse(ONE_CALL),
                metric(row, Metric.WORKSPACE, Unit.BYTES),
                Cell.number(work.cost().workspaceBytes(), Unit.BYTES),
                accuracy(work.workload())
                        .map(accuracy -> Cell.number(accuracy.percent(), Unit.COUNT))
                        .orElse(Cell.missing("nobody trained this reconstruction")));
    }

    private static Cell metric(Measurement row, Metric which, Unit unit) {
        return row.value(which).map(value -> Cell.number(value, unit)).orElse(ONE_CALL);
    }

    private static Table gaps(Run run, List<Gap> gaps) {
        return new Table(
                "Efficiency gap of whole networks over their accuracy: ideal (left) against actual (right)",
                IdentityColumn.head(PROGRAM, "Top-1 in %", "Accuracy from", "Ideal", "Actual", "Efficiency"),
                gaps.stream()
                        .map(gap -> IdentityColumn.cells(
                                PROGRAM,
                                run,
                                gap.row(),
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

package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.AXIS;
import static org.convmark.analysis.section.IdentityColumn.BATCH;
import static org.convmark.analysis.section.IdentityColumn.FUSION;
import static org.convmark.analysis.section.IdentityColumn.JVM;
import static org.convmark.analysis.section.IdentityColumn.TARGET;
import static org.convmark.analysis.section.IdentityColumn.WORKERS;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.AxisPoint;
import org.convmark.model.Case;
import org.convmark.model.Network;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** ConvFirst networks against networks of their accuracy: the result of Lavin (2024). */
final class EqualAccuracy {
    private EqualAccuracy() {}

    /** How much less accurate a network may be, in percent of all images, and still be compared. */
    private static final double NEAR = 1.25;

    /** Fastest rows with this in common are compared. */
    private record Setting(JvmSetup jvm, Target target, String batch, int workers, AxisPoint axis) {
        static Setting of(Measurement row) {
            Case.Work work = row.work();
            return new Setting(
                    row.jvm(), work.target(), work.extents().text(Parameter.BATCH), work.workers(), work.axis());
        }
    }

    /** A reconstruction, and a network that is no more accurate than what it resembles. */
    private record Pair(Measurement ours, Measurement other) {
        double factor() {
            return other.seconds() / ours.seconds();
        }

        boolean isConvNeXt() {
            return other.work().workload().name().startsWith("CONVNEXT");
        }
    }

    /** A sentence and a table; nothing if the run has no such pair. */
    static List<Content> of(RunFacts facts) {
        Map<Setting, Map<Network, Measurement>> fastest = new LinkedHashMap<>();
        facts.onAxes().stream()
                .filter(row -> NetworkAnalysis.isOfPublishedSize(row.work()))
                .forEach(row -> fastest.computeIfAbsent(Setting.of(row), setting -> new EnumMap<>(Network.class))
                        .merge((Network) row.work().workload(), row, EqualAccuracy::faster));
        List<Pair> pairs =
                fastest.values().stream().flatMap(EqualAccuracy::pairs).toList();
        if (pairs.isEmpty()) {
            return List.of();
        }
        Map<String, List<Double>> factors = pairs.stream()
                .filter(Pair::isConvNeXt)
                .collect(Collectors.groupingBy(
                        pair -> where(pair.ours().work()),
                        TreeMap::new,
                        Collectors.mapping(Pair::factor, Collectors.toList())));
        List<Content> contents = new ArrayList<>();
        if (!factors.isEmpty()) {
            contents.add(
                    new Content.Lead("ConvFirst is "
                            + factors.entrySet().stream()
                                    .map(e -> Unit.FACTOR.format(Speedups.geometricMean(e.getValue())
                                                    .orElseThrow()) + " as fast on " + e.getKey())
                                    .collect(Collectors.joining(", "))
                            + " as ConvNeXt of no higher accuracy, in geometric means."));
        }
        contents.add(new Content.Text(
                "Each network against those of this run whose accuracy is at most as high as that of the network that it resembles, and at most "
                        + NEAR
                        + " points lower, both with their fastest fusion. The networks of Lavin (2024) are not public: what runs here "
                        + "is as large, and was never trained."));
        contents.add(table(facts.run(), pairs));
        return contents;
    }

    private static String where(Case.Work work) {
        return work.target() + (work.axis().isNone() ? "" : " with " + work.axis());
    }

    private static Measurement faster(Measurement one, Measurement other) {
        return one.seconds() <= other.seconds() ? one : other;
    }

    private static Stream<Pair> pairs(Map<Network, Measurement> fastest) {
        return fastest.keySet().stream()
                .filter(ours -> ours.originalAccuracy().isPresent())
                .flatMap(ours -> fastest.keySet().stream()
                        .filter(other -> isNear(ours, other))
                        .map(other -> new Pair(fastest.get(ours), fastest.get(other))));
    }

    private static boolean isNear(Network ours, Network other) {
        double percent = ours.originalAccuracy().orElseThrow().percent();
        return other.accuracy()
                .filter(known -> known.percent() <= percent && known.percent() >= percent - NEAR)
                .isPresent();
    }

    private static Table table(Run run, List<Pair> pairs) {
        List<IdentityColumn> identity = List.of(WORKLOAD, TARGET, FUSION, BATCH, AXIS, WORKERS, JVM);
        return new Table(
                "Networks of equal accuracy",
                IdentityColumn.head(
                        identity,
                        "Top-1 of its model in %",
                        "Against",
                        "Its fusion",
                        "Its top-1 in %",
                        "Time",
                        "Its time",
                        "Factor"),
                pairs.stream()
                        .map(pair -> IdentityColumn.cells(
                                identity,
                                run,
                                pair.ours(),
                                percent(((Network) pair.ours().work().workload()).originalAccuracy()),
                                Cell.words(pair.other().work().workload().name()),
                                Cell.words(pair.other().work().fusion().name()),
                                percent(((Network) pair.other().work().workload()).accuracy()),
                                Cell.number(pair.ours().seconds(), Unit.SECONDS),
                                Cell.number(pair.other().seconds(), Unit.SECONDS),
                                Cell.number(pair.factor(), Unit.FACTOR)))
                        .toList());
    }

    private static Cell percent(Optional<Network.Accuracy> accuracy) {
        return Cell.number(accuracy.orElseThrow().percent(), Unit.COUNT);
    }
}

package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.BATCH;
import static org.convmark.analysis.section.IdentityColumn.DEPTH;
import static org.convmark.analysis.section.IdentityColumn.IMAGE;
import static org.convmark.analysis.section.IdentityColumn.JVM;
import static org.convmark.analysis.section.IdentityColumn.WIDTH;
import static org.convmark.analysis.section.IdentityColumn.WORKERS;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.Peers;
import org.convmark.analysis.facts.Peers.Match;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.analysis.facts.StabilityCheck;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * Peers and our own targets on the same graphs: how much faster than a native framework an accelerated engine is, by
 * pattern (the factor of Abbasi et al. 2021), how much faster ours are, and how ours compare with the best peer.
 */
public final class PeerAnalysis implements Analysis {
    private static final String TITLE = "Peers";

    private static final List<IdentityColumn> IDENTITY = List.of(WORKLOAD, DEPTH, WIDTH, IMAGE, BATCH, WORKERS, JVM);

    private static final Cell NOT_MEASURED = Cell.missing("one of the two was not measured there");

    /** A factor of interest: the time of the fastest {@code slow} target over that of the fastest {@code fast} one. */
    private record Ratio(String name, Set<Target> slow, Set<Target> fast, ToDoubleFunction<Measurement> time) {
        Optional<Double> of(Match match) {
            return match.fastest(slow, time)
                    .flatMap(s -> match.fastest(fast, time).map(f -> time.applyAsDouble(s) / time.applyAsDouble(f)));
        }

        List<Double> of(List<Match> matches) {
            return matches.stream().flatMap(match -> of(match).stream()).toList();
        }

        Cell mean(List<Match> matches) {
            return Speedups.geometricMean(of(matches))
                    .map(mean -> Cell.number(mean, Unit.FACTOR))
                    .orElse(NOT_MEASURED);
        }
    }

    private static Ratio overNative(Target target) {
        return new Ratio(Peers.NATIVE + " / " + target, Set.of(Peers.NATIVE), Set.of(target), Measurement::seconds);
    }

    private static Ratio overBest(Target target) {
        return new Ratio("best peer / " + target, Target.peers(), Set.of(target), Measurement::seconds);
    }

    private static Ratio overBestByFastestPass(Target target) {
        return new Ratio(
                "best peer / " + target + ", fastest passes", Target.peers(), Set.of(target), Measurement::fastestPass);
    }

    /** The paper's factor, then ours. */
    private static List<Ratio> ratios() {
        Ratio paper = new Ratio(
                Peers.NATIVE + " / accelerated", Set.of(Peers.NATIVE), Peers.ACCELERATED, Measurement::seconds);
        return Stream.of(
                        Stream.of(paper),
                        Target.accelerated().stream().map(PeerAnalysis::overNative),
                        Target.accelerated().stream()
                                .flatMap(ours -> Stream.of(overBest(ours), overBestByFastestPass(ours))))
                .flatMap(ratios -> ratios)
                .toList();
    }

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Match> all = Peers.of(facts.architectures());
        if (all.isEmpty()) {
            return new Section(
                    TITLE,
                    List.of(new Content.Lead("No other engine was measured in this run: ./run.sh run --peers measures "
                            + "ONNX Runtime, oneDNN and PyTorch on the same graphs.")));
        }
        StabilityCheck stability = facts.stability();
        List<Content> contents = new ArrayList<>();
        Map<JvmSetup, List<Match>> byJvm =
                all.stream().collect(Collectors.groupingBy(Match::jvm, LinkedHashMap::new, Collectors.toList()));
        byJvm.forEach((jvm, matches) ->
                contents.add(new Content.Lead("On JVM " + run.label(jvm) + " " + sentence(stability, matches))));
        contents.add(new Content.Text("The native framework is PYTORCH, layer by layer (fusion NONE); the accelerated "
                + "engine is the faster of ONNXRUNTIME and ONEDNN, ours are VECTOR and OPENCL, all with fused epilogues, "
                + "ours of networks also with fused blocks where that is faster; the best peer is the fastest of the three. A / B is the time of A over the time of B: above 1x B is "
                + "faster. Means are geometric. Times are medians over forks; the fastest pass is the fastest single one that any fork saw, which "
                + "neighbours on a shared machine disturb least."));
        facts.unavailable(true).ifPresent(text -> contents.add(new Content.Text(text)));
        byJvm.forEach((jvm, matches) -> {
            String label = run.label(jvm);
            byWorkers(matches)
                    .forEach((workers, some) -> Stream.of(Family.values()).forEach(family -> {
                        List<Match> here = some.stream()
                                .filter(match -> Family.of(match.workload()) == family)
                                .toList();
                        if (!here.isEmpty()) {
                            String where = " on JVM " + label + ", " + Roofs.workers(workers);
                            contents.add(summary(stability, family, where, here));
                        }
                    }));
        });
        contents.add(new Content.Fold("Every point", everyPoint(facts, all)));
        return new Section(TITLE, contents);
    }

    private static Map<Integer, List<Match>> byWorkers(List<Match> matches) {
        return matches.stream()
                .collect(Collectors.groupingBy(
                        match -> match.point().workers(), LinkedHashMap::new, Collectors.toList()));
    }

    /** The main result in one sentence. */
    private static String sentence(StabilityCheck stability, List<Match> matches) {
        List<String> parts = new ArrayList<>();
        for (Target target : Target.accelerated()) {
            List<Double> factors = overBest(target).of(matches);
            Speedups.geometricMean(factors)
                    .ifPresent(mean -> parts.add(target + " is " + Unit.FACTOR.format(mean)
                            + " as fast as the best peer ("
                            + Speedups.geometricMean(
                                            overBestByFastestPass(target).of(matches))
                                    .map(Unit.FACTOR::format)
                                    .orElseThrow()
                            + " by fastest passes), at least as fast at " + atLeastAsFast(factors)));
        }
        List<Double> paper = ratios().get(0).of(matches);
        Speedups.geometricMean(paper)
                .ifPresent(mean -> parts.add(
                        "the accelerated engine is " + Unit.FACTOR.format(mean) + " as fast as " + Peers.NATIVE));
        long unsteady =
                matches.stream().filter(match -> !holds(stability, match)).count();
        String caution = unsteady == 0
                ? ""
                : " Caution: " + unsteady + " of " + matches.size() + " points rest on unsteady rows.";
        return (parts.isEmpty() ? "peers were measured, but nothing to compare with them" : String.join("; ", parts))
                + "." + caution;
    }

    private static String atLeastAsFast(List<Double> factors) {
        return factors.stream().filter(factor -> factor >= 1).count() + " of " + factors.size()
                + (factors.size() == 1 ? " point" : " points");
    }

    /** A row per workload, and their mean. */
    private static Table summary(StabilityCheck stability, Family family, String where, List<Match> matches) {
        List<String> columns = new ArrayList<>(List.of(family.title(), "Accelerated engine"));
        ratios().forEach(ratio -> columns.add(ratio.name()));
        Target.accelerated().forEach(target -> columns.add(target + " >= best peer"));
        columns.add("Steady?");
        Map<Workload, List<Match>> byWorkload = matches.stream()
                .collect(Collectors.groupingBy(Match::workload, LinkedHashMap::new, Collectors.toList()));
        List<List<Cell>> rows = new ArrayList<>();
        byWorkload.forEach((workload, some) -> rows.add(summary(stability, workload.name(), some)));
        if (rows.size() > 1) {
            rows.add(summary(stability, "geometric mean", matches));
        }
        return new Table("By " + family.word() + where, columns, rows);
    }

    private static List<Cell> summary(StabilityCheck stability, String name, List<Match> matches) {
        List<Cell> cells = new ArrayList<>(List.of(Cell.words(name), engines(matches)));
        ratios().forEach(ratio -> cells.add(ratio.mean(matches)));
        Target.accelerated().forEach(target -> {
            List<Double> factors = overBest(target).of(matches);
            cells.add(factors.isEmpty() ? NOT_MEASURED : Cell.words(atLeastAsFast(factors)));
        });
        long unsteady =
                matches.stream().filter(match -> !holds(stability, match)).count();
        cells.add(
                unsteady == 0
                        ? Cell.words("steady")
                        : new Cell.Warning(unsteady + " of " + matches.size() + " unsteady"));
        return cells;
    }

    private static boolean holds(StabilityCheck stability, Match match) {
        return match.rows().stream()
                .filter(row -> row.work().target() != Target.SCALAR)
                .allMatch(stability::isSteady);
    }

    /** The faster engine; if it changes from point to point, each with how often it was faster. */
    private static Cell engines(List<Match> matches) {
        Map<Target, Long> counts = matches.stream()
                .flatMap(match -> match.fastest(Peers.ACCELERATED, Measurement::seconds).stream())
                .collect(Collectors.groupingBy(row -> row.work().target(), LinkedHashMap::new, Collectors.counting()));
        return counts.isEmpty()
                ? Cell.missing("no peer that fuses was measured there")
                : Cell.words(counts.entrySet().stream()
                        .map(e -> counts.size() == 1 ? e.getKey().name() : e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", ")));
    }

    /** Times and factors at every point, for readers and for programs. */
    public static Table everyPoint(RunFacts facts) {
        return everyPoint(facts, Peers.of(facts.workloads()));
    }

    private static Table everyPoint(RunFacts facts, List<Match> matches) {
        StabilityCheck stability = facts.stability();
        List<Target> engines = Stream.of(
                        Stream.of(Peers.NATIVE), Peers.ACCELERATED.stream(), Target.accelerated().stream())
                .flatMap(targets -> targets)
                .toList();
        List<String> columns = new ArrayList<>(IdentityColumn.head(IDENTITY));
        engines.forEach(engine -> columns.add(engine.name()));
        ratios().forEach(ratio -> columns.add(ratio.name()));
        columns.add("Steady?");
        List<List<Cell>> rows = matches.stream()
                .map(match -> cells(facts.run(), stability, match, engines))
                .toList();
        return new Table("Times and factors at every point", columns, rows);
    }

    private static List<Cell> cells(Run run, StabilityCheck stability, Match match, List<Target> engines) {
        List<Cell> cells =
                new ArrayList<>(IdentityColumn.cells(IDENTITY, run, match.rows().get(0)));
        engines.forEach(engine -> cells.add(match.fastest(Set.of(engine), Measurement::seconds)
                .map(row -> Cell.number(row.seconds(), Unit.SECONDS))
                .orElseGet(() -> Cell.missing("not measured"))));
        ratios().forEach(ratio -> cells.add(
                ratio.of(match).map(factor -> Cell.number(factor, Unit.FACTOR)).orElse(NOT_MEASURED)));
        cells.add(holds(stability, match) ? Cell.words("steady") : new Cell.Warning("unsteady"));
        return cells;
    }
}

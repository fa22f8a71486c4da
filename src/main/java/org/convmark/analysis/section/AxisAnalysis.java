package org.convmark.analysis.section;

import static org.convmark.analysis.section.IdentityColumn.FUSION;
import static org.convmark.analysis.section.IdentityColumn.JVM;
import static org.convmark.analysis.section.IdentityColumn.TARGET;
import static org.convmark.analysis.section.IdentityColumn.WORKERS;
import static org.convmark.analysis.section.IdentityColumn.WORKLOAD;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Hardware;
import org.convmark.analysis.facts.Resampling;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.analysis.statistics.Interval;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Axis;
import org.convmark.model.AxisPoint;
import org.convmark.model.Case;
import org.convmark.model.Fusion;
import org.convmark.model.Metric;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Chart;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;

/** Theory against time: how much of what a point of an axis saves becomes time. */
public final class AxisAnalysis implements Analysis {
    private static final String TITLE = "Theory against time";

    private static final List<IdentityColumn> IDENTITY = List.of(WORKLOAD, TARGET, FUSION, WORKERS, JVM);

    private static final String CURVES = """
            {"facet": {"field": "Panel", "type": "nominal", "title": null, "sort": null}, "columns": 2,
             "resolve": {"scale": {"x": "independent", "y": "independent"}},
             "spec": {"height": 240, "layer": [
               {"mark": {"type": "line", "strokeDash": [4, 4], "color": "gray"},
                "encoding": {
                  "x": {"field": "Theory", "type": "quantitative", "scale": {"type": "log", "nice": false}, "title": "what is saved in theory falls by"},
                  "y": {"field": "Theory", "type": "quantitative", "scale": {"type": "log", "nice": false}, "title": "time falls by"}}},
               {"mark": {"type": "line", "point": true, "tooltip": {"content": "data"}},
                "encoding": {
                  "x": {"field": "Theory", "type": "quantitative", "scale": {"type": "log", "nice": false}},
                  "y": {"field": "Realised", "type": "quantitative", "scale": {"type": "log", "nice": false}},
                  "detail": {"field": "Rest"},
                  "color": {"field": "Workload", "type": "nominal", "title": null}}}]}}
            """;

    private static final String BENDS =
            "For axes on which more is computed. Time per operation is seconds over flops, against the point that needs least. It rises from the first point from which on every larger one takes longer, by intervals that leave 1 out. "
                    + "The working set is what a pass touches: inputs, result, weights, and what it keeps between kernels. The caches named are those that hold the working set of the point before, and not this one; none is named where both lie between the same levels.";

    /** A row on an axis, and the row of the graph that it is compared with. */
    private record Pair(Measurement base, Measurement other) {
        AxisPoint point() {
            return other.work().axis();
        }

        /** The factor by which arithmetic, or bytes, fall. */
        double theory() {
            return point().axis().theory(base.work().cost(), other.work().cost());
        }

        /** The factor by which time falls. */
        double realised() {
            return base.seconds() / other.seconds();
        }
    }

    /** What is averaged over workloads. */
    private record Group(AxisPoint point, Fusion fusion, Hardware hardware) {
        static Group of(Pair pair) {
            return new Group(pair.point(), pair.other().work().fusion(), Hardware.of(pair.other()));
        }
    }

    /** The points of one axis whose channels stay or go in the same way, for one row of the graph that they are compared with. */
    private record Curve(Axis axis, int multiple, Measurement base, List<Pair> pairs) {
        private record Key(Axis axis, int multiple, Measurement base) {}

        static List<Curve> of(List<Pair> pairs) {
            Map<Key, List<Pair>> curves = pairs.stream()
                    .collect(Collectors.groupingBy(
                            pair -> new Key(pair.point().axis(), pair.point().multiple(), pair.base()),
                            LinkedHashMap::new,
                            Collectors.toList()));
            return curves.entrySet().stream()
                    .map(e -> new Curve(
                            e.getKey().axis(),
                            e.getKey().multiple(),
                            e.getKey().base(),
                            e.getValue().stream()
                                    .sorted(Comparator.comparingDouble(Pair::theory))
                                    .toList()))
                    .toList();
        }

        /** All rows if some of them compute more than the one that they are compared with, least arithmetic first; empty otherwise. */
        List<Measurement> growth() {
            return !axis.grows() || pairs.stream().noneMatch(pair -> pair.theory() < 1)
                    ? List.of()
                    : Stream.concat(Stream.of(base), pairs.stream().map(Pair::other))
                            .sorted(Comparator.comparingLong(
                                    row -> row.work().cost().flops()))
                            .toList();
        }

        /** The points that save arithmetic, least first, after those that save none but change the kernels; empty if none saves any. */
        List<Pair> savings() {
            List<Pair> some = pairs.stream().filter(pair -> pair.theory() >= 1).toList();
            return some.stream().anyMatch(pair -> pair.theory() > 1) ? some : List.of();
        }
    }

    @Override
    public Section of(RunFacts facts) {
        List<Pair> pairs = pairs(facts.onAxes());
        if (pairs.isEmpty()) {
            return new Section(
                    TITLE,
                    List.of(
                            new Content.Lead(
                                    "No row of this run is on an axis. -p axis=KEPT@0.5 measures one, and the profile axes some of each.")));
        }
        List<Curve> curves = Curve.of(pairs);
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(pairs)));
        contents.add(
                new Content.Text(
                        "Theory is the factor by which arithmetic falls, unless said, realised the factor by which time falls, both against the same row without an axis. KEPT keeps "
                                + "a share of every layer's channels, rounded to a multiple if one is given; DENSITY keeps a share of the weights, anywhere or in blocks of output channels, and its theory counts their multiplications only; PRECISION stores weights in fewer bits, and activations in INT8, and its theory is the factor by which bytes of weights and activations fall; its error is the largest difference from the same graph before anything is rounded to fewer bits, in double precision, over the largest magnitude there; SKIPPED computes the residual branches of some tiles only; IMAGE and BATCH change how much passes through the same layers, so that realised over theory is "
                                + "the gain per pixel or per image. What a smaller network does to accuracy is not measured here."));
        contents.add(means(facts, pairs));
        contents.add(new Chart(points(facts.run(), curves), CURVES));
        contents.add(new Content.Fold("Break-even, form by form", breakEvens(facts, curves)));
        if (curves.stream().anyMatch(curve -> !curve.growth().isEmpty())) {
            contents.add(new Content.Fold(
                    "Where time per operation rises", List.of(new Content.Text(BENDS), bends(facts, curves))));
        }
        return new Section(TITLE, contents);
    }

    private static List<Pair> pairs(List<Measurement> rows) {
        record Key(JvmSetup jvm, Case.Work work) {}
        Map<Key, Measurement> bases = rows.stream()
                .filter(row -> row.work().axis().isNone())
                .collect(Collectors.toMap(row -> new Key(row.jvm(), row.work()), row -> row, (first, second) -> first));
        return rows.stream()
                .filter(row -> !row.work().axis().isNone())
                .map(row -> new Pair(bases.get(new Key(row.jvm(), row.work().with(AxisPoint.NONE))), row))
                .filter(pair -> Objects.nonNull(pair.base()))
                .toList();
    }

    private static double mean(Stream<Double> factors) {
        return Speedups.geometricMean(factors.toList()).orElseThrow();
    }

    private static String lead(List<Pair> pairs) {
        record Place(Axis axis, Target target) {}
        Map<Place, List<Pair>> places = pairs.stream()
                .collect(Collectors.groupingBy(
                        pair -> new Place(
                                pair.point().axis(), pair.other().work().target()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return places.entrySet().stream()
                .map(e -> {
                    Pair worst = worst(e.getValue());
                    return e.getKey().axis() + " on " + e.getKey().target() + " realises "
                            + Unit.SHARE.format(mean(e.getValue().stream().map(AxisAnalysis::share)))
                            + " of the theory (least: "
                            + worst.base().work().workload().name() + " at "
                            + worst.point() + ", " + Unit.SHARE.format(share(worst)) + ")";
                })
                .collect(Collectors.joining("; ", "", ", in geometric means."));
    }

    private static double share(Pair pair) {
        return pair.realised() / pair.theory();
    }

    private static Pair worst(List<Pair> pairs) {
        return pairs.stream()
                .min(Comparator.comparingDouble(AxisAnalysis::share))
                .orElseThrow();
    }

    private static Table means(RunFacts facts, List<Pair> pairs) {
        Map<Group, List<Pair>> groups =
                pairs.stream().collect(Collectors.groupingBy(Group::of, LinkedHashMap::new, Collectors.toList()));
        List<List<Cell>> lines = new ArrayList<>();
        groups.forEach((group, some) -> lines.add(mean(facts, group, some)));
        return new Table(
                "Theory and time at each point, geometric means over forms",
                List.of(
                        "Axis",
                        "Target",
                        "Fusion",
                        "Workers",
                        "JVM",
                        "Rows",
                        "Theory",
                        "Realised",
                        "Of theory",
                        "Low",
                        "High",
                        "Least of theory",
                        "Largest error"),
                lines);
    }

    private static List<Cell> mean(RunFacts facts, Group group, List<Pair> pairs) {
        double theory = mean(pairs.stream().map(Pair::theory));
        double realised = mean(pairs.stream().map(Pair::realised));
        Optional<Interval> interval = facts.resampling()
                .ofRatios(
                        pairs.stream().map(Pair::base).toList(),
                        pairs.stream().map(Pair::other).toList());
        return List.of(
                Cell.words(group.point().toString()),
                Cell.words(group.hardware().target().name()),
                Cell.words(group.fusion().name()),
                Cell.words(String.valueOf(group.hardware().workers())),
                Cell.words(facts.run().label(group.hardware().jvm())),
                Cell.number(pairs.size(), Unit.COUNT),
                Cell.number(theory, Unit.FACTOR),
                Cell.number(realised, Unit.FACTOR),
                Cell.number(realised / theory, Unit.SHARE),
                Resampling.cell(interval.map(of -> of.low() / theory), Unit.SHARE),
                Resampling.cell(interval.map(of -> of.high() / theory), Unit.SHARE),
                Cell.words(worst(pairs).base().work().workload().name() + " " + Unit.SHARE.format(share(worst(pairs)))),
                error(pairs.stream().map(Pair::other)));
    }

    /** The largest error of rows with fewer bits than floats against the graph of floats. */
    private static Cell error(Stream<Measurement> rows) {
        return rows.map(row -> row.metric(Metric.PRECISION_ERROR))
                .flatMap(Optional::stream)
                .map(MetricSamples::highest)
                .max(Comparator.naturalOrder())
                .map(error -> Cell.number(error, Unit.ERROR))
                .orElse(
                        Cell.missing(
                                "nothing is rounded but by floats, the graph has more than 40 GFLOP, or an older version measured it"));
    }

    /** The points of every curve, each of which begins where nothing is saved. */
    private static Table points(Run run, List<Curve> curves) {
        List<List<Cell>> lines = new ArrayList<>();
        for (Curve curve : curves) {
            Case.Work base = curve.base().work();
            String panel = curve.axis() + curve.axis().together(curve.multiple()) + " on " + base.target() + " "
                    + base.fusion();
            String rest = base.title() + ", JVM " + run.label(curve.base().jvm());
            Stream.concat(Stream.of(new Pair(curve.base(), curve.base())), curve.pairs().stream())
                    .sorted(Comparator.comparingDouble(Pair::theory))
                    .forEach(pair -> lines.add(List.of(
                            Cell.words(panel),
                            Cell.words(base.workload().name()),
                            Cell.words(rest),
                            Cell.words(pair.point().toString()),
                            Cell.number(pair.theory(), Unit.FACTOR),
                            Cell.number(pair.realised(), Unit.FACTOR),
                            Cell.number(pair.other().seconds(), Unit.SECONDS),
                            error(Stream.of(pair.other())))));
        }
        return new Table(
                "Factors by which theory and time fall",
                List.of("Panel", "Workload", "Rest", "Axis", "Theory", "Realised", "Time", "Error"),
                lines);
    }

    private static Table breakEvens(RunFacts facts, List<Curve> curves) {
        return new Table(
                "The theory from which time falls, and the share of it that is lost",
                IdentityColumn.head(IDENTITY, "Axis", "Break-even", "Low", "High", "Lost", "Low lost", "High lost"),
                curves.stream()
                        .filter(curve -> !curve.savings().isEmpty())
                        .map(curve -> breakEven(facts, curve))
                        .toList());
    }

    private static List<Cell> breakEven(RunFacts facts, Curve curve) {
        List<Measurement> rows = new ArrayList<>(List.of(curve.base()));
        curve.savings().forEach(pair -> rows.add(pair.other()));
        double[] theory = curve.savings().stream()
                .mapToDouble(pair -> Math.log(pair.theory()))
                .toArray();
        double[] logs =
                rows.stream().mapToDouble(row -> Math.log(row.seconds())).toArray();
        Optional<Interval> even = facts.resampling().of(rows, draw -> breakEven(theory, draw));
        Optional<Interval> lost = facts.resampling().of(rows, draw -> lost(theory, draw));
        return IdentityColumn.cells(
                IDENTITY,
                facts.run(),
                curve.base(),
                Cell.words(curve.axis() + curve.axis().together(curve.multiple())),
                factor(Optional.of(breakEven(theory, logs))),
                factor(even.map(Interval::low)),
                factor(even.map(Interval::high)),
                Cell.number(lost(theory, logs), Unit.SHARE),
                Resampling.cell(lost.map(Interval::low), Unit.SHARE),
                Resampling.cell(lost.map(Interval::high), Unit.SHARE));
    }

    private static Cell factor(Optional<Double> factor) {
        return factor.filter(value -> value.isInfinite())
                .map(value -> Cell.missing("no measured point is faster"))
                .orElseGet(() -> Resampling.cell(factor, Unit.FACTOR));
    }

    /**
     * The factor of arithmetic from which time falls, between points by a straight line of logarithms; infinite if no point is faster.
     *
     * @param theory logarithms of the factors by which arithmetic falls, least first
     * @param seconds logarithms of times, of the row without an axis and of each point
     */
    static double breakEven(double[] theory, double[] seconds) {
        double at = 0;
        double gain = 0;
        for (int i = 0; i < theory.length; i++) {
            double next = seconds[0] - seconds[i + 1];
            if (next > 0) {
                return Math.exp(gain >= 0 ? at : at + (theory[i] - at) * -gain / (next - gain));
            }
            at = theory[i];
            gain = next;
        }
        return Double.POSITIVE_INFINITY;
    }

    /** The part of the area under the theory, over its own logarithm, that is not under the realised factors; see {@link #breakEven}. */
    static double lost(double[] theory, double[] seconds) {
        double promised = 0;
        double kept = 0;
        double at = 0;
        double gain = 0;
        for (int i = 0; i < theory.length; i++) {
            double next = seconds[0] - seconds[i + 1];
            promised += (theory[i] - at) * (theory[i] + at) / 2;
            kept += (theory[i] - at) * (next + gain) / 2;
            at = theory[i];
            gain = next;
        }
        return 1 - kept / promised;
    }

    private static Table bends(RunFacts facts, List<Curve> curves) {
        return new Table(
                "Where time per operation rises, and the caches that are left there",
                IdentityColumn.head(
                        IDENTITY,
                        "Axis",
                        "Least at",
                        "Rises from",
                        "By",
                        "Low",
                        "High",
                        "Set before",
                        "Set",
                        "Leaves",
                        "Largest",
                        "There by"),
                curves.stream()
                        .filter(curve -> !curve.growth().isEmpty())
                        .map(curve -> bend(facts, curve))
                        .toList());
    }

    private static List<Cell> bend(RunFacts facts, Curve curve) {
        List<Measurement> rows = curve.growth();
        double[] perFlop = rows.stream().mapToDouble(AxisAnalysis::perFlop).toArray();
        int best = IntStream.range(0, perFlop.length)
                .boxed()
                .min(Comparator.comparingDouble(i -> perFlop[i]))
                .orElseThrow();
        List<Optional<Interval>> rises =
                rows.stream().map(row -> rise(facts, rows.get(best), row)).toList();
        int from = bend(
                best,
                rises.stream()
                        .mapToDouble(rise -> rise.map(Interval::low).orElse(0.0))
                        .toArray());
        int last = rows.size() - 1;
        List<Cell> cells = new ArrayList<>(List.of(Cell.words(curve.axis().name()), at(rows.get(best))));
        if (from > last) {
            cells.addAll(Collections.nCopies(7, Cell.missing("no point takes longer per operation, beyond noise")));
        } else {
            Optional<Long> held = facts.footprint().touched(rows.get(from - 1));
            Optional<Long> set = facts.footprint().touched(rows.get(from));
            cells.add(at(rows.get(from)));
            cells.add(Cell.number(perFlop[from] / perFlop[best], Unit.FACTOR));
            cells.add(Resampling.cell(rises.get(from).map(Interval::low), Unit.FACTOR));
            cells.add(Resampling.cell(rises.get(from).map(Interval::high), Unit.FACTOR));
            cells.add(bytes(held));
            cells.add(bytes(set));
            cells.add(Cell.words(held.flatMap(before ->
                            set.map(now -> String.join(", ", facts.footprint().left(before, now))))
                    .orElse("")));
        }
        cells.add(at(rows.get(last)));
        cells.add(Cell.number(perFlop[last] / perFlop[best], Unit.FACTOR));
        return IdentityColumn.cells(IDENTITY, facts.run(), curve.base(), cells.toArray(Cell[]::new));
    }

    /** The factor by which a row takes longer per operation than the best. */
    private static Optional<Interval> rise(RunFacts facts, Measurement best, Measurement row) {
        double work = (double) row.work().cost().flops() / best.work().cost().flops();
        return facts.resampling().of(List.of(best, row), logs -> Math.exp(logs[1] - logs[0]) / work);
    }

    private static double perFlop(Measurement row) {
        return row.seconds() / row.work().cost().flops();
    }

    private static Cell at(Measurement row) {
        return Cell.words(row.work().axis().toString());
    }

    private static Cell bytes(Optional<Long> bytes) {
        return bytes.map(value -> Cell.number(value, Unit.BYTES))
                .orElse(Cell.missing("what this target keeps between kernels is not known"));
    }

    /**
     * The first point after the best from which on all take longer than it; the number of points if there is none.
     *
     * @param lows of each point, the least factor by which it takes longer than the best
     */
    static int bend(int best, double[] lows) {
        int from = lows.length;
        while (from > best + 1 && lows[from - 1] > 1) {
            from--;
        }
        return from;
    }
}

package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Median;
import org.convmark.analysis.facts.Hardware;
import org.convmark.analysis.facts.Point;
import org.convmark.analysis.facts.Resampling;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.statistics.Interval;
import org.convmark.model.Activation;
import org.convmark.model.ActivationChain;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Metric;
import org.convmark.model.Parameter;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;

/**
 * What each activation costs per element, as a kernel of its own and fused with a convolution, and how large its error
 * is. A cost is the difference between a chain of convolutions with the activation and the same chain without it, so
 * noise can make it negative.
 */
public final class ActivationAnalysis implements Analysis {
    private static final String TITLE = "Activations";
    private static final List<Fusion> FUSIONS = List.of(Fusion.NONE, Fusion.EPILOGUE);

    /** A chain with an activation and the same chain without it. */
    private record Pair(Measurement with, Measurement without) {
        /** Applications of the activation in a pass. */
        double elements() {
            return (double) with.work().extents().get(Parameter.DEPTH)
                    * with.work().graph().output().elements();
        }

        /**
         * How much slower the machine was beside the row with the activation than beside the row without; 1 if no roof
         * was read.
         */
        double slowness() {
            return Roofs.beside(without)
                    .flatMap(good -> Roofs.beside(with).map(bad -> good / bad))
                    .orElse(1.0);
        }

        double cost(double secondsWith, double secondsWithout) {
            return (secondsWith - secondsWithout * slowness()) / elements();
        }
    }

    /** Seconds per element, over all points; with an interval if the rows have several samples. */
    private record Cost(double seconds, Optional<Interval> interval, int points) {}

    /** One activation on one piece of hardware, and its costs by fusion. */
    private record Entry(
            Hardware hardware, Activation function, Map<Fusion, Cost> costs, Optional<MetricSamples> error) {
        Optional<Double> seconds(Fusion fusion) {
            return Optional.ofNullable(costs.get(fusion)).map(Cost::seconds);
        }
    }

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Entry> entries = entries(facts);
        if (entries.isEmpty()) {
            return new Section(
                    TITLE,
                    List.of(new Content.Lead(
                            "There is no cost of an activation: this run has no two rows that differ only in having "
                                    + "one. --include activation measures them.")));
        }
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(run, entries)));
        contents.add(new Content.Text(
                "The cost of an element is the time of a chain of pointwise convolutions with the activation less that without (IDENTITY), "
                        + "over the elements that pass an activation; the time without is weighed by the roofs read beside both. Alone, each activation is a kernel of its own "
                        + "and pays for its launch and for memory; fused, it happens before a convolution's result leaves the kernel. "
                        + "A number is the median over points, with its interval of 95 %; an interval that contains zero means that the activation costs less than "
                        + "these rows can tell. The error is the largest absolute one against double precision over some 56,000 points from -12 to 12, measured "
                        + "in the fork that was timed."));
        contents.add(table(run, entries));
        return new Section(TITLE, contents);
    }

    private static List<Entry> entries(RunFacts facts) {
        Map<Hardware, List<Measurement>> places = facts.workloads().stream()
                .filter(row -> row.work().workload() instanceof ActivationChain)
                .collect(Collectors.groupingBy(Hardware::of, LinkedHashMap::new, Collectors.toList()));
        List<Entry> entries = new ArrayList<>();
        places.forEach((place, rows) -> {
            for (Activation function : Activation.values()) {
                Map<Fusion, Cost> costs = new LinkedHashMap<>();
                FUSIONS.forEach(fusion ->
                        cost(facts.resampling(), pairs(rows, function, fusion)).ifPresent(c -> costs.put(fusion, c)));
                if (!costs.isEmpty()) {
                    entries.add(new Entry(place, function, costs, error(rows, function)));
                }
            }
        });
        return entries;
    }

    private static boolean isOf(Measurement row, Optional<Activation> function) {
        return ((ActivationChain) row.work().workload()).function().equals(function);
    }

    /** The pairs of a fusion, one per point at which both were measured. */
    private static List<Pair> pairs(List<Measurement> rows, Activation function, Fusion fusion) {
        record Same(Point point, Algorithm algorithm) {
            static Same of(Measurement row) {
                return new Same(Point.of(row), row.work().algorithm());
            }
        }
        Map<Same, Measurement> without = rows.stream()
                .filter(row -> row.work().fusion() == fusion && isOf(row, Optional.empty()))
                .collect(Collectors.toMap(Same::of, row -> row, (first, second) -> first));
        return rows.stream()
                .filter(row -> row.work().fusion() == fusion && isOf(row, Optional.of(function)))
                .filter(row -> without.containsKey(Same.of(row)))
                .map(row -> new Pair(row, without.get(Same.of(row))))
                .toList();
    }

    /** Empty if there are no pairs. */
    private static Optional<Cost> cost(Resampling resampling, List<Pair> pairs) {
        if (pairs.isEmpty()) {
            return Optional.empty();
        }
        List<Measurement> rows = pairs.stream()
                .flatMap(pair -> Stream.of(pair.with(), pair.without()))
                .toList();
        ToDoubleFunction<double[]> median = logs -> Median.withDefaults()
                .evaluate(IntStream.range(0, pairs.size())
                        .mapToDouble(i -> pairs.get(i).cost(Math.exp(logs[2 * i]), Math.exp(logs[2 * i + 1])))
                        .toArray());
        double seconds = median.applyAsDouble(
                rows.stream().mapToDouble(row -> Math.log(row.seconds())).toArray());
        return Optional.of(new Cost(seconds, resampling.of(rows, median), pairs.size()));
    }

    private static Optional<MetricSamples> error(List<Measurement> rows, Activation function) {
        return rows.stream()
                .filter(row -> isOf(row, Optional.of(function)))
                .flatMap(row -> row.metric(Metric.ACTIVATION_ERROR).stream())
                .findFirst();
    }

    /**
     * The most expensive fused activation on each piece of hardware, or the most expensive unfused one if none is
     * fused.
     */
    private static String lead(Run run, List<Entry> entries) {
        Map<Hardware, List<Entry>> places = entries.stream()
                .collect(Collectors.groupingBy(Entry::hardware, LinkedHashMap::new, Collectors.toList()));
        return places.entrySet().stream()
                .map(e -> {
                    boolean fused = e.getValue().stream()
                            .anyMatch(entry -> entry.seconds(Fusion.EPILOGUE).isPresent());
                    Fusion fusion = fused ? Fusion.EPILOGUE : Fusion.NONE;
                    Entry dearest = e.getValue().stream()
                            .filter(entry -> entry.seconds(fusion).isPresent())
                            .max((a, b) -> Double.compare(
                                    a.seconds(fusion).orElseThrow(),
                                    b.seconds(fusion).orElseThrow()))
                            .orElseThrow();
                    return e.getKey().target() + " (" + Roofs.workers(e.getKey().workers()) + ", JVM "
                            + run.label(e.getKey().jvm()) + ") pays most for " + dearest.function() + ", "
                            + Unit.SECONDS.format(dearest.seconds(fusion).orElseThrow())
                            + (fused ? " an element fused" : " an element as a kernel of its own");
                })
                .collect(Collectors.joining("; ", "", "."));
    }

    private static Table table(Run run, List<Entry> entries) {
        return new Table(
                "Cost per element and largest error",
                List.of(
                        "Activation",
                        "Target",
                        "Workers",
                        "JVM",
                        "Alone",
                        "Interval alone",
                        "Fused",
                        "Interval fused",
                        "Points",
                        "Largest error"),
                entries.stream().map(entry -> cells(run, entry)).toList());
    }

    private static List<Cell> cells(Run run, Entry entry) {
        List<Cell> cells = new ArrayList<>(List.of(
                Cell.words(entry.function().name()),
                Cell.words(entry.hardware().target().name()),
                Cell.words(String.valueOf(entry.hardware().workers())),
                Cell.words(run.label(entry.hardware().jvm()))));
        for (Fusion fusion : FUSIONS) {
            Optional<Cost> cost = Optional.ofNullable(entry.costs().get(fusion));
            cells.add(cost.map(c -> Cell.number(c.seconds(), Unit.SECONDS))
                    .orElse(Cell.missing("fusion " + fusion + " was not measured with and without it")));
            cells.add(cost.flatMap(Cost::interval)
                    .map(i -> Cell.words(Unit.SECONDS.format(i.low()) + " to " + Unit.SECONDS.format(i.high())))
                    .orElse(Cell.missing("single samples have no interval")));
        }
        int[] points = entry.costs().values().stream().mapToInt(Cost::points).toArray();
        cells.add(Cell.number(Arrays.stream(points).max().orElse(0), Unit.COUNT));
        cells.add(entry.error()
                .map(e -> Cell.words(String.format(Locale.ROOT, "%.1e", e.highest())))
                .orElse(Cell.missing("it was not measured beside these rows")));
        return cells;
    }
}

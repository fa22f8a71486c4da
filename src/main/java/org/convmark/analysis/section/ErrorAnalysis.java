package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.GroupKey;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Metric;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;

/** How far results are from those in double precision: each engine and algorithm, beside the time that an algorithm gains. */
public final class ErrorAnalysis implements Analysis {
    private static final String TITLE = "Error against double precision";

    /** The largest relative error of a rounding to the nearest float. */
    private static final double UNIT_ROUNDOFF = Math.ulp(1f) / 2;

    /**
     * More than twice the largest amplification of roundings that was seen in a correct kernel: F(4x4, 3x3) on one channel has an error of
     * 2.5e-6, 14 times that of nine roundings.
     */
    private static final double AMPLIFICATION = 32;

    /** What computes: a target, or one of the algorithms of a target. */
    private record Engine(Target target, Algorithm algorithm) implements Comparable<Engine> {
        static Engine of(Measurement row) {
            return new Engine(row.work().target(), row.work().algorithm());
        }

        String title() {
            return algorithm == Algorithm.AUTO ? target.name() : target + " " + algorithm;
        }

        @Override
        public int compareTo(Engine that) {
            return Comparator.comparing(Engine::target)
                    .thenComparing(Engine::algorithm)
                    .compare(this, that);
        }
    }

    /** A row and the row that differs from it only in computing convolutions directly. */
    private record Pair(Measurement direct, Measurement other) {
        double gain() {
            return direct.seconds() / other.seconds();
        }

        /** Errors below one rounding count as one, because a result on few channels may be exact. */
        double growth() {
            return atLeastOneRounding(other) / atLeastOneRounding(direct);
        }

        private static double atLeastOneRounding(Measurement row) {
            return Math.max(UNIT_ROUNDOFF, error(row).orElseThrow());
        }
    }

    @Override
    public Section of(RunFacts facts) {
        List<Measurement> rows = facts.architectures().stream()
                .filter(row -> error(row).isPresent())
                .toList();
        if (rows.isEmpty()) {
            return new Section(
                    TITLE,
                    List.of(
                            new Content.Lead(
                                    "There are no errors: no row of this run was compared with double "
                                            + "precision. Older versions compared none, and graphs of more than 40 GFLOP are left out.")));
        }
        Map<Engine, List<Pair>> pairs = pairs(rows);
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(rows)));
        pairs.forEach((engine, some) -> contents.add(new Content.Text(sentence(engine, some))));
        contents.add(new Content.Text(warning(rows)));
        contents.add(new Content.Text(
                "The error of a row is the largest difference between its result and the result of the same graph, weights and input in double precision, "
                        + "over the largest magnitude in the latter (Lavin and Gray 2016 judge Winograd's algorithms by the same difference). A float near one is rounded by at most "
                        + Unit.ERROR.format(UNIT_ROUNDOFF)
                        + ". A cell of the tables is the largest error of all rows of a workload; a factor is the time of DIRECT over that of the algorithm, "
                        + "in the geometric mean over rows that differ in nothing else."));
        Map<Family, List<Measurement>> families = rows.stream()
                .collect(Collectors.groupingBy(
                        row -> Family.of(row.work().workload()), TreeMap::new, Collectors.toList()));
        families.forEach((family, some) -> contents.add(table(family, some)));
        return new Section(TITLE, contents);
    }

    private static Optional<Double> error(Measurement row) {
        return row.metric(Metric.RESULT_ERROR).map(MetricSamples::highest);
    }

    /** The error of a row, for every table that shows one. */
    static Cell cell(Measurement row) {
        return error(row)
                .map(error -> Cell.number(error, Unit.ERROR))
                .orElse(
                        Cell.missing(
                                "it was not compared with double precision: a roof, more than 40 GFLOP, or measured by an older version"));
    }

    /** The largest error that rounding explains: the error of n roundings grows like the square root of n. */
    private static double limit(Measurement row) {
        return AMPLIFICATION * UNIT_ROUNDOFF * Math.sqrt(row.work().cost().accumulationDepth());
    }

    private static boolean isBeyond(Measurement row) {
        return !(error(row).orElseThrow() <= limit(row));
    }

    private static String name(Measurement row) {
        return row.work().workload().name();
    }

    private static String lead(List<Measurement> rows) {
        long beyond = rows.stream().filter(ErrorAnalysis::isBeyond).count();
        return byEngine(rows).entrySet().stream()
                .map(e -> e.getKey().title() + " " + largest(e.getValue()))
                .collect(Collectors.joining(
                        "; ",
                        "Largest errors, relative to the largest value: ",
                        beyond == 0 ? "." : ". Rounding does not explain " + beyond + " of " + rows.size() + " rows."));
    }

    private static String largest(List<Measurement> rows) {
        Measurement worst = worst(rows);
        return Unit.ERROR.format(error(worst).orElseThrow()) + " (" + name(worst) + ")";
    }

    private static Map<Engine, List<Measurement>> byEngine(List<Measurement> rows) {
        return rows.stream().collect(Collectors.groupingBy(Engine::of, TreeMap::new, Collectors.toList()));
    }

    private static Measurement worst(List<Measurement> rows) {
        return rows.stream()
                .max(Comparator.comparing(row -> error(row).orElseThrow()))
                .orElseThrow();
    }

    /** By the engine whose rows have a direct counterpart. */
    private static Map<Engine, List<Pair>> pairs(List<Measurement> rows) {
        record Same(GroupKey group, Target target, Fusion fusion) {
            static Same of(Measurement row) {
                return new Same(
                        GroupKey.of(row), row.work().target(), row.work().fusion());
            }
        }
        Map<Same, Measurement> direct = rows.stream()
                .filter(row -> row.work().algorithm() == Algorithm.DIRECT)
                .collect(Collectors.toMap(Same::of, Function.identity(), (first, second) -> first));
        return rows.stream()
                .filter(row -> row.work().algorithm() != Algorithm.DIRECT && direct.containsKey(Same.of(row)))
                .map(row -> new Pair(direct.get(Same.of(row)), row))
                .collect(Collectors.groupingBy(pair -> Engine.of(pair.other()), TreeMap::new, Collectors.toList()));
    }

    private static String sentence(Engine engine, List<Pair> pairs) {
        return engine.title() + " has " + factor(pairs.stream().map(Pair::growth)) + " the error of " + Algorithm.DIRECT
                + " and is " + factor(pairs.stream().map(Pair::gain)) + " as fast, in the geometric mean over "
                + pairs.size() + (pairs.size() == 1 ? " row." : " rows.");
    }

    private static String factor(Stream<Double> factors) {
        return Unit.FACTOR.format(Speedups.geometricMean(factors.toList()).orElseThrow());
    }

    private static String warning(List<Measurement> rows) {
        List<Measurement> beyond = rows.stream().filter(ErrorAnalysis::isBeyond).toList();
        return (beyond.isEmpty()
                        ? "Rounding explains the error of every row."
                        : "Warning: rounding does not explain the errors of these rows, so something in them computes with less than float precision, or wrongly: "
                                + beyond.stream().map(ErrorAnalysis::describe).collect(Collectors.joining(", ")) + ".")
                + " The limit for n additions behind a result is " + Unit.COUNT.format(AMPLIFICATION)
                + " sqrt(n) roundings: errors of independent roundings grow like the root of their number (Higham and Mary 2019), and "
                + "no correct algorithm was seen to amplify them more than 14 times, F(4x4, 3x3) on a single channel.";
    }

    private static String describe(Measurement row) {
        return name(row) + " on " + Engine.of(row).title() + " ("
                + Unit.ERROR.format(error(row).orElseThrow()) + " in place of at most " + Unit.ERROR.format(limit(row))
                + ")";
    }

    private static Table table(Family family, List<Measurement> rows) {
        List<Engine> engines = List.copyOf(byEngine(rows).keySet());
        Map<Engine, List<Pair>> pairs = pairs(rows);
        List<String> columns = new ArrayList<>(List.of("Workload"));
        engines.forEach(engine -> columns.add(engine.title()));
        pairs.keySet().forEach(engine -> columns.add(Algorithm.DIRECT + " / " + engine.algorithm()));
        Map<Workload, List<Measurement>> workloads = rows.stream()
                .collect(Collectors.groupingBy(row -> row.work().workload(), LinkedHashMap::new, Collectors.toList()));
        List<List<Cell>> lines = new ArrayList<>();
        workloads.forEach((workload, some) -> lines.add(line(workload, some, engines, pairs)));
        return new Table("Largest error of each " + family.word(), columns, lines);
    }

    private static List<Cell> line(
            Workload workload, List<Measurement> rows, List<Engine> engines, Map<Engine, List<Pair>> pairs) {
        Map<Engine, List<Measurement>> byEngine = byEngine(rows);
        List<Cell> cells = new ArrayList<>(List.of(Cell.words(workload.name())));
        for (Engine engine : engines) {
            cells.add(
                    byEngine.containsKey(engine)
                            ? cell(worst(byEngine.get(engine)))
                            : Cell.missing("it was not measured"));
        }
        pairs.values().forEach(all -> cells.add(gain(all, workload)));
        return cells;
    }

    private static Cell gain(List<Pair> pairs, Workload workload) {
        return Speedups.geometricMean(pairs.stream()
                        .filter(pair -> pair.other().work().workload() == workload)
                        .map(Pair::gain)
                        .toList())
                .map(gain -> Cell.number(gain, Unit.FACTOR))
                .orElse(Cell.missing("no rows differ in the algorithm only"));
    }
}

package org.convmark.analysis.section;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Bounds;
import org.convmark.analysis.facts.Footprint;
import org.convmark.analysis.facts.Roofs;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.analysis.facts.StabilityCheck;
import org.convmark.model.Case;
import org.convmark.model.Metric;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** Every measured row: its time, what that means for the hardware, whether to trust it, and how to repeat it. */
public final class RowAnalysis implements Analysis {
    private static final List<String> ORDER =
            Stream.of(Parameter.values()).map(Parameter::key).toList();

    private static final Cell NO_BOUND =
            Cell.missing("a roof, a benchmark of others, or a roof of its hardware was not measured");

    @Override
    public Section of(RunFacts facts) {
        Run run = facts.run();
        List<Content> contents = new ArrayList<>();
        StabilityCheck stability = facts.stability();
        contents.add(new Content.Lead(lead(run, stability)));
        contents.add(
                new Content.Text(
                        "Time is the median over forks (fresh JVMs) of each fork's median; the range is from "
                                + "the fastest iteration to the slowest, the spread is the range of the middle half of all iterations over the time. A row is marked unsteady "
                                + "where the spread is above " + Unit.SHARE.format(StabilityCheck.MOST_SPREAD)
                                + ", others took more than "
                                + Unit.SHARE.format(StabilityCheck.MOST_STEAL)
                                + " of the processor (steal), where a pass allocates more than "
                                + Unit.BYTES.format(StabilityCheck.MOST_ALLOCATION)
                                + ": our kernels allocate nothing once they are compiled, so its code was not; where the roof beside it, a loop of "
                                + "multiply-adds before and after every iteration, stayed below "
                                + Unit.SHARE.format(StabilityCheck.LEAST_ROOF)
                                + " of the best of this run on the same hardware: the machine was slow meanwhile; or where its worst fork took more than "
                                + Unit.FACTOR.format(StabilityCheck.MOST_FORK)
                                + " the median fork, each weighed by the roof beside it: it was compiled differently. Rates count two flops per multiply-add of the network as defined, whatever "
                                + "a kernel really did. Workspace is what a pass keeps between its kernels at most, windows of fused kernels included; traffic is what the plan for this machine's "
                                + "caches moves through L3 and memory, modelled and not measured. The bound is the least time that the best known algorithm needs at the roofs of this run. "
                                + "The error is the largest difference of the result from that in double precision, over the largest magnitude there. The command measures the row again."));
        forks(run.measurements()).ifPresent(text -> contents.add(new Content.Text(text)));
        Map<String, List<Measurement>> groups = run.measurements().stream()
                .collect(Collectors.groupingBy(RowAnalysis::simpleName, LinkedHashMap::new, Collectors.toList()));
        groups.forEach((name, rows) -> contents.add(
                new Content.Fold(Case.name(name) + summary(stability, rows), table(facts, "Rows of " + name, rows))));
        return new Section("Every row", contents);
    }

    /** The name of the class without its package; for benchmarks from outside the suite, of the method. */
    private static String simpleName(Measurement row) {
        String benchmark = row.subject().benchmark();
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    private static String lead(Run run, StabilityCheck stability) {
        long doubtful = unsteady(stability, run.measurements());
        int rows = run.measurements().size();
        if (rows == 0) {
            return "Nothing was measured.";
        }
        return rows + (rows == 1 ? " row was" : " rows were") + " measured; "
                + (doubtful == 0
                        ? "all are steady."
                        : doubtful + " of them cannot be trusted and are marked unsteady.");
    }

    /** How much times depend on how the JIT compiled each fork; empty if every row has one fork. */
    private static Optional<String> forks(List<Measurement> rows) {
        List<Measurement> several =
                rows.stream().filter(row -> row.worstFork().isPresent()).toList();
        return several.stream()
                .max(Comparator.comparing(row -> row.worstFork().orElseThrow()))
                .map(worst -> {
                    List<Double> factors = several.stream()
                            .map(row -> row.worstFork().orElseThrow())
                            .toList();
                    return "Worst fork over median fork: "
                            + Unit.FACTOR.format(Speedups.geometricMean(factors).orElseThrow())
                            + " in the geometric mean over " + factors.size() + (factors.size() == 1 ? " row" : " rows")
                            + ", at most "
                            + Unit.FACTOR.format(worst.worstFork().orElseThrow()) + " ("
                            + worst.label().benchmark()
                            + worst.target().map(target -> " on " + target).orElse("")
                            + "); above "
                            + Unit.FACTOR.format(StabilityCheck.MOST_FORK) + " in "
                            + factors.stream()
                                    .filter(factor -> factor > StabilityCheck.MOST_FORK)
                                    .count() + ".";
                });
    }

    private static long unsteady(StabilityCheck stability, List<Measurement> rows) {
        return rows.stream().filter(row -> !stability.isSteady(row)).count();
    }

    private static String summary(StabilityCheck stability, List<Measurement> rows) {
        long doubtful = unsteady(stability, rows);
        return " (" + rows.size() + (rows.size() == 1 ? " row" : " rows")
                + (doubtful == 0 ? "" : ", " + doubtful + " unsteady") + ")";
    }

    /** All rows in one table, for programs. */
    public static Table everyRow(RunFacts facts) {
        List<Measurement> measurements = facts.run().measurements();
        List<String> params = params(measurements.stream()
                .flatMap(row -> Stream.of(row.subject().params(), row.label().settings())));
        List<String> columns = new ArrayList<>(List.of("Benchmark"));
        columns.addAll(columns(params));
        List<List<Cell>> rows = new ArrayList<>();
        for (Measurement row : measurements) {
            List<Cell> cells = new ArrayList<>(List.of(Cell.words(row.label().benchmark())));
            cells.addAll(cells(facts, params, row));
            rows.add(cells);
        }
        return new Table("Every row", columns, rows);
    }

    private static Table table(RunFacts facts, String caption, List<Measurement> measurements) {
        List<String> params =
                params(measurements.stream().map(row -> row.label().settings()));
        List<List<Cell>> rows =
                measurements.stream().map(row -> cells(facts, params, row)).toList();
        return new Table(caption, columns(params), rows);
    }

    private static List<String> columns(List<String> params) {
        return Stream.of(
                        params.stream(),
                        Stream.of(
                                "JVM",
                                "Time",
                                "Spread",
                                "Steady?",
                                "Rate",
                                "Of the roof",
                                "Roof beside",
                                "Bound",
                                "Time / bound",
                                "Error"),
                        Stream.of(
                                "Workspace",
                                "L3 traffic",
                                "Memory traffic",
                                "Allocated per pass",
                                "Forks",
                                "Worst fork",
                                "Fastest",
                                "Slowest",
                                "Command"))
                .flatMap(columns -> columns)
                .toList();
    }

    private static List<String> params(Stream<SortedMap<String, String>> rows) {
        TreeSet<String> names =
                rows.flatMap(params -> params.keySet().stream()).collect(Collectors.toCollection(TreeSet::new));
        return Stream.concat(
                        ORDER.stream().filter(names::contains), names.stream().filter(n -> !ORDER.contains(n)))
                .toList();
    }

    private static List<Cell> cells(RunFacts facts, List<String> params, Measurement row) {
        Run run = facts.run();
        List<Cell> cells = new ArrayList<>();
        Map<String, String> values = new HashMap<>(row.subject().params());
        values.putAll(row.label().settings());
        params.forEach(name -> cells.add(Cell.words(values.getOrDefault(name, ""))));
        cells.add(Cell.words(run.label(row.jvm())));
        cells.add(Cell.number(row.seconds(), Unit.SECONDS));
        cells.add(Cell.number(row.spread(), Unit.SHARE));
        cells.add(facts.stability().mark(row));
        cells.add(rate(row));
        cells.add(share(facts.roofs(), row));
        cells.add(beside(run, row));
        Optional<Double> bound = facts.bounds().of(row).map(Bounds.Bound::seconds);
        cells.add(bound.map(seconds -> Cell.number(seconds, Unit.SECONDS)).orElse(NO_BOUND));
        cells.add(bound.map(seconds -> Cell.number(row.seconds() / seconds, Unit.FACTOR))
                .orElse(NO_BOUND));
        cells.add(ErrorAnalysis.cell(row));
        Optional<Footprint.Bytes> bytes = facts.footprint().of(row);
        cells.add(bytes(bytes.map(Footprint.Bytes::workspace)));
        cells.add(bytes(bytes.map(b -> b.traffic().l3())));
        cells.add(bytes(bytes.map(b -> b.traffic().memory())));
        cells.add(allocation(row));
        cells.add(Cell.number(row.samples().size(), Unit.COUNT));
        cells.add(row.worstFork()
                .map(worst -> Cell.number(worst, Unit.FACTOR))
                .orElseGet(() -> Cell.missing("one fork cannot be compared")));
        cells.add(Cell.number(row.fastest(), Unit.SECONDS));
        cells.add(Cell.number(row.slowest(), Unit.SECONDS));
        String command = run.command(row);
        cells.add(
                command.isEmpty()
                        ? Cell.missing("it is no benchmark of this version of Convmark")
                        : new Cell.Command(command));
        return cells;
    }

    private static Cell bytes(Optional<Long> bytes) {
        return bytes.map(number -> Cell.number(number, Unit.BYTES))
                .orElseGet(() -> Cell.missing("a roof, a benchmark of others, or planned by others"));
    }

    private static Cell beside(Run run, Measurement row) {
        return Roofs.beside(row)
                .map(rate -> Cell.number(rate, Unit.FLOPS))
                .orElseGet(() -> Cell.missing(run.machine().jvms().stream()
                        .filter(probe -> probe.jvm().path().equals(row.jvm().path()))
                        .flatMap(probe ->
                                row.target().map(Target::roof).map(Target::name).flatMap(probe::target).stream())
                        .filter(state -> !state.available())
                        .map(state -> state.target() + ", whose roof it is, was not available: "
                                + state.description().missing())
                        .findFirst()
                        .orElse("no roof was read beside the rows of this run")));
    }

    private static Cell rate(Measurement row) {
        if (row.isWork()) {
            return Cell.number(flopsPerSecond(row), Unit.FLOPS);
        }
        return row.roof()
                .map(roof ->
                        Cell.number(Roofs.rate(row, roof), roof.loop().isArithmetic() ? Unit.FLOPS : Unit.BANDWIDTH))
                .orElseGet(() -> Cell.missing(
                        "this version of Convmark does not know " + row.label().benchmark()));
    }

    private static Cell share(Roofs roofs, Measurement row) {
        if (!row.isWork()) {
            return Cell.missing(row.roof().isPresent() ? "it is a roof itself" : "what it computes is not known");
        }
        double reached = flopsPerSecond(row);
        return roofs.of(row)
                .map(roof -> Cell.bar(reached / roof.flopsPerSecond(), Unit.SHARE, 1))
                .orElseGet(() -> Cell.missing(
                        "no arithmetic roof of " + row.work().target().roof() + " with "
                                + Roofs.workers(row.work().workers()) + " was measured in this run"));
    }

    private static double flopsPerSecond(Measurement row) {
        return row.work().cost().flops() / row.seconds();
    }

    private static Cell allocation(Measurement row) {
        return row.metric(Metric.ALLOCATED_BY_JVM)
                .filter(samples -> !Double.isNaN(samples.median()))
                .map(samples -> Cell.number(samples.median(), Unit.BYTES))
                .orElseGet(() -> Cell.missing("JMH's gc profiler reported nothing"));
    }
}

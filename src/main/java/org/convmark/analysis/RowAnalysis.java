package org.convmark.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.model.Graph;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** Every row that was measured: its time, what that means for the hardware, whether to believe it, how to repeat it. */
final class RowAnalysis implements Analysis {
    private static final List<String> ORDER =
            List.of("target", "fusion", "depth", "width", "image", "batch", "workers", "loop", "bytes", "flops");

    @Override
    public Section of(Run run) {
        List<Content> contents = new ArrayList<>();
        contents.add(new Content.Lead(lead(run)));
        contents.add(
                new Content.Text("Time is the median over forks (fresh JVMs) of each fork's median; the range is from "
                        + "the fastest iteration to the slowest, the spread is the range of the middle half of all iterations over the time. A row is marked unsteady "
                        + "where the spread is above " + Unit.SHARE.format(Trust.MOST_SPREAD)
                        + ", others took more than "
                        + Unit.SHARE.format(Trust.MOST_STEAL)
                        + " of the processor (steal), or where a pass allocates more than "
                        + Unit.BYTES.format(Trust.MOST_ALLOCATION)
                        + ": kernels allocate nothing once they are compiled, so its code was not. Rates count two flops per multiply-add of the network as defined, whatever "
                        + "a kernel really did. The command measures the row again."));
        Roofs roofs = new Roofs(run);
        Map<String, List<Measurement>> groups = run.measurements().stream()
                .collect(Collectors.groupingBy(Measurement::simpleName, LinkedHashMap::new, Collectors.toList()));
        groups.forEach((name, rows) -> contents.add(new Content.Fold(
                name.replaceFirst("Benchmark$", "") + summary(rows), table(run, roofs, "Rows of " + name, rows))));
        return new Section("Every row", contents);
    }

    private static String lead(Run run) {
        long doubtful = unsteady(run.measurements());
        int rows = run.measurements().size();
        if (rows == 0) {
            return "Nothing was measured.";
        }
        return rows + (rows == 1 ? " row was" : " rows were") + " measured; "
                + (doubtful == 0
                        ? "all are steady."
                        : doubtful + " of them cannot be trusted and are marked unsteady.");
    }

    private static long unsteady(List<Measurement> rows) {
        return rows.stream().filter(row -> !Trust.doubts(row).isEmpty()).count();
    }

    private static String summary(List<Measurement> rows) {
        long doubtful = unsteady(rows);
        return " (" + rows.size() + (rows.size() == 1 ? " row" : " rows")
                + (doubtful == 0 ? "" : ", " + doubtful + " unsteady") + ")";
    }

    /** All rows in one table, for programs. */
    static Table everyRow(Run run) {
        Roofs roofs = new Roofs(run);
        List<String> params = params(run.measurements());
        List<String> columns = new ArrayList<>(List.of("Benchmark"));
        columns.addAll(columns(params));
        List<List<Cell>> rows = new ArrayList<>();
        for (Measurement row : run.measurements()) {
            List<Cell> cells = new ArrayList<>(List.of(Cell.words(row.simpleName())));
            cells.addAll(cells(run, roofs, params, row));
            rows.add(cells);
        }
        return new Table("Every row", columns, rows);
    }

    private static Table table(Run run, Roofs roofs, String caption, List<Measurement> measurements) {
        List<String> params = params(measurements);
        List<List<Cell>> rows =
                measurements.stream().map(row -> cells(run, roofs, params, row)).toList();
        return new Table(caption, columns(params), rows);
    }

    private static List<String> columns(List<String> params) {
        return Stream.of(
                        params.stream(),
                        Stream.of("JVM", "Time", "Spread", "Steady?", "Rate", "Of the roof", "Allocated per pass"),
                        Stream.of("Forks", "Fastest", "Slowest", "Command"))
                .flatMap(columns -> columns)
                .toList();
    }

    private static List<String> params(List<Measurement> measurements) {
        TreeSet<String> names = measurements.stream()
                .flatMap(m -> m.params().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        return Stream.concat(
                        ORDER.stream().filter(names::contains), names.stream().filter(n -> !ORDER.contains(n)))
                .toList();
    }

    private static List<Cell> cells(Run run, Roofs roofs, List<String> params, Measurement row) {
        List<Cell> cells = new ArrayList<>();
        params.forEach(name -> cells.add(Cell.words(row.param(name))));
        cells.add(Cell.words(run.label(row.jvm())));
        cells.add(Cell.number(row.seconds(), Unit.SECONDS));
        cells.add(Cell.number(row.spread(), Unit.SHARE));
        cells.add(Trust.mark(row));
        cells.add(rate(row));
        cells.add(share(roofs, row));
        cells.add(allocation(row));
        cells.add(Cell.number(row.samples().size(), Unit.COUNT));
        cells.add(Cell.number(row.fastest(), Unit.SECONDS));
        cells.add(Cell.number(row.slowest(), Unit.SECONDS));
        cells.add(new Cell.Command(run.command(row)));
        return cells;
    }

    private static Cell rate(Measurement row) {
        if (Roofs.isMemory(row)) {
            return Cell.number(Roofs.rate(row), Unit.BANDWIDTH);
        }
        if (Roofs.isCompute(row)) {
            return Cell.number(Roofs.rate(row), Unit.FLOPS);
        }
        return row.graph()
                .map(graph -> Cell.number(flopsPerSecond(row, graph), Unit.FLOPS))
                .orElseGet(() -> Cell.missing("this version of Convmark does not know " + row.simpleName()));
    }

    private static Cell share(Roofs roofs, Measurement row) {
        if (row.graph().isEmpty()) {
            return Cell.missing("it is a roof itself");
        }
        double reached = flopsPerSecond(row, row.graph().get());
        return roofs.of(row)
                .map(roof -> Cell.bar(reached / roof.flopsPerSecond(), Unit.SHARE, 1))
                .orElseGet(() -> Cell.missing("no arithmetic roof of " + Roofs.roofTarget(row) + " with "
                        + Roofs.workers(row.param("workers")) + " was measured in this run"));
    }

    private static double flopsPerSecond(Measurement row, Graph graph) {
        return graph.cost().flops() / row.seconds();
    }

    private static Cell allocation(Measurement row) {
        return row.metric("gc.alloc.rate.norm")
                .filter(metric -> !Double.isNaN(metric.median()))
                .map(metric -> Cell.number(metric.median(), Unit.BYTES))
                .orElseGet(() -> Cell.missing("JMH's gc profiler reported nothing"));
    }
}

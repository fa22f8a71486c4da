package org.convmark.analysis.section;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Family;
import org.convmark.model.Parameter;
import org.convmark.report.Cell;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** Columns that identify a row of a workload. They have the same names and values in all tables. */
enum IdentityColumn {
    WORKLOAD("Workload", (run, row) -> row.work().workload().name()),
    FAMILY("Family", (run, row) -> Family.of(row.work().workload()).word()),
    TARGET("Target", (run, row) -> row.work().target().name()),
    FUSION("Fusion", (run, row) -> row.work().fusion().name()),
    DEPTH("Depth", Parameter.DEPTH),
    WIDTH("Width", Parameter.WIDTH),
    IMAGE("Image", Parameter.IMAGE),
    BATCH("Batch", Parameter.BATCH),
    AXIS("Axis", (run, row) -> row.work().axis().toString()),
    WORKERS("Workers", (run, row) -> String.valueOf(row.work().workers())),
    JVM("JVM", (run, row) -> run.label(row.jvm()));

    private final String title;
    private final BiFunction<Run, Measurement, String> value;

    IdentityColumn(String title, BiFunction<Run, Measurement, String> value) {
        this.title = title;
        this.value = value;
    }

    IdentityColumn(String title, Parameter extent) {
        this(title, (run, row) -> row.work().extents().text(extent));
    }

    /** The head of a table: these columns, then the others. */
    static List<String> head(List<IdentityColumn> columns, String... others) {
        return Stream.concat(columns.stream().map(column -> column.title), Stream.of(others))
                .toList();
    }

    /** A line of a table: the cells of these columns, then the others. */
    static List<Cell> cells(List<IdentityColumn> columns, Run run, Measurement row, Cell... others) {
        return Stream.concat(
                        columns.stream().map(column -> Cell.words(column.value.apply(run, row))), Stream.of(others))
                .toList();
    }
}

package org.convmark.analysis.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.convmark.analysis.statistics.Samples;
import org.convmark.model.Metric;
import org.convmark.results.Failure;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * One side of a comparison: a run, or several alike whose forks are taken together.
 *
 * @param name the runs' folders
 * @param environment of all of them
 * @param rows measurements of each row, one per run that has it
 * @param failures rows that could not be measured, or whose results cannot be used
 */
public record RunGroup(
        String name, Environment environment, SortedMap<RowKey, List<Measurement>> rows, List<Failure> failures) {
    /**
     * A side of runs.
     *
     * @param axes what will be compared
     * @throws IllegalArgumentException with one sentence if they are not alike, hold a row twice or none
     */
    public static RunGroup of(List<Run> runs, Set<Axis> axes) {
        Run first = runs.get(0);
        SortedMap<RowKey, List<Measurement>> rows = new TreeMap<>();
        for (Run run : runs) {
            List<Difference> obstacles = Environment.of(first).obstacles(Environment.of(run), Set.of());
            if (!obstacles.isEmpty()) {
                throw new IllegalArgumentException(first.folder() + " and " + run.folder()
                        + " cannot be taken together: " + "they differ in " + obstacles.get(0) + ".");
            }
            rowsOf(run, axes).forEach((key, row) -> rows.computeIfAbsent(key, k -> new ArrayList<>())
                    .add(row));
        }
        String name = String.join(" and ", runs.stream().map(run -> name(run)).toList());
        return new RunGroup(
                name,
                Environment.of(first),
                Collections.unmodifiableSortedMap(rows),
                runs.stream().flatMap(run -> run.failures().stream()).toList());
    }

    private static String name(Run run) {
        return String.valueOf(run.folder().toAbsolutePath().normalize().getFileName());
    }

    private static Map<RowKey, Measurement> rowsOf(Run run, Set<Axis> axes) {
        if (run.measurements().isEmpty()) {
            throw new IllegalArgumentException(run.folder() + " holds no measured row: finish the run with --resume.");
        }
        Map<RowKey, Measurement> rows = new HashMap<>();
        for (Measurement row : run.measurements()) {
            RowKey key = RowKey.of(row, axes);
            Measurement twin = rows.put(key, row);
            if (twin != null) {
                throw new IllegalArgumentException(
                        run.folder() + " holds " + key.title() + " twice"
                                + (twin.jvm().equals(row.jvm())
                                        ? ": remove one of the two from a copy of its jmh.json."
                                        : ", on JVM " + twin.jvm().label() + " and on JVM "
                                                + row.jvm().label()
                                                + ": a side takes one of them, and the report of the run sets all side by side."));
            }
        }
        return rows;
    }

    /** The forks of a row, of all runs. */
    static Samples samples(List<Measurement> row) {
        return Samples.of(row.stream().flatMap(one -> one.samples().stream()).toList());
    }

    /** Why a row that this side lacks failed; empty if it was not tried. */
    Optional<String> failure(RowKey key) {
        return failures.stream()
                .filter(failure -> failure.isOn(key.version())
                        && failure.row().subject().label().equals(key.row()))
                .map(Failure::error)
                .findFirst();
    }

    /** Logarithm of the rate of the roof loop beside a row; NaN where none was read. */
    static double roof(List<Measurement> row) {
        return row.stream()
                .mapToDouble(one -> one.metric(Metric.ROOF)
                        .map(roof -> Math.log(roof.median()))
                        .orElse(Double.NaN))
                .average()
                .orElse(Double.NaN);
    }
}

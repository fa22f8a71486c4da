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
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * One side of a comparison: one run, or several similar runs whose forks are pooled.
 *
 * @param name the runs' folders
 * @param environment that they share
 * @param rows measurements of each row, one per run that has it
 * @param absences for each planned or tried row that no run measured, the reason
 * @param skipped by target, why a plan left out its rows
 * @param planned whether it is known what was planned
 */
public record RunGroup(
        String name,
        Environment environment,
        SortedMap<RowKey, List<Measurement>> rows,
        SortedMap<RowKey, String> absences,
        SortedMap<RowKey, String> skipped,
        boolean planned) {
    /**
     * The side that some runs form.
     *
     * @param subjects what will be compared
     * @throws IllegalArgumentException with one sentence if they differ, hold a row twice or hold no rows
     */
    public static RunGroup of(List<Run> runs, Set<Subject> subjects) {
        Run first = runs.get(0);
        SortedMap<RowKey, List<Measurement>> rows = new TreeMap<>();
        for (Run run : runs) {
            List<Difference> obstacles = Environment.of(first).obstacles(Environment.of(run), Set.of());
            if (!obstacles.isEmpty()) {
                throw new IllegalArgumentException(first.folder() + " and " + run.folder()
                        + " cannot be taken together: " + "they differ in " + obstacles.get(0) + ".");
            }
            rowsOf(run, subjects).forEach((key, row) -> rows.computeIfAbsent(key, k -> new ArrayList<>())
                    .add(row));
        }
        String name = String.join(" and ", runs.stream().map(run -> name(run)).toList());
        return new RunGroup(
                name,
                Environment.of(first),
                Collections.unmodifiableSortedMap(rows),
                absences(runs, rows.keySet(), subjects),
                skipped(runs, subjects),
                runs.stream().anyMatch(run -> run.plan().known()));
    }

    private static SortedMap<RowKey, String> absences(List<Run> runs, Set<RowKey> measured, Set<Subject> subjects) {
        SortedMap<RowKey, String> reasons = new TreeMap<>();
        for (Run run : runs) {
            run.absences()
                    .forEach(absence ->
                            reasons.putIfAbsent(RowKey.of(absence.row(), absence.jvm(), subjects), absence.reason()));
        }
        reasons.keySet().removeAll(measured);
        return Collections.unmodifiableSortedMap(reasons);
    }

    private static SortedMap<RowKey, String> skipped(List<Run> runs, Set<Subject> subjects) {
        SortedMap<RowKey, String> reasons = new TreeMap<>();
        for (Run run : runs) {
            run.plan()
                    .skipped()
                    .forEach(rows -> reasons.merge(
                            RowKey.of(RowKey.target(rows.target()), run.jvm(rows.jvm()), subjects),
                            rows.reason(),
                            (one, other) -> one.contains(other) ? one : one + "; " + other));
        }
        return Collections.unmodifiableSortedMap(reasons);
    }

    private static String name(Run run) {
        return String.valueOf(run.folder().toAbsolutePath().normalize().getFileName());
    }

    private static Map<RowKey, Measurement> rowsOf(Run run, Set<Subject> subjects) {
        Map<RowKey, Measurement> rows = new HashMap<>();
        for (Measurement row : run.requireMeasurements()) {
            RowKey key = RowKey.of(row.label(), row.jvm(), subjects);
            Measurement twin = rows.put(key, row);
            if (twin != null) {
                throw new IllegalArgumentException(
                        run.folder() + " holds " + key.title() + " twice"
                                + (twin.jvm().equals(row.jvm())
                                        ? ": remove one of the two from a copy of its jmh.json."
                                        : ", on JVM " + run.label(twin.jvm()) + " and on JVM "
                                                + run.label(row.jvm())
                                                + ": a side takes one of them, and the report of the run sets all side by side."));
            }
        }
        return rows;
    }

    /** The forks of a row from all runs. */
    static Samples samples(List<Measurement> row) {
        return Samples.of(row.stream().flatMap(one -> one.samples().stream()).toList());
    }

    /** Why this side has no time of a row. */
    String absence(RowKey key) {
        return Optional.ofNullable(absences.get(key))
                .or(() -> Optional.ofNullable(skipped.get(key.ofTarget())).map(reason -> "skipped: " + reason))
                .orElse(planned ? "not planned" : "not measured");
    }

    /** Logarithm of the rate of the roof loop beside a row; NaN if none was read. */
    static double roof(List<Measurement> row) {
        return row.stream()
                .mapToDouble(one -> one.metric(Metric.ROOF)
                        .map(roof -> Math.log(roof.median()))
                        .orElse(Double.NaN))
                .average()
                .orElse(Double.NaN);
    }
}

package org.convmark.analysis.facts;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Case;
import org.convmark.model.Cost;
import org.convmark.model.Parameter;
import org.convmark.results.Measurement;

/**
 * At least two rows that differ in one extent only, smallest first.
 *
 * @param extent depth or width
 * @param rows of one workload, target, fusion and JVM
 */
public record Series(Parameter extent, List<Measurement> rows) {
    /** Extents over which networks scale. */
    public static final List<Parameter> OVER = List.of(Parameter.DEPTH, Parameter.WIDTH);

    /** What the rows of a series share: everything but one extent. */
    private record Key(JvmSetup jvm, Case.Work rest) {}

    /** All series over depth, then all over width. */
    public static List<Series> of(List<Measurement> rows) {
        return OVER.stream().flatMap(extent -> of(rows, extent)).toList();
    }

    private static Stream<Series> of(List<Measurement> all, Parameter extent) {
        Map<Key, List<Measurement>> groups = all.stream()
                .filter(row -> row.work().extents().names().contains(extent))
                .collect(Collectors.groupingBy(
                        row -> new Key(row.jvm(), row.work().with(extent, 1)),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return groups.values().stream().filter(rows -> rows.size() > 1).map(rows -> new Series(extent, rows));
    }

    /** Sorts the rows. */
    public Series {
        Parameter sorted = extent;
        rows = rows.stream()
                .sorted(Comparator.comparingInt(row -> row.work().extents().get(sorted)))
                .toList();
    }

    /** The row with the smallest extent. */
    public Measurement first() {
        return rows.get(0);
    }

    /** The fixed extents, in words. */
    public String rest() {
        Case.Work work = first().work();
        return work.extents().names().stream()
                        .filter(other -> other != extent)
                        .map(other -> other.key() + " " + work.extents().get(other))
                        .collect(Collectors.joining(", "))
                + ", workers " + work.workers();
    }

    /** The varying extent of each row. */
    public double[] extents() {
        return rows.stream()
                .mapToDouble(row -> row.work().extents().get(extent))
                .toArray();
    }

    /** The cost of each row's graph. */
    public List<Cost> costs() {
        return rows.stream().map(row -> row.work().cost()).toList();
    }
}

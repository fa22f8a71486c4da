package org.convmark.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.convmark.analysis.Speedups.Point;
import org.convmark.model.Cost;
import org.convmark.model.Workload;
import org.convmark.results.JvmIdentity;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * Rows that differ in one extent only, the smallest first; at least two.
 *
 * @param extent depth or width
 * @param rows of one workload, target, fusion and JVM
 */
record Series(String extent, List<Measurement> rows) {
    /** What a row has in common with the others of its series. */
    private record Key(
            JvmIdentity jvm, Workload workload, String target, String fusion, String algorithm, Point point) {}

    /** All series of a run over depth, then all over width. */
    static List<Series> of(Run run) {
        List<Series> all = new ArrayList<>();
        all.addAll(of(run, "depth", p -> new Point(0, p.width(), p.image(), p.batch(), p.workers())));
        all.addAll(of(run, "width", p -> new Point(p.depth(), 0, p.image(), p.batch(), p.workers())));
        return all;
    }

    private static List<Series> of(Run run, String extent, Function<Point, Point> rest) {
        Map<Key, List<Measurement>> groups = new LinkedHashMap<>();
        for (Measurement row : run.measurements()) {
            row.workload().ifPresent(workload -> groups.computeIfAbsent(
                            new Key(
                                    row.jvm(),
                                    workload,
                                    row.param("target"),
                                    row.param("fusion"),
                                    row.algorithm(),
                                    rest.apply(Point.of(row))),
                            key -> new ArrayList<>())
                    .add(row));
        }
        return groups.values().stream()
                .filter(rows -> rows.size() > 1)
                .map(rows -> new Series(extent, rows))
                .toList();
    }

    /** Sorts the rows. */
    Series {
        String name = extent;
        rows = rows.stream()
                .sorted(Comparator.comparingInt(row -> Integer.parseInt(row.param(name))))
                .toList();
    }

    Measurement first() {
        return rows.get(0);
    }

    /** The extent that stays, in words. */
    String rest() {
        String other = extent.equals("depth") ? "width" : "depth";
        return other + " " + first().param(other) + ", image " + first().param("image") + ", batch "
                + first().param("batch") + ", workers " + first().param("workers");
    }

    double[] extents() {
        return rows.stream()
                .mapToDouble(row -> Integer.parseInt(row.param(extent)))
                .toArray();
    }

    List<Cost> costs() {
        return rows.stream().map(row -> row.cost().orElseThrow()).toList();
    }
}

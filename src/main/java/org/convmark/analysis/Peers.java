package org.convmark.analysis;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.convmark.analysis.Speedups.Point;
import org.convmark.model.Network;
import org.convmark.model.Workload;
import org.convmark.results.JvmIdentity;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** The same workload at the same point on engines that others wrote and on ours. */
final class Peers {
    /** The framework: every layer by itself. */
    static final String NATIVE = "PYTORCH";
    /** Engines that fuse. */
    static final List<String> ACCELERATED = List.of("ONNXRUNTIME", "ONEDNN");
    /** Targets of ours that are held against them. */
    static final List<String> OURS = List.of("VECTOR", "OPENCL");

    /** All that others wrote. */
    static final List<String> NAMES = List.of("PYTORCH", "ONNXRUNTIME", "ONEDNN");

    /**
     * What was measured of a workload at a point on one JVM.
     *
     * @param rows of each engine as it is best: unfused on the framework, fused elsewhere
     */
    record Match(JvmIdentity jvm, Workload workload, Point point, List<Measurement> rows) {
        /** The fastest row of some targets. */
        Optional<Measurement> fastest(Collection<String> targets, ToDoubleFunction<Measurement> time) {
            return rows.stream()
                    .filter(row -> targets.contains(row.param("target")))
                    .min(Comparator.comparingDouble(time));
        }
    }

    private Peers() {}

    /** Whether others wrote a target. */
    static boolean isPeer(String target) {
        return NAMES.contains(target);
    }

    /** All points of a run at which an engine of others was measured, in the order of JVMs, workloads and points. */
    static List<Match> of(Run run) {
        record Place(JvmIdentity jvm, Workload workload, Point point) {}
        Map<Place, List<Measurement>> places = run.measurements().stream()
                .filter(row -> row.workload().isPresent() && isAtItsBest(row))
                .collect(Collectors.groupingBy(
                        row -> new Place(row.jvm(), row.workload().orElseThrow(), Point.of(row))));
        return places.entrySet().stream()
                .filter(e -> e.getValue().stream().anyMatch(row -> isPeer(row.param("target"))))
                .map(e -> new Match(
                        e.getKey().jvm(), e.getKey().workload(), e.getKey().point(), e.getValue()))
                .sorted(Comparator.comparing((Match match) -> run.jvms().indexOf(match.jvm()))
                        .thenComparing(match -> Workload.all().indexOf(match.workload()))
                        .thenComparing(Match::point))
                .toList();
    }

    /**
     * A framework runs layers one by one; the others are measured with epilogues fused and their own algorithms. Of networks,
     * where a user would choose, ours count with whole blocks fused where that is faster.
     */
    private static boolean isAtItsBest(Measurement row) {
        String fusion = row.param("fusion");
        boolean best = row.param("target").equals(NATIVE)
                ? fusion.equals("NONE")
                : fusion.equals("EPILOGUE")
                        || fusion.equals("BLOCK") && row.workload().orElseThrow() instanceof Network;
        return best && row.algorithm().equals("AUTO");
    }
}

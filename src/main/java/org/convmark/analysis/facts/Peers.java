package org.convmark.analysis.facts;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Algorithm;
import org.convmark.model.Case;
import org.convmark.model.Fusion;
import org.convmark.model.Network;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.results.Measurement;

/** Rows of the same workload at the same point, on peers and on our own targets. */
public final class Peers {
    /** The framework, which runs layer by layer. */
    public static final Target NATIVE = Target.PYTORCH;
    /** Engines that fuse. */
    public static final Set<Target> ACCELERATED = Target.peers().stream()
            .filter(target -> target.fusions().contains(Fusion.EPILOGUE))
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Target.class)));

    /**
     * The rows of one workload at one point on one JVM.
     *
     * @param rows each engine's at its best setting: unfused on the framework, fused elsewhere
     */
    public record Match(JvmSetup jvm, Workload workload, Point point, List<Measurement> rows) {
        /** The fastest row on any of these targets. */
        public Optional<Measurement> fastest(Set<Target> targets, ToDoubleFunction<Measurement> time) {
            return rows.stream()
                    .filter(row -> targets.contains(row.work().target()))
                    .min(Comparator.comparingDouble(time));
        }
    }

    private Peers() {}

    /** All points at which a peer was measured, ordered by JVM, workload and point. */
    public static List<Match> of(List<Measurement> rows) {
        List<JvmSetup> jvms = rows.stream().map(Measurement::jvm).distinct().toList();
        Map<GroupKey, List<Measurement>> groups =
                rows.stream().filter(Peers::isAtItsBest).collect(Collectors.groupingBy(GroupKey::of));
        return groups.entrySet().stream()
                .filter(e -> e.getValue().stream()
                        .anyMatch(row -> row.work().target().isPeer()))
                .map(e -> new Match(
                        e.getKey().jvm(), e.getKey().workload(), e.getKey().point(), e.getValue()))
                .sorted(Comparator.comparing((Match match) -> jvms.indexOf(match.jvm()))
                        .thenComparing(match -> Workload.all().indexOf(match.workload()))
                        .thenComparing(Match::point))
                .toList();
    }

    /**
     * The framework runs layer by layer; all other engines fuse epilogues and choose their own algorithms. For
     * networks, our targets may also fuse whole blocks, because a user would pick whatever is faster.
     */
    private static boolean isAtItsBest(Measurement row) {
        Case.Work work = row.work();
        boolean best =
                switch (work.fusion()) {
                    case NONE -> work.target() == NATIVE;
                    case EPILOGUE -> work.target() != NATIVE;
                    case BLOCK -> work.target() != NATIVE && work.workload() instanceof Network;
                };
        return best && work.algorithm() == Algorithm.AUTO;
    }
}

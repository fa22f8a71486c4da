package org.convmark.analysis.facts;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.convmark.fusion.FusionCapabilities;
import org.convmark.fusion.FusionConstraints;
import org.convmark.fusion.FusionPlan;
import org.convmark.fusion.FusionPlanner;
import org.convmark.machine.Machine;
import org.convmark.model.Caches;
import org.convmark.model.Case;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.RoofLoop;
import org.convmark.model.Shape;
import org.convmark.results.Measurement;

/**
 * The memory that a pass keeps between its kernels and moves behind its caches, according to the fusion plan for the
 * machine's caches.
 */
public final class Footprint {
    /**
     * The footprint of one pass.
     *
     * @param workspace peak bytes of intermediate tensors, plus the windows of fused kernels
     * @param traffic modelled memory traffic
     */
    public record Bytes(long workspace, FusionPlan.Traffic traffic) {}

    private final FusionConstraints constraints;
    private final Set<String> told;
    private final Map<Integer, FusionPlanner> planners = new HashMap<>();
    private final Map<Integer, Map<Graph, Bytes>> known = new HashMap<>();

    /** @param sizes of caches in bytes by name, that override the machine's */
    public Footprint(Machine machine, Map<String, Long> sizes) {
        Map<String, Long> all = new HashMap<>(machine.cacheSizes());
        all.putAll(sizes);
        this.told = Set.copyOf(all.keySet());
        this.constraints =
                new FusionConstraints(Caches.of(all), Long.MAX_VALUE, FusionConstraints.ScheduleOverride.NONE);
    }

    /**
     * Empty for roofs, peers, benchmarks from outside the suite, and blocks fused on a device, which plans by its own
     * properties; and where a device may have maps of halves.
     */
    public synchronized Optional<Bytes> of(Measurement row) {
        if (!row.isWork() || !isPlanned(row.work())) {
            return Optional.empty();
        }
        int workers = Math.max(1, row.work().workers());
        return Optional.of(known.computeIfAbsent(workers, w -> new IdentityHashMap<>())
                .computeIfAbsent(row.work().graph(), graph -> bytes(graph, workers)));
    }

    /**
     * Bytes that one pass touches: inputs, result, weights, and what it keeps between kernels. Empty where {@link #of} is.
     */
    public Optional<Long> touched(Measurement row) {
        return of(row).map(bytes -> {
            Graph graph = row.work().graph();
            long inputs = graph.inputs().stream().mapToLong(Shape::bytes).sum();
            return inputs + graph.output().bytes() + graph.cost().weightBytes() + bytes.workspace();
        });
    }

    /** The levels of cache that hold the one number of bytes and not the other, least first, of those whose size is known. */
    public List<String> left(long held, long tooMany) {
        return constraints.caches().levels(held, tooMany).stream()
                .filter(told::contains)
                .toList();
    }

    private static boolean isPlanned(Case.Work work) {
        return switch (work.target().kind()) {
            case JAVA -> true;
            case DEVICE -> work.fusion() != Fusion.BLOCK && work.multiplyAdds() != RoofLoop.HALVES;
            case LIBRARY -> false;
        };
    }

    /** The kernels in which Java targets run a workload. */
    synchronized Graph schedule(Case.Work work) {
        return planner(Math.max(1, work.workers())).schedule(work.graph());
    }

    private FusionPlanner planner(int workers) {
        return planners.computeIfAbsent(workers, w -> new FusionPlanner(constraints, FusionCapabilities.CPU, w));
    }

    private Bytes bytes(Graph graph, int workers) {
        FusionPlanner planner = planner(workers);
        FusionPlan plan = planner.whole(graph);
        long between = planner.schedule(graph).cost().workspaceBytes();
        return new Bytes(between + plan.workspaceBytes(), plan.traffic());
    }
}

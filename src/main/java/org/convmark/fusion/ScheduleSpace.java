package org.convmark.fusion;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.model.Fused;
import org.convmark.model.Fuser;
import org.convmark.model.Graph;

/**
 * The schedules that the fused blocks of a graph can have on a machine: all that a search may try.
 *
 * @param constraints of the machine; without a wish
 * @param workers threads that share a kernel
 */
public record ScheduleSpace(FusionConstraints constraints, FusionCapabilities kernels, int workers) {
    /**
     * A schedule for all blocks of a graph.
     *
     * @param schedule none for the planner's choice
     * @param cost modelled, besides the arithmetic of the layers, in operations of a core
     */
    public record Candidate(ScheduleOverride schedule, double cost) {}

    /** The planner's choice first, then one schedule for each other plan that fits. */
    public List<Candidate> of(Graph fused) {
        Set<FusionPlan> known = new HashSet<>();
        List<Candidate> candidates = new ArrayList<>();
        for (ScheduleOverride schedule : wishes(fused)) {
            FusionPlanner planner = new FusionPlanner(
                    new FusionConstraints(constraints.caches(), constraints.memory(), schedule), kernels, workers);
            plan(planner, fused)
                    .filter(known::add)
                    .ifPresent(plan -> candidates.add(new Candidate(schedule, planner.cost(plan))));
        }
        return candidates;
    }

    /** Empty if the schedule does not fit. */
    private static Optional<FusionPlan> plan(FusionPlanner planner, Graph fused) {
        try {
            return Optional.of(planner.whole(fused));
        } catch (IllegalArgumentException tooLarge) {
            return Optional.empty();
        }
    }

    private Set<ScheduleOverride> wishes(Graph fused) {
        Set<ScheduleOverride> wishes = new LinkedHashSet<>(List.of(ScheduleOverride.NONE));
        List<Graph> bodies = fused.nodes().stream()
                .map(Graph.Node::layer)
                .filter(Fused.class::isInstance)
                .map(layer -> ((Fused) layer).body())
                .distinct()
                .toList();
        List<Integer> chunks = chunks(bodies);
        bodies.stream()
                .flatMap(body -> FusionPlanner.usualSteps(body.output().height()).stream())
                .distinct()
                .sorted()
                .forEach(step -> chunks.forEach(chunk -> wishes.add(new ScheduleOverride(step, chunk))));
        return wishes;
    }

    /** The usual ones, and one that holds all hidden channels of every block; 0 if no block has hidden channels. */
    private List<Integer> chunks(List<Graph> bodies) {
        int most = bodies.stream()
                .flatMap(body -> ExpandProjectChain.of(Fuser.epilogues(body)).stream())
                .mapToInt(ExpandProjectChain::channels)
                .max()
                .orElse(0);
        int all = (most + ScheduleOverride.GRAIN - 1) / ScheduleOverride.GRAIN * ScheduleOverride.GRAIN;
        return Stream.concat(kernels.chunks().stream().filter(chunk -> chunk < most), Stream.of(all))
                .toList();
    }
}

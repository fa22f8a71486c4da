package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.convmark.engine.Engines;
import org.convmark.kernel.MemoryPlan.LiveRange;
import org.convmark.kernel.vector.lane.Lanes;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.convmark.model.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Intermediates need little more memory than the values that are alive at the same time. */
class MemoryPlanTest {
    private static LiveRange tenant(int value, int from, int to, String layout, int units) {
        return new LiveRange(value, from, to, layout, new Backend.MemoryRequirement("floats", units, Float.BYTES));
    }

    @Test
    void deadTensorsMakeRoom() {
        MemoryPlan plan = new MemoryPlan(List.of(
                tenant(1, 0, 1, "a", 100),
                tenant(2, 1, 2, "b", 60),
                tenant(3, 2, 3, "a", 100),
                tenant(4, 3, 4, "c", 20)));
        assertEquals(Optional.of(160L * Float.BYTES), plan.bytes());
        assertEquals(plan.first(1), plan.first(3));
        assertEquals(100, plan.first(2));
        assertEquals(100, plan.first(4));
        assertTrue(!plan.isSpoiled(1) && plan.isSpoiled(2) && plan.isSpoiled(4));
    }

    /**
     * Tensors as the vector backend stores them, with borders and gaps, against the live values without these. Both count whole
     * vectors, as in the layout: at 512 bits, 24 channels of a network take the space of 32. Between ConvNeXt's fused blocks only
     * maps with the border of a 7x7 filter are alive, and the border alone is 23 % more pixels.
     */
    @ParameterizedTest
    @EnumSource
    void wholeNetworksNeedLittleMoreThanTheirWidestCut(Network network) {
        Graph graph = network.graph(network.image(), 1);
        try (Engine engine = Engines.open(Target.VECTOR, new EngineOptions(1, null))) {
            Backend<?, ?> backend = (Backend<?, ?>) engine;
            for (Fusion fusion : Fusion.values()) {
                Graph scheduled = backend.schedule(graph.fuse(fusion));
                double share = (double) backend.plan(scheduled).bytes().orElseThrow() / widestCut(scheduled);
                assertTrue(
                        share <= (fusion == Fusion.BLOCK ? 1.25 : 1.2),
                        () -> network + " " + fusion + ": " + share + " of the widest cut");
            }
        }
    }

    /** Bytes of the intermediates alive at one time, channels in whole vectors. */
    private static long widestCut(Graph graph) {
        int first = graph.inputs().size();
        int[] lastUses = graph.lastUses();
        long widest = 0;
        for (int node = 0; node < graph.nodes().size(); node++) {
            int now = node;
            widest = Math.max(
                    widest,
                    IntStream.rangeClosed(first, first + now)
                            .filter(v -> v != graph.head() && lastUses[v] >= now)
                            .mapToObj(graph::shape)
                            .mapToLong(s -> s.withChannels((s.channels() + Lanes.L - 1) / Lanes.L * Lanes.L)
                                    .bytes())
                            .sum());
        }
        return widest;
    }
}

package org.convmark.analysis.facts;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.convmark.model.Case;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Target;
import org.convmark.model.Waterline;
import org.convmark.model.Waterline.Bar;
import org.convmark.model.Waterline.Counting;
import org.convmark.results.Measurement;

/**
 * The least time that rows can take on the hardware of their run: a waterline of the arithmetic that the best known algorithm needs
 * and of the bytes that each kernel needs, at the highest rates that the run saw. A row that is faster proves the bound wrong.
 */
public final class Bounds {
    /**
     * The bound of one pass.
     *
     * @param kernels one bar for each
     * @param peak flops per second
     */
    public record Bound(Waterline kernels, double peak) {
        /** The bound of a graph whose nodes are kernels. */
        public static Bound of(Graph graph, Roofs.Limits limits) {
            double peak = limits.flopsPerSecond();
            return new Bound(
                    Waterline.of(graph, Counting.LEAST, limits.elementBytes(), bytes -> peak / limits.bandwidth(bytes)),
                    peak);
        }

        /** Seconds of a pass. */
        public double seconds() {
            return kernels.time() / peak;
        }

        /** Seconds by what kernels compute; kernels that compute the same are added up. */
        public Map<String, Double> byKernel() {
            Map<String, Double> seconds = new LinkedHashMap<>();
            for (Bar bar : kernels.bars()) {
                seconds.merge(bar.name(), bar.time() / peak, Double::sum);
            }
            return seconds;
        }

        /** Whether most of its time is spent on moving bytes. */
        public boolean isOfMemory() {
            double waiting = kernels.bars().stream()
                    .filter(Bar::isUnderWater)
                    .mapToDouble(Bar::time)
                    .sum();
            return 2 * waiting > kernels.time();
        }
    }

    private final Roofs roofs;
    private final Footprint footprint;
    private final Map<Hardware, Map<Graph, Bound>> known = new LinkedHashMap<>();

    Bounds(Roofs roofs, Footprint footprint) {
        this.roofs = roofs;
        this.footprint = footprint;
    }

    /** Empty for what is no workload, and where the run lacks an arithmetic roof or memory roofs of the hardware. */
    public synchronized Optional<Bound> of(Measurement row) {
        if (!row.isWork()) {
            return Optional.empty();
        }
        Map<Graph, Bound> bounds = known.computeIfAbsent(Hardware.of(row), hardware -> new IdentityHashMap<>());
        return roofs.limits(row)
                .map(limits ->
                        bounds.computeIfAbsent(row.work().graph(), graph -> Bound.of(kernels(row.work()), limits)));
    }

    /** Java targets run blocks as planned for the machine's caches. */
    private Graph kernels(Case.Work work) {
        boolean planned = work.fusion() == Fusion.BLOCK && work.target().kind() == Target.Kind.JAVA;
        return planned ? footprint.schedule(work) : work.graph();
    }
}

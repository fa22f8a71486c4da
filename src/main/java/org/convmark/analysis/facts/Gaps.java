package org.convmark.analysis.facts;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.convmark.model.Case;
import org.convmark.model.Graph;
import org.convmark.model.Target;
import org.convmark.model.Waterline;
import org.convmark.model.Waterline.Counting;
import org.convmark.model.Workload;
import org.convmark.results.Measurement;

/** How far each row is from the roofs of its run: the efficiency gap (Lavin 2024), and what it consists of. */
public final class Gaps {
    /** Bytes of a working set that fits no cache. */
    private static final double NOWHERE = Double.MAX_VALUE;

    /**
     * A row against the roofs of its hardware.
     *
     * @param peak flops per second
     * @param memory the waterline if every byte comes from main memory
     * @param caches the waterline if the bytes of a kernel come from the smallest cache that holds them all
     * @param launchSeconds upper bound for the launch of one kernel
     */
    public record Gap(Measurement row, double peak, Waterline memory, Waterline caches, double launchSeconds) {
        /** What was measured. */
        public Case.Work work() {
            return row.work();
        }

        /** Its workload. */
        public Workload workload() {
            return work().workload();
        }

        /** Measured time of a pass. */
        public double seconds() {
            return row.seconds();
        }

        /** Time of a pass at the roof: flops over peak. */
        public double idealSeconds() {
            return memory.operations() / peak;
        }

        /** Share of the peak that was reached. */
        public double efficiency() {
            return idealSeconds() / seconds();
        }

        /** Shares of the measured time, in this order, each capped at what the earlier ones leave; they sum to 1. */
        public Map<String, Double> parts() {
            Map<String, Double> wishes = new LinkedHashMap<>();
            wishes.put(ARITHMETIC, efficiency());
            wishes.put(MEMORY, (caches.time() - caches.operations()) / peak / seconds());
            wishes.put(LAUNCH, launchSeconds * caches.bars().size() / seconds());
            wishes.put(REST, 1.0);
            double left = 1;
            for (Map.Entry<String, Double> part : wishes.entrySet()) {
                part.setValue(Math.min(left, Math.max(0, part.getValue())));
                left -= part.getValue();
            }
            return wishes;
        }
    }

    /** The part of the time in which arithmetic runs at the roof. */
    public static final String ARITHMETIC = "1 arithmetic at the roof";

    static final String MEMORY = "2 waiting for memory";
    static final String LAUNCH = "3 launches, at most";
    static final String REST = "4 arithmetic below the roof";

    private final List<Gap> gaps;
    private final List<Measurement> without;

    /** The gaps between some rows and the roofs of their run. */
    Gaps(List<Measurement> rows, Roofs roofs) {
        List<Gap> raw = rows.stream().flatMap(row -> gap(roofs, row).stream()).toList();
        Map<LaunchKey, Double> launches = new HashMap<>();
        raw.forEach(gap -> launches.merge(LaunchKey.of(gap.row()), leftPerKernel(gap), Math::min));
        gaps = raw.stream()
                .map(g -> new Gap(g.row(), g.peak(), g.memory(), g.caches(), launches.get(LaunchKey.of(g.row()))))
                .toList();
        without = rows.stream()
                .filter(row -> !roofs.hasBandwidths(row) || roofs.of(row).isEmpty())
                .toList();
    }

    private static Optional<Gap> gap(Roofs roofs, Measurement row) {
        if (!roofs.hasBandwidths(row)) {
            return Optional.empty();
        }
        Graph graph = row.work().graph();
        return roofs.of(row).map(roof -> {
            double peak = roof.flopsPerSecond();
            return new Gap(
                    row,
                    peak,
                    waterline(graph, bytes -> peak / roofs.bandwidth(row, NOWHERE)),
                    waterline(graph, bytes -> peak / roofs.bandwidth(row, bytes)),
                    0);
        });
    }

    /** The waterline of all flops and bytes, in single precision. */
    public static Waterline waterline(Graph graph, DoubleUnaryOperator balance) {
        return Waterline.of(graph, Counting.ALL, 4, balance);
    }

    /** Time per kernel beyond the waterline. Its minimum over rows bounds what a launch can cost. */
    private static double leftPerKernel(Gap gap) {
        double left = gap.seconds() - gap.caches().time() / gap.peak();
        return Math.max(0, left) / gap.caches().bars().size();
    }

    /** Rows that agree in all of these have the same cost per launch. */
    private record LaunchKey(String java, Target target, int workers) {
        static LaunchKey of(Measurement row) {
            return new LaunchKey(
                    row.jvm().path(), row.work().target(), row.work().workers());
        }
    }

    /** Rows whose hardware has an arithmetic roof and memory roofs, in the order of the run. */
    public List<Gap> all() {
        return gaps;
    }

    /** Why some rows have no gap; empty if every row has one. */
    public Optional<String> missing() {
        return without.stream()
                .findFirst()
                .map(row -> without.size()
                        + " rows cannot be compared with a roof: this run has no arithmetic roof, or no memory roof, "
                        + "such as that of " + row.work().target().roof() + " with "
                        + Roofs.workers(row.work().workers())
                        + " on JVM " + row.jvm().version()
                        + ". Roofs are measured by --include 'Roof' in a run of the same profile, JVM and workers.");
    }
}

package org.convmark.fusion;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.model.Caches;
import org.convmark.model.Conv;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Layer;

/**
 * How a fused body runs on a machine: cut into kernels, each with its schedule. It is a value: it can be printed, compared, and
 * derived again from the graph.
 *
 * @param kernels in order
 */
public record FusionPlan(List<Kernel> kernels) {
    /** The order in which a kernel does its work. The only list of schedules. */
    public enum Schedule {
        /** One layer with its epilogue, whole tensors in and out: fusing it with its neighbours would not pay. */
        LAYER,
        /** Some rows of the result at a time; all intermediate values are held in windows. */
        ROWS,
        /**
         * As ROWS, but each step takes some hidden channels at a time: they are expanded, filtered and added to the partial sums.
         */
        CHUNKS
    }

    /**
     * A kernel of a plan.
     *
     * @param body its layers, convolutions with their epilogues
     * @param step rows of the result that are computed at a time
     * @param chunk hidden channels at a time, 0 for all
     * @param workers number of bands of rows; each band recomputes the rows above and below that it needs
     * @param workspaceBytes bytes of the windows of all workers
     * @param recompute operations relative to those of the layers; above 1 because neighbouring bands compute some rows twice
     * @param traffic modelled traffic
     * @param reason why a layer is alone; empty for other kernels
     */
    public record Kernel(
            Graph body,
            Schedule schedule,
            int step,
            int chunk,
            int workers,
            long workspaceBytes,
            double recompute,
            Traffic traffic,
            String reason) {
        /** Steps per image. */
        public int steps() {
            return (body.output().height() + step - 1) / step;
        }

        /** One line. */
        @Override
        public String toString() {
            String how = schedule == Schedule.LAYER
                    ? reason
                    : String.format(
                            Locale.ROOT,
                            "%d rows at a time%s, windows of %d KiB, %.2f times the operations",
                            step,
                            chunk == 0 ? "" : ", " + chunk + " hidden channels at a time",
                            workspaceBytes >> 10,
                            recompute);
            return schedule + " " + layers() + ": " + how + "; " + traffic;
        }

        private String layers() {
            return body.nodes().stream()
                    .map(node -> name(node.layer()) + " " + node.output())
                    .collect(Collectors.joining(" > "));
        }

        private static String name(Layer layer) {
            if (layer instanceof Fused fused) {
                return name(fused.body().nodes().get(0).layer());
            }
            return layer instanceof Conv conv
                    ? (conv.groupWidth() == Conv.DENSE ? "" : "groups of " + conv.groupWidth() + " ") + conv.kernel()
                            + "x" + conv.kernel()
                    : layer.getClass().getSimpleName();
        }

        /**
         * Channels of a value's window: a chunk of a hidden value, unless its rows outlive a step.
         *
         * @param flows schedules of all bands
         */
        public int windowChannels(int value, List<LineBufferSchedule> flows) {
            return windowChannels(
                    body, chunk, chunk == 0 ? Optional.empty() : ExpandProjectChain.of(body), value, flows);
        }

        static int windowChannels(
                Graph body, int chunk, Optional<ExpandProjectChain> hidden, int value, List<LineBufferSchedule> flows) {
            int channels = body.shape(value).channels();
            int node = value - body.inputs().size();
            boolean isHidden = chunk > 0
                    && hidden.filter(layers -> node >= layers.first() && node < layers.last())
                            .isPresent();
            return isHidden && flows.stream().noneMatch(flow -> flow.slides(value))
                    ? Math.min(chunk, channels)
                    : channels;
        }
    }

    /**
     * Modelled bytes that pass through each level, by the size of the data between two uses.
     *
     * @param l2 between the caches of a core
     * @param l3 between a core and the shared cache
     * @param memory beyond the last cache
     */
    public record Traffic(long l2, long l3, long memory) {
        /** One phrase. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "modelled MB through L2 %.2f, L3 %.2f, memory %.2f", l2 / 1e6, l3 / 1e6, memory / 1e6);
        }

        static final Traffic NONE = new Traffic(0, 0, 0);

        Traffic plus(Traffic that) {
            return new Traffic(l2 + that.l2, l3 + that.l3, memory + that.memory);
        }

        /** All bytes at the level that holds a working set. */
        static Traffic of(double bytes, long workingSet, Caches caches) {
            long whole = Math.round(bytes);
            if (workingSet <= caches.l2()) {
                return new Traffic(whole, 0, 0);
            }
            return workingSet <= caches.l3() ? new Traffic(0, whole, 0) : new Traffic(0, 0, whole);
        }

        /** Operations that a core could do in the time that these bytes take. */
        double flops() {
            return FLOPS_OF_L2 * l2 + FLOPS_OF_L3 * l3 + FLOPS_OF_MEMORY * memory;
        }

        private static final double FLOPS_OF_L2 = 1.5;
        private static final double FLOPS_OF_L3 = 4;
        private static final double FLOPS_OF_MEMORY = 10;
    }

    /** Copies the list. */
    public FusionPlan {
        kernels = List.copyOf(kernels);
    }

    /** A line for each kernel; equal kernels share one, with their number. */
    @Override
    public String toString() {
        return kernels.stream()
                .collect(Collectors.groupingBy(Kernel::toString, LinkedHashMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(line -> (line.getValue() > 1 ? line.getValue() + " times " : "") + line.getKey())
                .collect(Collectors.joining("\n"));
    }

    /** Bytes of windows: the most that any kernel needs. */
    public long workspaceBytes() {
        return kernels.stream().mapToLong(Kernel::workspaceBytes).max().orElse(0);
    }

    /** Modelled bytes of all kernels. */
    public Traffic traffic() {
        return kernels.stream().map(Kernel::traffic).reduce(Traffic.NONE, Traffic::plus);
    }
}

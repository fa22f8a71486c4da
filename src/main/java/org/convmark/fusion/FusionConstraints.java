package org.convmark.fusion;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.model.Caches;

/**
 * Limits for planning fused blocks, and the user's override.
 *
 * @param caches of the machine
 * @param memory most bytes that windows may take
 * @param wish the schedule that the user asks for
 */
public record FusionConstraints(Caches caches, long memory, ScheduleOverride wish) {
    /** A machine whose caches are unknown; the planner decides. */
    public static final FusionConstraints TYPICAL =
            new FusionConstraints(Caches.TYPICAL, Runtime.getRuntime().maxMemory() / 4, ScheduleOverride.NONE);

    /**
     * A schedule asked for, in place of the planner's own choice: every chain of layers that can share a kernel does.
     *
     * @param step rows of the result at a time, 0 for the planner's choice
     * @param chunk hidden channels at a time, 0 for the planner's choice; all where there are no more, or where a chunk would cut a group
     */
    public record ScheduleOverride(int step, int chunk) {
        /** The planner decides. */
        public static final ScheduleOverride NONE = new ScheduleOverride(0, 0);

        /** Channels that a chunk is a multiple of: those of the longest vector. */
        static final int GRAIN = 16;

        /** @throws IllegalArgumentException if a number is negative or a chunk is no multiple of {@link #GRAIN} */
        public ScheduleOverride {
            if (step < 0 || chunk < 0 || chunk % GRAIN != 0) {
                throw new IllegalArgumentException("a schedule takes at least one row and a multiple of " + GRAIN
                        + " hidden channels at a time, not step=" + step + ",chunk=" + chunk
                        + (chunk > 0 ? ": chunk=" + nearest(chunk) + " is the nearest" : ""));
            }
        }

        /**
         * Reads {@code step=4,chunk=64}; each part may be left out.
         *
         * @throws IllegalArgumentException saying what is allowed if the text is something else
         */
        public static ScheduleOverride parse(String text) {
            int step = 0;
            int chunk = 0;
            for (String part : text.split(",")) {
                if (part.matches("step=[1-9]\\d{0,5}")) {
                    step = Integer.parseInt(part.substring(5));
                } else if (part.matches("chunk=[1-9]\\d{0,5}")) {
                    chunk = Integer.parseInt(part.substring(6));
                } else {
                    throw new IllegalArgumentException("'" + text
                            + "' is no schedule of a fused block: write step=ROWS, chunk=CHANNELS or step=ROWS,chunk=CHANNELS,"
                            + " such as step=4,chunk=64");
                }
            }
            return new ScheduleOverride(step, chunk);
        }

        private static int nearest(int chunk) {
            return Math.max(GRAIN, (chunk + GRAIN / 2) / GRAIN * GRAIN);
        }

        /** As {@link #parse} reads it; empty if the planner decides all. */
        public String toText() {
            return Stream.of(step > 0 ? "step=" + step : "", chunk > 0 ? "chunk=" + chunk : "")
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(","));
        }

        boolean isNone() {
            return equals(NONE);
        }
    }
}

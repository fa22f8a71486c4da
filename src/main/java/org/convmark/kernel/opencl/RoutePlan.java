package org.convmark.kernel.opencl;

import java.util.List;
import org.convmark.model.Route;
import org.convmark.model.Shape;

/**
 * Channels copied from several tensors to one.
 *
 * @param sources for each output channel its index in the concatenation of all inputs
 * @param channels of each input
 * @param block channels side by side in memory
 */
record RoutePlan(int[] sources, int[] channels, int block) {
    static RoutePlan of(int[] sources, List<Shape> inputs, int block) {
        return new RoutePlan(sources, inputs.stream().mapToInt(Shape::channels).toArray(), block);
    }

    /** The plan for all inputs at once. */
    int[] plan() {
        return plan(0, channels.length);
    }

    /**
     * The plan that the route kernel follows for the inputs {@code from} to {@code to - 1}. Per output block: 1 if it is a whole
     * block of an input; then per channel the input, counted from {@code from}, or -1, and its channel.
     */
    int[] plan(int from, int to) {
        int v = block;
        int blocks = DeviceTensor.blocks(sources.length, v);
        int[] plan = new int[blocks * (1 + 2 * v)];
        for (int b = 0; b < blocks; b++) {
            int at = b * (1 + 2 * v);
            for (int lane = 0; lane < v; lane++) {
                int channel = b * v + lane;
                plan[at + 1 + 2 * lane] = -1;
                if (channel < sources.length) {
                    place(plan, at + 1 + 2 * lane, Route.Source.of(sources[channel], channels), from, to);
                }
            }
            plan[at] = isWhole(plan, at + 1, Math.min(v, sources.length - b * v)) ? 1 : 0;
        }
        return plan;
    }

    private void place(int[] plan, int at, Route.Source source, int from, int to) {
        if (source.input() >= from && source.input() < to) {
            plan[at] = source.input() - from;
            plan[at + 1] = source.channel();
        }
    }

    /** Whether the used lanes are the first lanes of one block of one input. */
    private boolean isWhole(int[] plan, int first, int lanes) {
        int start = plan[first + 1];
        boolean whole = plan[first] >= 0 && start % block == 0;
        for (int lane = 1; lane < lanes; lane++) {
            whole &= plan[first + 2 * lane] == plan[first] && plan[first + 2 * lane + 1] == start + lane;
        }
        return whole;
    }
}

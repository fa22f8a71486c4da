package org.convmark.kernel.opencl;

import java.util.List;
import org.convmark.model.Layer;

/**
 * Channels on their way from several tensors to one.
 *
 * @param sources for each output channel its index in the concatenation of all inputs
 * @param in the inputs
 * @param out the output
 */
record Route(int[] sources, List<Tensor> in, Tensor out) {
    /**
     * The plan that the route kernel follows for the inputs from one up to but not including another: per output block 1
     * where it is a whole block of an input, then per channel the input, counted from the first, or -1, and an offset.
     */
    int[] plan(int from, int to) {
        int v = out.block();
        int[] channels = in.stream().mapToInt(x -> x.shape().channels()).toArray();
        int[] plan = new int[out.blocks() * (1 + 2 * v)];
        for (int block = 0; block < out.blocks(); block++) {
            int at = block * (1 + 2 * v);
            for (int lane = 0; lane < v; lane++) {
                int channel = block * v + lane;
                plan[at + 1 + 2 * lane] = -1;
                if (channel < sources.length) {
                    place(plan, at + 1 + 2 * lane, Layer.Route.Source.of(sources[channel], channels), from, to);
                }
            }
            plan[at] = isWhole(plan, at + 1, Math.min(v, sources.length - block * v)) ? 1 : 0;
        }
        return plan;
    }

    private void place(int[] plan, int at, Layer.Route.Source source, int from, int to) {
        if (source.input() >= from && source.input() < to) {
            Tensor tensor = in.get(source.input());
            int block = source.channel() / tensor.block();
            plan[at] = source.input() - from;
            plan[at + 1] = tensor.at()[0] + block * tensor.plane() + source.channel() % tensor.block();
        }
    }

    /** Whether the lanes in use are the first ones of one block of one input. */
    private boolean isWhole(int[] plan, int first, int lanes) {
        int start = plan[first + 1];
        boolean whole = plan[first] >= 0 && start % out.block() == 0;
        for (int lane = 1; lane < lanes; lane++) {
            whole &= plan[first + 2 * lane] == plan[first] && plan[first + 2 * lane + 1] == start + lane;
        }
        return whole;
    }
}

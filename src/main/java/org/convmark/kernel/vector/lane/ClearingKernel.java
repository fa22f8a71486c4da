package org.convmark.kernel.vector.lane;

import org.convmark.kernel.Kernel;

/**
 * A kernel that also clears the border of its result, where other tensors were before: each range of units clears the same range
 * of the maps. The kernel itself writes only inside the border, so neither waits for the other.
 */
public record ClearingKernel(Kernel producer, BlockedTensor out) implements Kernel {
    @Override
    public int units() {
        return producer.units();
    }

    @Override
    public void run(int from, int to) {
        long maps = (long) out.shape.batch() * out.blocks;
        out.clearBorder((int) (from * maps / units()), (int) (to * maps / units()));
        producer.run(from, to);
    }
}

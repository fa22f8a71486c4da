package org.convmark.kernel.opencl;

import java.util.Locale;
import org.convmark.kernel.Epilogue;
import org.convmark.model.Activation;
import org.convmark.model.Conv;

/**
 * What the kernels are told about a device.
 *
 * @param family which kernels
 * @param vector channels side by side in memory: floats of a register on a CPU, 1 on a GPU
 * @param registers vector registers that a tile of sums, weights and one input may fill
 * @param group work-items of a group where any number would do
 * @param depthwisePixels columns of a depthwise tile
 * @param lanes floats of the vectors in roof loops
 * @param chains independent chains of the compute roof
 */
record Tuning(Family family, int vector, int registers, int group, int depthwisePixels, int lanes, int chains) {
    /** Channels and pixels of a GPU's tile in local memory. */
    static final int TILE = 64;

    /** Terms of the sums that go through local memory at a time. */
    static final int DEPTH = 16;

    /** Work-items of a tile in each direction. */
    static final int SIDE = 16;

    /** Two families of kernels. */
    enum Family {
        /** A work-item is one row of register tiles; no barriers. */
        CPU,
        /** A work-item is one pixel, or a part of a tile in local memory. */
        GPU
    }

    /** Property that picks a family whatever the type of the device. */
    static final String FAMILY = "convmark.opencl.family";

    /** The values for a device. */
    static Tuning of(DeviceInfo device) {
        String family = System.getProperty(FAMILY);
        return of(
                device,
                family != null
                        ? Family.valueOf(family.toUpperCase(Locale.ROOT))
                        : device.type() == DeviceInfo.Type.CPU ? Family.CPU : Family.GPU);
    }

    private static Tuning of(DeviceInfo device, Family family) {
        return family == Family.GPU ? gpu() : cpu(device.vectorWidth() >= 16 ? 16 : device.vectorWidth() >= 8 ? 8 : 4);
    }

    /** The values for a CPU whose widest registers hold 4, 8 or 16 floats. */
    static Tuning cpu(int lanes) {
        return lanes == 16
                ? new Tuning(Family.CPU, lanes, 32, 1, 12, lanes, 24)
                : new Tuning(Family.CPU, lanes, 16, 1, 8, lanes, 12);
    }

    /** The values for a GPU. */
    static Tuning gpu() {
        return new Tuning(Family.GPU, 1, 0, 64, 1, 4, 4);
    }

    /** Options of every program. */
    String options() {
        return "-DV=" + vector + " -DGROUP=" + group;
    }

    /** What a launch costs, in operations: 5 us of a core, or of a GPU, where fewer launches come before all else. */
    double flopsOfLaunch() {
        return family == Family.CPU ? 5e5 : 5e7;
    }

    /** Options for the window of a convolution. */
    static String window(Conv conv) {
        return " -DKERNEL=" + conv.kernel() + " -DSTRIDE=" + conv.stride() + " -DDILATION=" + conv.dilation();
    }

    /** Options for what follows a sum; all of them, as the stage before may have had others. */
    static String epilogue(Epilogue epilogue, Object residual) {
        return " -DBEFORE=" + name(epilogue.before()) + " -DAFTER=" + name(epilogue.after()) + " -DJOIN="
                + (residual == null ? "alone" : "plus");
    }

    /** What an activation, or none, is called in the kernels. */
    static String name(Activation function) {
        return function == null ? "identity" : function.name().toLowerCase(Locale.ROOT);
    }

    /** Columns of a depthwise tile such that the tiles of a row hardly overlap. */
    int evenPixels(int width) {
        return ceil(width, ceil(width, depthwisePixels));
    }

    /**
     * A register tile of a convolution: blocks of output channels x pixels of a row.
     *
     * @param out blocks of output channels
     * @param pixels columns
     */
    record Tile(int out, int pixels) {
        /** Half cycles of one step: two operations a cycle, and never shorter than a chain of additions needs. */
        private int cost() {
            return Math.max(8, Math.max(out * pixels, out + pixels));
        }
    }

    /**
     * The tile with the least work for a row of output pixels, counting what tiles beyond the edges waste.
     *
     * @param outBlocks blocks of output channels
     * @param width columns of the output
     * @param widest most blocks of output channels that see the same input channels
     */
    Tile tile(int outBlocks, int width, int widest) {
        Tile best = null;
        long least = Long.MAX_VALUE;
        for (int out = 1; out <= Math.min(widest, 4); out++) {
            for (int pixels = 1; pixels <= width && out * pixels + out + 1 <= registers; pixels++) {
                Tile tile = new Tile(out, pixels);
                long cost = (long) tile.cost() * ceil(outBlocks, out) * ceil(width, pixels);
                if (cost < least || cost == least && out * pixels > best.out * best.pixels) {
                    least = cost;
                    best = tile;
                }
            }
        }
        return best;
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }
}

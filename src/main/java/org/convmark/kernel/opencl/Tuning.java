package org.convmark.kernel.opencl;

import java.util.Locale;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.Quantiser;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.Precision;

/**
 * Parameters of the kernels for a device.
 *
 * @param family which kernels
 * @param vector channels side by side in memory: floats of a register on a CPU, 1 on a GPU
 * @param registers vector registers that a tile of sums, weights and one input may fill
 * @param group work-group size where any size would do
 * @param depthwisePixels columns of a depthwise tile
 * @param lanes floats per vector in roof loops
 * @param chains independent chains of the compute roof
 * @param halves what multiplies halves in the graph; floats unless maps hold halves
 */
record Tuning(
        Family family,
        int vector,
        int registers,
        int group,
        int depthwisePixels,
        int lanes,
        int chains,
        MatrixTile.Unit halves) {
    private static final int GROUP = 64;

    /** Two families of kernels. */
    enum Family {
        /** A work-item is one row of register tiles; groups of one item, no local memory. */
        CPU,
        /** A work-item is one pixel, or a part of a tile in local memory. */
        GPU
    }

    /** Property that picks a family whatever the type of the device. */
    static final String FAMILY = "convmark.opencl.family";

    /** The parameters of a device. */
    static Tuning of(DeviceInfo device) {
        String family = System.getProperty(FAMILY);
        return of(
                device,
                family != null
                        ? Family.valueOf(family.toUpperCase(Locale.ROOT))
                        : device.type() != DeviceInfo.Type.CPU
                                        && MatrixTile.of(device).findAny().isPresent()
                                ? Family.GPU
                                : Family.CPU);
    }

    private static Tuning of(DeviceInfo device, Family family) {
        return family == Family.GPU
                ? gpu(device)
                : cpu(device.vectorWidth() >= 16 ? 16 : device.vectorWidth() >= 8 ? 8 : 4);
    }

    /** The parameters of a CPU whose widest registers hold 4, 8 or 16 floats. */
    static Tuning cpu(int lanes) {
        return lanes == 16
                ? new Tuning(Family.CPU, lanes, 32, 1, 12, lanes, 24, MatrixTile.Unit.FLOATS)
                : new Tuning(Family.CPU, lanes, 16, 1, 8, lanes, 12, MatrixTile.Unit.FLOATS);
    }

    /** The parameters of a GPU. */
    static Tuning gpu(DeviceInfo device) {
        int group = GROUP;
        while (!device.allows(group) && group > 2) {
            group /= 2;
        }
        return new Tuning(Family.GPU, 1, 0, group, 1, 4, 4, MatrixTile.Unit.FLOATS);
    }

    /** The same for a graph whose halves are multiplied so. */
    Tuning with(MatrixTile.Unit halves) {
        return new Tuning(family, vector, registers, group, depthwisePixels, lanes, chains, halves);
    }

    /** Format of the elements of maps. */
    Precision maps() {
        return halves == MatrixTile.Unit.FLOATS ? Precision.FP32 : Precision.FP16;
    }

    /** Bytes of so many elements of maps, in whole words. */
    long bytes(long elements) {
        return (elements * maps().bits() + Integer.SIZE - 1) / Integer.SIZE * Integer.BYTES;
    }

    /** A layer's name, with the format of its maps where they hold no floats. */
    String named(String layer) {
        return maps().isNone() ? layer : layer + ", maps in " + maps();
    }

    /** Build options of every program. */
    String options() {
        return "-DV=" + vector + " -DGROUP=" + group + (maps().isNone() ? "" : " -DHALF_MAPS");
    }

    /** Cost of a launch, in operations: what a core or a GPU computes in 5 us. On a GPU, fewer launches nearly always win. */
    double flopsOfLaunch() {
        return family == Family.CPU ? 5e5 : 5e7;
    }

    /** Build options for the window of a convolution. */
    static String window(Conv conv) {
        return " -DKERNEL=" + conv.kernel() + " -DSTRIDE=" + conv.stride() + " -DDILATION=" + conv.dilation();
    }

    /** Build options for what follows a sum. All are set, because the stage before may have set others. */
    static String epilogue(Epilogue epilogue, Object residual) {
        return stage("BEFORE", epilogue.before()) + stage("AFTER", epilogue.after()) + " -DJOIN="
                + (residual == null ? "alone" : "plus");
    }

    /** Build options for an activation with what rounds before and behind it. */
    static String stage(String name, Epilogue.Stage stage) {
        return " -D" + name + "=" + name(stage.function()) + " -D" + name + "_FIRST=" + rounding(stage.first()) + " -D"
                + name + "_LAST=" + rounding(stage.last());
    }

    /** Arguments of the kernels' {@code rounded}. */
    static String rounding(Quantiser quantiser) {
        return quantiser == null
                ? "UNROUNDED"
                : number(quantiser.step()) + "," + number(quantiser.least()) + "," + number(quantiser.most());
    }

    /** A float in OpenCL C, exactly. */
    static String number(float value) {
        return Float.toHexString(value) + "f";
    }

    /** Name of an activation, or of none, in the kernels. */
    static String name(Activation function) {
        return function == null
                ? "identity"
                : function == Activation.TANH
                        ? "hyperbolic_tangent"
                        : function.name().toLowerCase(Locale.ROOT);
    }

    /** Columns of a depthwise tile, chosen so that the tiles of a row hardly overlap. */
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
        /** Half cycles of one step: two operations per cycle, but never less than the latency of a chain of additions. */
        private int cost() {
            return Math.max(8, Math.max(out * pixels, out + pixels));
        }
    }

    /**
     * The tile with the least work for a row of output pixels, including the waste of tiles beyond the edges.
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

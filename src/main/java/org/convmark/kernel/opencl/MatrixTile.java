package org.convmark.kernel.opencl;

import java.util.List;
import java.util.stream.Stream;
import org.convmark.model.Shape;

/**
 * The part of a matrix product that a work-group of {@code conv_gpu.cl} makes.
 *
 * @param channels output channels
 * @param pixels pixels
 * @param depth terms of the sums in local memory at a time
 * @param own channels, and pixels, of a work-item
 */
record MatrixTile(int channels, int pixels, int depth, int own) {
    /** What is tried: large tiles load less a product, small ones leave fewer units idle and run on small devices. */
    private static final List<MatrixTile> ALL = List.of(
            new MatrixTile(128, 128, 8, 8),
            new MatrixTile(64, 128, 8, 8),
            new MatrixTile(64, 64, 8, 8),
            new MatrixTile(32, 64, 16, 4),
            new MatrixTile(32, 32, 8, 4),
            new MatrixTile(16, 16, 8, 4));

    /** The tiles that a device has room for; none where it has no local memory or hardly any items in a group. */
    static Stream<MatrixTile> of(DeviceInfo device) {
        return ALL.stream().filter(tile -> device.allows(tile.items()) && tile.localBytes() <= device.localBytes());
    }

    int items() {
        return channels / own * (pixels / own);
    }

    /** Two buffers of both factors. */
    long localBytes() {
        return 2L * depth * (channels + pixels) * Shape.ELEMENT_BYTES;
    }

    /** Steps of a sum. */
    int steps(int terms) {
        return DeviceTensor.blocks(terms, depth);
    }

    /** What one step of a group costs, as counted in the kernel as compiled for an NVIDIA GPU. */
    LaunchModel.Work step() {
        int across = pixels / own;
        int quads = own / 4;
        int values = pixels * depth / items();
        int weights = channels * depth / 4 / items();
        // Local memory gives a warp eight quads a cycle, as many as there are different ones. Caches give half of that.
        double reads = depth * quads * (Math.max(1, across / 8.0) + Math.max(1, 4.0 / across));
        double loads = reads + 3 * values + 12 * weights;
        double all = own * own * depth + 2 * depth * quads + 2 * (values + weights) + 56;
        return new LaunchModel.Work(own * own * depth, loads, all, 1).times(LaunchModel.warps(items()));
    }

    /** What a group's beginning and end cost: places of pixels, then the stores. */
    LaunchModel.Work ends(boolean wide) {
        int sums = own * own;
        return new LaunchModel.Work(0, wide ? sums : 4 * sums, sums * (wide ? 4 : 8) + 150, 4)
                .times(LaunchModel.warps(items()));
    }

    /** Build options. */
    String options() {
        return " -DOUT_TILE=" + channels + " -DPIXEL_TILE=" + pixels + " -DDEPTH=" + depth + " -DOWN=" + own;
    }
}

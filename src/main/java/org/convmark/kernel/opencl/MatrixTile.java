package org.convmark.kernel.opencl;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.model.Conv;
import org.convmark.model.Precision;
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

    /** Shortest part of a sum that is worth a group of its own, in terms. */
    private static final int LEAST_TERMS = 64;

    /** Parts of a sum that are tried, besides as many as give every unit two groups. */
    private static final List<Integer> PARTS = List.of(2, 4, 8, 16);

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

    /** Products of a dot product. */
    static final int DOT = 4;

    /** Steps of a sum. */
    int steps(int terms) {
        return DeviceTensor.blocks(terms, depth);
    }

    /** Whether a convolution is one of dot products of four 8-bit integers. */
    static boolean isOfDots(Conv conv, Shape in) {
        return conv.precision() == Precision.INT8 && conv.groupWidth(in.channels()) % DOT == 0;
    }

    /** Terms of a sum: products, or dot products. */
    static int terms(Conv conv, Shape in) {
        int products = conv.groupWidth(in.channels()) * conv.kernel() * conv.kernel();
        return isOfDots(conv, in) ? products / DOT : products;
    }

    /**
     * What one step of a group costs, as counted in the kernel as compiled for an NVIDIA GPU. There a dot product takes as long as two
     * multiply-adds, and each of its four floats takes three or four instructions to become a byte.
     */
    LaunchModel.Work step(boolean dots) {
        int across = pixels / own;
        int quads = own / 4;
        int values = pixels * depth / items();
        int read = dots ? DOT * values : values;
        int weights = channels * depth / 4 / items();
        int products = (dots ? 2 : 1) * own * own * depth;
        // Local memory gives a warp eight quads a cycle, as many as there are different ones. Caches give half of that.
        double reads = depth * quads * (Math.max(1, across / 8.0) + Math.max(1, 4.0 / across));
        double loads = reads + 3 * read + 12 * weights;
        double all = products + 2 * depth * quads + 2 * (read + weights) + (dots ? 3.5 * read : 0) + 40;
        return new LaunchModel.Work(products, loads, all, 1).inGroup(items());
    }

    /** What a group's beginning and end cost: places of pixels, then the stores. */
    LaunchModel.Work ends(boolean wide) {
        int sums = own * own;
        return new LaunchModel.Work(0, wide ? sums : 4 * sums, sums * (wide ? 4 : 8) + 150, 4).inGroup(items());
    }

    /** Tiles that cover the output channels of a group. */
    int tiles(int groupOut) {
        return DeviceTensor.blocks(groupOut, channels);
    }

    /** Build options. */
    String options() {
        return " -DOUT_TILE=" + channels + " -DPIXEL_TILE=" + pixels + " -DDEPTH=" + depth + " -DOWN=" + own;
    }

    /**
     * A tile, and how many groups share a sum.
     *
     * @param splits parts of a sum
     * @param steps of a part
     * @param product the launch that multiplies
     * @param adding the launch that adds the parts, or null if there is one part
     */
    record Plan(MatrixTile tile, int splits, int steps, LaunchModel product, LaunchModel adding) {
        String options() {
            return tile.options() + " -DSPLITS=" + splits + " -DSTEPS=" + steps;
        }

        /** Predicted cycles on so many units. */
        double cycles(int units) {
            return product.on(units).cycles()
                    + (adding == null ? 0 : adding.on(units).cycles());
        }

        /** What is predicted for so many units, in words. */
        String on(int units) {
            LaunchModel.Prediction multiplying = product.on(units);
            return adding == null ? multiplying.toString() : multiplying + ", then " + adding.on(units);
        }

        /** What tells it from others, in words. */
        String words() {
            return "product of " + tile.channels + " channels x " + tile.pixels + " pixels, " + tile.depth + " terms, "
                    + tile.own + "x" + tile.own + " an item, sums in " + splits + (splits == 1 ? " part" : " parts");
        }
    }

    /**
     * What a device can run of a convolution, fastest first by the model.
     *
     * @param in shape of the input
     * @param out shape of the output
     * @param wide whether four pixels can be stored at a time
     * @throws IllegalStateException if the device has room for none
     */
    static List<Plan> plans(DeviceInfo device, int units, Conv conv, Shape in, Shape out, boolean wide) {
        List<Plan> plans = of(device)
                .flatMap(tile -> tile.plans(units, conv, in, out, wide))
                .sorted(Comparator.comparingDouble(plan -> plan.cycles(units)))
                .toList();
        if (plans.isEmpty()) {
            throw new IllegalStateException(
                    "no tile of a matrix product fits groups of up to " + device.groupItems() + " work-items and "
                            + device.localBytes() + " bytes of local memory, as " + device.name() + " has");
        }
        return plans;
    }

    /** This tile with whole sums and, where groups are fewer than twice the units, with sums in parts. */
    private Stream<Plan> plans(int units, Conv conv, Shape in, Shape out, boolean wide) {
        int all = steps(terms(conv, in));
        long groups = groups(conv, in, out);
        int enough = (int) Math.min((2L * units + groups - 1) / groups, all * depth / LEAST_TERMS);
        return IntStream.concat(
                        IntStream.of(1, enough), PARTS.stream().mapToInt(n -> n).filter(n -> n < enough))
                .map(parts -> DeviceTensor.blocks(all, Math.max(1, parts)))
                .distinct()
                .mapToObj(steps -> plan(DeviceTensor.blocks(all, steps), steps, conv, in, out, wide));
    }

    private long groups(Conv conv, Shape in, Shape out) {
        return (long) DeviceTensor.blocks((int) out.pixels(), pixels)
                * tiles(conv.groupOut(in.channels()))
                * (in.channels() / conv.groupWidth(in.channels()))
                * out.batch();
    }

    private Plan plan(int splits, int steps, Conv conv, Shape in, Shape out, boolean wide) {
        long weights = conv.precision().bytes(conv.outChannels(), conv.taps(in.channels()));
        LaunchModel product = new LaunchModel(
                groups(conv, in, out) * splits,
                items(),
                localBytes(),
                own == 8 ? 128 : 80,
                step(isOfDots(conv, in)).times(steps).plus(ends(wide || splits > 1)),
                in.bytes() + weights + (double) splits * out.bytes());
        return new Plan(this, splits, steps, product, splits == 1 ? null : adding(splits, out));
    }

    private static LaunchModel adding(int splits, Shape out) {
        double values = splits + 1.0;
        return new LaunchModel(
                (out.elements() + 31) / 32,
                32,
                0,
                32,
                new LaunchModel.Work(0, 2 * values, 3 * values + 40, 0),
                values * out.elements() * Shape.ELEMENT_BYTES);
    }
}

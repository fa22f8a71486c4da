package org.convmark.kernel.opencl;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.model.Conv;
import org.convmark.model.Precision;
import org.convmark.model.Shape;

/**
 * The part of a matrix product that a work-group makes.
 *
 * @param unit what multiplies
 * @param channels output channels
 * @param pixels pixels
 * @param depth terms of the sums in local memory at a time
 * @param own of an item, channels and pixels; of a warp on tensor cores, channels
 */
record MatrixTile(Unit unit, int channels, int pixels, int depth, int own) {
    /** What multiplies, and which operands a term of a sum has. */
    enum Unit {
        /** Items, floats. */
        FLOATS(1),
        /** Items, a word of four integers of 8 bits. */
        INTEGERS(4),
        /** Items, a word of two numbers of half precision. */
        PAIRS(2),
        /** Tensor cores, a word of two numbers of half precision, see {@code mma_gpu.cl}. */
        HALVES(2);

        /** Property that names PAIRS or HALVES, whose kernels then run on every device, by plain C. */
        static final String EVERYWHERE = "convmark.opencl.unit.everywhere";

        /** Input channels of a term. */
        final int lanes;

        Unit(int lanes) {
            this.lanes = lanes;
        }

        /** Bytes of a map of a graph whose halves are multiplied so. */
        long bytes(Shape map) {
            return this == FLOATS ? map.bytes() : map.bytes() / 2;
        }

        boolean isEverywhere() {
            return name().equalsIgnoreCase(System.getProperty(EVERYWHERE));
        }
    }

    /** What is tried: large tiles load less a product, small ones leave fewer units idle and run on small devices. */
    private static final List<MatrixTile> OF_ITEMS = List.of(
            new MatrixTile(Unit.FLOATS, 128, 128, 8, 8),
            new MatrixTile(Unit.FLOATS, 64, 128, 8, 8),
            new MatrixTile(Unit.FLOATS, 64, 64, 8, 8),
            new MatrixTile(Unit.FLOATS, 32, 64, 16, 4),
            new MatrixTile(Unit.FLOATS, 32, 32, 8, 4),
            new MatrixTile(Unit.FLOATS, 16, 16, 8, 4));

    /** The same on tensor cores. */
    private static final List<MatrixTile> OF_WARPS = List.of(
            new MatrixTile(Unit.HALVES, 128, 128, 16, 64),
            new MatrixTile(Unit.HALVES, 64, 128, 16, 64),
            new MatrixTile(Unit.HALVES, 64, 64, 16, 32),
            new MatrixTile(Unit.HALVES, 32, 64, 16, 16));

    /** Warps of a group on tensor cores, of 32 items each. */
    private static final int WARPS = 4;

    /** Shortest part of a sum that is worth a group of its own, in terms. */
    private static final int LEAST_TERMS = 64;

    /** Parts of a sum that are tried, besides as many as give every unit two groups. */
    private static final List<Integer> PARTS = List.of(2, 4, 8, 16);

    /** The tiles that a device has room for; none where it has no local memory or hardly any items in a group. */
    static Stream<MatrixTile> of(DeviceInfo device) {
        return of(OF_ITEMS, device);
    }

    private static Stream<MatrixTile> of(List<MatrixTile> tiles, DeviceInfo device) {
        return tiles.stream().filter(tile -> device.allows(tile.items()) && tile.localBytes() <= device.localBytes());
    }

    int items() {
        return unit == Unit.HALVES ? 32 * WARPS : channels / own * (pixels / own);
    }

    /** Two buffers of the factors that wait there. */
    long localBytes() {
        int row = unit == Unit.HALVES ? pixels + 8 : channels + pixels;
        return 2L * depth * row * Shape.ELEMENT_BYTES;
    }

    /** Steps of a sum. */
    int steps(int terms) {
        return DeviceTensor.blocks(terms, depth);
    }

    /** This tile with another unit. */
    private MatrixTile with(Unit other) {
        return new MatrixTile(other, channels, pixels, depth, own);
    }

    /** Of an item, as compiled for an NVIDIA GPU. */
    private int registers() {
        return unit == Unit.HALVES ? 24 + 9 * channels * pixels / items() / 5 : own == 8 ? 128 : 80;
    }

    /** Terms of a sum. */
    private int terms(Conv conv, Shape in) {
        return conv.groupWidth(in.channels()) * conv.kernel() * conv.kernel() / unit.lanes;
    }

    /** What one step of a group costs, as counted in the kernels as compiled for an NVIDIA GPU. */
    LaunchModel.Work step() {
        return unit == Unit.HALVES ? stepOfWarps() : stepOfItems();
    }

    /**
     * A product of words is taken for as long as two multiply-adds. A float of four takes three or four instructions to become a byte, one of
     * two takes one and a half to become a half.
     */
    private LaunchModel.Work stepOfItems() {
        double becoming = unit == Unit.INTEGERS ? 3.5 : unit == Unit.PAIRS ? 1.5 : 0;
        int across = pixels / own;
        int quads = own / 4;
        int values = pixels * depth / items() * unit.lanes;
        int weights = channels * depth / 4 / items();
        int products = (unit.lanes > 1 ? 2 : 1) * own * own * depth;
        // Local memory gives a warp eight quads a cycle, as many as there are different ones. Caches give half of that.
        double reads = depth * quads * (Math.max(1, across / 8.0) + Math.max(1, 4.0 / across));
        double loads = reads + 3 * values + 12 * weights;
        double all = products + 2 * depth * quads + 2 * (values + weights) + becoming * values + 40;
        return new LaunchModel.Work(products, loads, all, 1).inGroup(items());
    }

    /** Tensor cores are taken to need the time of eight instructions for 16 x 8 results from 8 terms, while others start. */
    private LaunchModel.Work stepOfWarps() {
        int values = pixels * depth / items() * unit.lanes;
        int steps = depth / 8;
        int columns = pixels * channels / own / WARPS / 8;
        int rows = own / 16;
        double loads = steps * (8 * rows + 2 * columns) + 3.5 * values;
        double all = steps * (rows * columns + rows + 2 * columns) + 2.75 * values + 40;
        return new LaunchModel.Work(8.0 * steps * rows * columns, loads, all, 1).inGroup(items());
    }

    /** What a group's beginning and end cost: places of pixels, then the stores. */
    LaunchModel.Work ends(boolean wideStores) {
        boolean wide = wideStores && unit != Unit.HALVES;
        int sums = channels * pixels / items();
        return new LaunchModel.Work(0, wide ? sums : 4 * sums, sums * (wide ? 4 : 8) + 150, 4).inGroup(items());
    }

    /** Tiles that cover the output channels of a group. */
    int tiles(int groupOut) {
        return DeviceTensor.blocks(groupOut, channels);
    }

    /** Build options. */
    String options() {
        return " -DOUT_TILE=" + channels + " -DPIXEL_TILE=" + pixels + " -DDEPTH=" + depth + " -DITEM_COUNT=" + items()
                + (unit == Unit.HALVES ? " -DWARPS_OUT=" + channels / own : " -DOWN=" + own);
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
            String own =
                    tile.unit == Unit.HALVES ? tile.own + " channels a warp" : tile.own + "x" + tile.own + " an item";
            String unit =
                    tile.unit == Unit.FLOATS ? "" : " of " + tile.unit.name().toLowerCase(Locale.ROOT);
            return "product" + unit + " of " + tile.channels + " channels x " + tile.pixels + " pixels, " + tile.depth
                    + " terms, " + own + ", sums in " + splits + (splits == 1 ? " part" : " parts");
        }
    }

    /**
     * What a device can run of a convolution, fastest first by the model.
     *
     * @param in shape of the input
     * @param out shape of the output
     * @param wide whether four pixels can be stored at a time
     * @param halves what multiplies halves there
     * @throws IllegalStateException if the device has room for none
     */
    static List<Plan> plans(DeviceInfo device, int units, Conv conv, Shape in, Shape out, boolean wide, Unit halves) {
        int group = conv.groupWidth(in.channels());
        boolean integers = conv.precision() == Precision.INT8 && group % Unit.INTEGERS.lanes == 0;
        boolean ofHalves = conv.precision() == Precision.FP16 && group % halves.lanes == 0;
        Stream<MatrixTile> more = !ofHalves || halves == Unit.FLOATS
                ? Stream.empty()
                : halves == Unit.HALVES ? of(OF_WARPS, device) : of(device).map(tile -> tile.with(halves));
        List<Plan> plans = Stream.concat(of(device).map(tile -> integers ? tile.with(Unit.INTEGERS) : tile), more)
                .flatMap(tile -> tile.plans(units, conv, in, out, wide, halves))
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
    private Stream<Plan> plans(int units, Conv conv, Shape in, Shape out, boolean wide, Unit halves) {
        int all = steps(terms(conv, in));
        long groups = groups(conv, in, out);
        int enough = (int) Math.min((2L * units + groups - 1) / groups, all * depth / LEAST_TERMS);
        return IntStream.concat(
                        IntStream.of(1, enough), PARTS.stream().mapToInt(n -> n).filter(n -> n < enough))
                .map(parts -> DeviceTensor.blocks(all, Math.max(1, parts)))
                .distinct()
                .mapToObj(steps -> plan(DeviceTensor.blocks(all, steps), steps, conv, in, out, wide, halves));
    }

    private long groups(Conv conv, Shape in, Shape out) {
        return (long) DeviceTensor.blocks((int) out.pixels(), pixels)
                * tiles(conv.groupOut(in.channels()))
                * (in.channels() / conv.groupWidth(in.channels()))
                * out.batch();
    }

    private Plan plan(int splits, int steps, Conv conv, Shape in, Shape out, boolean wide, Unit halves) {
        long weights = conv.precision().bytes(conv.outChannels(), conv.taps(in.channels()));
        LaunchModel product = new LaunchModel(
                groups(conv, in, out) * splits,
                items(),
                localBytes(),
                registers(),
                step().times(steps).plus(ends(wide || splits > 1)),
                halves.bytes(in) + weights + (splits == 1 ? halves.bytes(out) : (double) splits * out.bytes()));
        return new Plan(this, splits, steps, product, splits == 1 ? null : adding(splits, out, halves));
    }

    private static LaunchModel adding(int splits, Shape out, Unit halves) {
        double values = splits + 1.0;
        return new LaunchModel(
                (out.elements() + 31) / 32,
                32,
                0,
                32,
                new LaunchModel.Work(0, 2 * values, 3 * values + 40, 0),
                (double) splits * out.bytes() + halves.bytes(out));
    }
}

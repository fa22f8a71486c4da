package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/** Binds a convolution on a GPU: as a matrix product in tiles, or by columns where its groups are narrow. */
final class GpuConvolution {
    private static final System.Logger LOG = System.getLogger(GpuConvolution.class.getName());

    /** Fewer output channels than this make no matrix product. */
    private static final int NARROW = 32;

    /** Shortest part of a sum that is worth a group of its own, in terms. */
    private static final int LEAST_TERMS = 64;

    private final Cl cl;
    private final Tuning tuning;
    private final Conv conv;
    private final float[] filter;
    private final float[] bias;
    private final DeviceTensor in;
    private final DeviceTensor residual;
    private final DeviceTensor out;
    private final String options;
    private final int group;
    private final int groupOut;
    private final int groups;
    private final int taps;
    private final int pixels;

    GpuConvolution(
            Cl cl,
            Tuning tuning,
            Conv conv,
            Epilogue epilogue,
            float[] filter,
            float[] bias,
            DeviceTensor in,
            DeviceTensor residual,
            DeviceTensor out) {
        this.cl = cl;
        this.tuning = tuning;
        this.conv = conv;
        this.filter = filter;
        this.bias = bias;
        this.in = in;
        this.residual = residual == null ? out : residual;
        this.out = out;
        this.group = conv.groupWidth(in.shape().channels());
        this.groupOut = conv.groupOut(in.shape().channels());
        this.groups = in.shape().channels() / group;
        this.taps = conv.kernel() * conv.kernel();
        this.pixels = (int) out.shape().pixels();
        this.options = tuning.options() + Tuning.epilogue(epilogue, residual) + Tuning.window(conv) + " -DWIDTH="
                + out.shape().width() + " -DGROUP_WIDTH=" + group + " -DGROUP_OUT=" + groupOut + " -DIN_ROW="
                + in.row() + " -DIN_PLANE=" + in.plane();
    }

    Kernel bind() {
        return groupOut >= NARROW ? matrix() : columns();
    }

    // ---------------------------------------------------------------- matrix product

    /**
     * A matrix tile, and how many groups share a sum.
     *
     * @param splits parts of a sum
     * @param steps of a part
     */
    private record Plan(MatrixTile tile, int splits, int steps) {
        String options() {
            return tile.options() + " -DSPLITS=" + splits + " -DSTEPS=" + steps;
        }
    }

    private Kernel matrix() {
        List<Plan> plans = MatrixTile.of(cl.info())
                .flatMap(this::plans)
                .sorted(Comparator.comparingDouble(this::cycles))
                .toList();
        Plan plan = plans.stream()
                .filter(some -> cl.fits("conv_gpu.cl", "conv_tile", matrixOptions(some), some.tile.items()))
                .findFirst()
                .orElse(plans.get(0));
        LOG.log(
                System.Logger.Level.DEBUG,
                () -> conv + " on " + in.shape() + ": " + plan + ", "
                        + model(plan).on(cl.units()));
        return matrix(plan);
    }

    /** A tile with whole sums and, where its groups are too few for the units, with sums in parts. */
    private Stream<Plan> plans(MatrixTile tile) {
        int steps = tile.steps(group * taps);
        long enough = 2L * cl.units();
        long own = groups(tile);
        int splits = (int) Math.min((enough + own - 1) / own, steps * tile.depth() / LEAST_TERMS);
        Plan whole = new Plan(tile, 1, steps);
        if (splits < 2) {
            return Stream.of(whole);
        }
        int part = DeviceTensor.blocks(steps, splits);
        return Stream.of(whole, new Plan(tile, DeviceTensor.blocks(steps, part), part));
    }

    private long groups(MatrixTile tile) {
        return (long) DeviceTensor.blocks(pixels, tile.pixels())
                * tiles(tile)
                * groups
                * out.shape().batch();
    }

    private int tiles(MatrixTile tile) {
        return DeviceTensor.blocks(groupOut, tile.channels());
    }

    private double cycles(Plan plan) {
        double cycles = model(plan).on(cl.units()).cycles();
        return plan.splits == 1 ? cycles : cycles + adding(plan).on(cl.units()).cycles();
    }

    private LaunchModel model(Plan plan) {
        MatrixTile tile = plan.tile;
        int registers = tile.own() == 8 ? 128 : 80;
        return new LaunchModel(
                groups(tile) * plan.splits,
                tile.items(),
                tile.localBytes(),
                registers,
                tile.step().times(plan.steps).plus(tile.ends(wide() == 4 || plan.splits > 1)),
                (in.shape().elements()
                                + filter.length
                                + (double) plan.splits * out.shape().elements())
                        * Shape.ELEMENT_BYTES);
    }

    /** The launch that adds the parts of sums. */
    private LaunchModel adding(Plan plan) {
        double parts = plan.splits + 1.0;
        return new LaunchModel(
                (out.shape().elements() + tuning.group() - 1) / tuning.group(),
                tuning.group(),
                0,
                32,
                new LaunchModel.Work(0, parts, 3 * parts + 40, 0).times(LaunchModel.warps(tuning.group())),
                parts * out.shape().elements() * Shape.ELEMENT_BYTES);
    }

    private Kernel matrix(Plan plan) {
        int[] end = residual.at();
        Cl.Memory sums = out.memory();
        MatrixTile tile = plan.tile;
        long[] items = {
            (long) DeviceTensor.blocks(pixels, tile.pixels()) * tile.items(),
            tiles(tile),
            (long) out.shape().batch() * groups * plan.splits
        };
        if (plan.splits > 1) {
            sums = cl.allocate(items[2] * tiles(tile) * tile.channels() * pixels * Shape.ELEMENT_BYTES);
        }
        Cl.Memory biases = cl.upload(bias);
        Kernel product = cl.kernel(
                "conv_gpu.cl",
                "conv_tile",
                matrixOptions(plan),
                new Cl.Range(items, new long[] {tile.items(), 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                cl.upload(matrix(tile)),
                biases,
                residual.memory(),
                end,
                sums,
                out.at());
        if (plan.splits == 1) {
            return product;
        }
        Kernel adding = cl.kernel(
                "conv_gpu.cl",
                "conv_splits",
                matrixOptions(plan),
                new Cl.Range(
                        new long[] {pixels, conv.outChannels(), out.shape().batch()},
                        new long[] {tuning.group(), 1, 1}),
                sums,
                biases,
                residual.memory(),
                end,
                out.memory(),
                out.at());
        return new OpenClBackend.Sequence(new Kernel[] {product, adding});
    }

    private String matrixOptions(Plan plan) {
        return options + plan.options() + " -DPIXELS=" + pixels + " -DGROUPS=" + groups + " -DWIDE=" + wide();
    }

    /** Pixels that are stored at a time: 4 if every four of a row are aligned in both tensors. */
    private int wide() {
        boolean aligned = Stream.of(out, residual)
                .flatMapToInt(tensor -> Arrays.stream(tensor.at()))
                .allMatch(at -> at % 4 == 0);
        return aligned && out.shape().width() % 4 == 0 ? 4 : 1;
    }

    /** Group x tile x tap x input channel, padded to whole steps, x channel of the tile. */
    private float[] matrix(MatrixTile tile) {
        int rows = tile.steps(group * taps) * tile.depth();
        float[] packed = new float[groups * tiles(tile) * rows * tile.channels()];
        for (int o = 0; o < conv.outChannels(); o++) {
            int inGroup = o % groupOut;
            int first = (o / groupOut * tiles(tile) + inGroup / tile.channels()) * rows;
            for (int c = 0; c < group; c++) {
                for (int tap = 0; tap < taps; tap++) {
                    packed[(first + tap * group + c) * tile.channels() + inGroup % tile.channels()] = weight(o, c, tap);
                }
            }
        }
        return packed;
    }

    /** The weight of one product. */
    private float weight(int channelOut, int channelInGroup, int tap) {
        return filter[(channelOut * group + channelInGroup) * taps + tap];
    }

    // ---------------------------------------------------------------- columns

    private Kernel columns() {
        ColumnTile tile = ColumnTile.of(cl.info(), cl.units(), conv, in.shape(), out.shape());
        LOG.log(System.Logger.Level.DEBUG, () -> conv + " on " + in.shape() + ": " + tile);
        int sets = conv.outChannels() / tile.out();
        float[] packed = new float[filter.length];
        for (int o = 0; o < conv.outChannels(); o++) {
            for (int c = 0; c < group; c++) {
                for (int tap = 0; tap < taps; tap++) {
                    packed[((o / tile.out() * group + c) * taps + tap) * tile.out() + o % tile.out()] =
                            weight(o, c, tap);
                }
            }
        }
        return cl.kernel(
                "columns_gpu.cl",
                "conv_columns",
                options + tile.options() + " -DHEIGHT=" + out.shape().height() + " -DSETS=" + sets,
                new Cl.Range(
                        new long[] {
                            (long) tile.tiles(out.shape()) * tile.items(),
                            DeviceTensor.blocks(sets, tile.planes()),
                            out.shape().batch()
                        },
                        new long[] {tile.items(), 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                cl.upload(packed),
                cl.upload(bias),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at());
    }
}

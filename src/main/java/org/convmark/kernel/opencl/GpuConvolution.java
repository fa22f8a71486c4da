package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;
import org.convmark.model.Graph;
import org.convmark.model.Shape;
import org.convmark.model.Waterline;

/** Binds a convolution on a GPU: as a matrix product in tiles, or by columns where its groups are narrow. */
final class GpuConvolution {
    /** Fewer output channels than this make no matrix product. */
    private static final int NARROW = 32;

    private final Cl cl;
    private final Tuning tuning;
    private final Conv conv;
    private final FoldedConv folded;
    private final StoredConv stored;
    private final DeviceTensor in;
    private final DeviceTensor residual;
    private final DeviceTensor out;
    private final String options;
    private final int group;
    private final int groupOut;
    private final int groups;
    private final int taps;
    private final int pixels;

    GpuConvolution(Cl cl, Tuning tuning, FoldedConv folded, DeviceTensor in, DeviceTensor residual, DeviceTensor out) {
        this.cl = cl;
        this.tuning = tuning;
        this.conv = folded.conv();
        this.folded = folded;
        this.stored = StoredConv.of(folded);
        this.in = in;
        this.residual = residual == null ? out : residual;
        this.out = out;
        this.group = conv.groupWidth(in.shape().channels());
        this.groupOut = conv.groupOut(in.shape().channels());
        this.groups = in.shape().channels() / group;
        this.taps = conv.kernel() * conv.kernel();
        this.pixels = (int) out.shape().pixels();
        this.options =
                tuning.options() + Tuning.epilogue(folded.epilogue(), residual) + Tuning.window(conv) + " -DWIDTH="
                        + out.shape().width() + " -DGROUP_WIDTH=" + group + " -DGROUP_OUT=" + groupOut + " -DIN_ROW="
                        + in.row() + " -DIN_PLANE=" + in.plane() + stored.option("FORMAT");
    }

    /** The kernel that a tuner chooses. */
    Kernel bind(Autotuner tuner) {
        String layer = Waterline.label(conv, in.shape().channels(), out.shape()) + format(conv);
        return tuner.choose(tuning.named(layer), variants()).bind().get();
    }

    /** What tells a layer from the same one in another format, whose kernels take another time. */
    static String format(Conv conv) {
        return conv == null || conv.precision().isNone() ? "" : ", " + conv.precision();
    }

    /** As the model orders them. Columns of a wide group would read their input anew for every few channels. */
    private List<Autotuner.Variant> variants() {
        List<Autotuner.Variant> products =
                MatrixTile.plans(cl.info(), cl.units(), conv, in.shape(), out.shape(), wide() == 4, tuning.halves())
                        .stream()
                        .map(this::product)
                        .toList();
        if (groupOut >= NARROW) {
            return products;
        }
        List<Autotuner.Variant> columns =
                ColumnTile.all(cl.info(), cl.units(), conv, in.shape(), out.shape(), tuning.halves()).stream()
                        .map(this::byColumns)
                        .toList();
        return Stream.of(products, columns)
                .flatMap(List::stream)
                .sorted(Comparator.comparingDouble(Autotuner.Variant::cycles))
                .toList();
    }

    private Autotuner.Variant product(MatrixTile.Plan plan) {
        return new Autotuner.Variant(
                plan.words(),
                plan.cycles(cl.units()),
                () -> plan.on(cl.units()),
                () -> cl.fits(
                        files(plan),
                        kernel(plan),
                        matrixOptions(plan),
                        plan.tile().items()),
                () -> matrix(plan));
    }

    private Autotuner.Variant byColumns(ColumnTile tile) {
        LaunchModel.Prediction prediction =
                tile.model(conv, in.shape(), out.shape(), tuning.halves()).on(cl.units());
        return new Autotuner.Variant(
                tile.words(),
                prediction.cycles(),
                prediction::toString,
                () -> cl.fits(
                        List.of(new SourceFile("columns_gpu.cl", "")),
                        "conv_columns",
                        columnOptions(tile),
                        tile.items()),
                () -> columns(tile));
    }

    /** Whether a convolution is faster as a matrix product, by the model; narrow groups leave most of a tile empty. */
    private static boolean isMatrix(DeviceInfo device, MatrixTile.Unit halves, Conv conv, Shape in, Shape out) {
        return conv.groupOut(in.channels()) >= NARROW
                || product(device, halves, conv, in, out) < byColumns(device, halves, conv, in, out);
    }

    private static double product(DeviceInfo device, MatrixTile.Unit halves, Conv conv, Shape in, Shape out) {
        int units = device.computeUnits();
        return MatrixTile.plans(device, units, conv, in, out, out.width() % 4 == 0, halves)
                .get(0)
                .cycles(units);
    }

    private static double byColumns(DeviceInfo device, MatrixTile.Unit halves, Conv conv, Shape in, Shape out) {
        int units = device.computeUnits();
        return ColumnTile.all(device, units, conv, in, out, halves)
                .get(0)
                .model(conv, in, out, halves)
                .on(units)
                .cycles();
    }

    /**
     * Predicted cycles of a layer of a body in a launch of its own, whatever it is.
     *
     * @param halves what multiplies halves there
     */
    static double cycles(DeviceInfo device, MatrixTile.Unit halves, Graph body, int node) {
        int units = device.computeUnits();
        Conv conv = TiledBlock.conv(body.nodes().get(node).layer());
        Shape in = TiledBlock.in(body, node);
        Shape out = body.nodes().get(node).output();
        if (conv == null) {
            double bytes = halves.bytes(in) + (double) halves.bytes(out);
            return new LaunchModel(1, 32, 0, 32, LaunchModel.Work.NONE, bytes)
                    .on(units)
                    .cycles();
        }
        return isMatrix(device, halves, conv, in, out)
                ? product(device, halves, conv, in, out)
                : byColumns(device, halves, conv, in, out);
    }

    // ---------------------------------------------------------------- matrix product

    private Kernel matrix(MatrixTile.Plan plan) {
        int[] other = residual.at();
        Cl.Memory sums = out.memory();
        MatrixTile tile = plan.tile();
        long[] items = {
            (long) DeviceTensor.blocks(pixels, tile.pixels()) * tile.items(),
            tile.tiles(groupOut),
            (long) out.shape().batch() * groups * plan.splits()
        };
        if (plan.splits() > 1) {
            sums = cl.allocate(items[2] * tile.tiles(groupOut) * tile.channels() * pixels * Shape.ELEMENT_BYTES);
        }
        Cl.Memory ends = cl.upload(
                tile.unit() == MatrixTile.Unit.INTEGERS
                        ? StoredConv.integerEnds(folded)
                        : stored.ends(conv.outChannels()));
        Kernel product = cl.kernel(
                files(plan),
                kernel(plan),
                matrixOptions(plan),
                new Cl.Range(items, new long[] {tile.items(), 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                cl.upload(matrix(tile)),
                ends,
                residual.memory(),
                other,
                sums,
                out.at());
        if (plan.splits() == 1) {
            return product;
        }
        Kernel adding = cl.kernel(
                files(plan),
                "conv_splits",
                matrixOptions(plan),
                new Cl.Range(
                        new long[] {pixels, conv.outChannels(), out.shape().batch()},
                        new long[] {tuning.group(), 1, 1}),
                sums,
                ends,
                residual.memory(),
                other,
                out.memory(),
                out.at());
        return new OpenClBackend.Sequence(new Kernel[] {product, adding});
    }

    private static List<SourceFile> files(MatrixTile.Plan plan) {
        String own = plan.tile().unit() == MatrixTile.Unit.HALVES ? "mma_gpu.cl" : "conv_gpu.cl";
        return List.of(new SourceFile("product_gpu.cl", ""), new SourceFile(own, ""));
    }

    private static String kernel(MatrixTile.Plan plan) {
        return plan.tile().unit() == MatrixTile.Unit.HALVES ? "conv_mma" : "conv_tile";
    }

    private String matrixOptions(MatrixTile.Plan plan) {
        String unit =
                switch (plan.tile().unit()) {
                    case FLOATS -> "";
                    case INTEGERS -> dots(plan) + StoredConv.integers(folded);
                    case PAIRS -> dots(plan);
                    case HALVES -> cl.mma().orElseThrow().option();
                };
        return options + plan.options() + " -DPIXELS=" + pixels + " -DGROUPS=" + groups + " -DWIDE=" + wide() + unit;
    }

    private String dots(MatrixTile.Plan plan) {
        return cl.dots(plan.tile().unit()).orElseThrow().option();
    }

    /** Pixels that are stored at a time: 4 if every four of a row are aligned in both tensors. */
    private int wide() {
        boolean aligned = Stream.of(out, residual)
                .flatMapToInt(tensor -> Arrays.stream(tensor.at()))
                .allMatch(at -> at % 4 == 0);
        return aligned && out.shape().width() % 4 == 0 ? 4 : 1;
    }

    /**
     * Group x tile x term, which is tap x input channel, padded to whole steps, x channel of the tile; the input channels of a term
     * innermost. On tensor cores the words are in their order.
     */
    private int[] matrix(MatrixTile tile) {
        int lanes = tile.unit().lanes;
        int rows = tile.steps(group * taps / lanes) * tile.depth();
        int[] packed = stored.room(groups * tile.tiles(groupOut) * rows * tile.channels() * lanes);
        for (int o = 0; o < conv.outChannels(); o++) {
            int inGroup = o % groupOut;
            int first =
                    (o / groupOut * tile.tiles(groupOut) + inGroup / tile.channels()) * rows * tile.channels() * lanes;
            int channel = inGroup % tile.channels();
            for (int c = 0; c < group; c++) {
                for (int tap = 0; tap < taps; tap++) {
                    int product = tap * group + c;
                    int place = tile.unit() == MatrixTile.Unit.HALVES
                            ? Mma.place(product, channel, tile.channels())
                            : (product / lanes * tile.channels() + channel) * lanes + product % lanes;
                    stored.put(packed, first + place, weight(o, c, tap));
                }
            }
        }
        return packed;
    }

    /** The weight of one product. */
    private float weight(int channelOut, int channelInGroup, int tap) {
        return stored.numbers()[(channelOut * group + channelInGroup) * taps + tap];
    }

    // ---------------------------------------------------------------- columns

    private Kernel columns(ColumnTile tile) {
        int sets = conv.outChannels() / tile.out();
        int[] packed = stored.room(stored.numbers().length);
        for (int o = 0; o < conv.outChannels(); o++) {
            for (int c = 0; c < group; c++) {
                for (int tap = 0; tap < taps; tap++) {
                    int place = ((o / tile.out() * group + c) * taps + tap) * tile.out() + o % tile.out();
                    stored.put(packed, place, weight(o, c, tap));
                }
            }
        }
        return cl.kernel(
                "columns_gpu.cl",
                "conv_columns",
                columnOptions(tile),
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
                cl.upload(stored.ends(conv.outChannels())),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at());
    }

    private String columnOptions(ColumnTile tile) {
        return options + tile.options() + " -DHEIGHT=" + out.shape().height() + " -DSETS="
                + conv.outChannels() / tile.out() + " -DWIDE=" + wide();
    }
}

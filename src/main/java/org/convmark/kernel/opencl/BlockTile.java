package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.Kernel;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Shape;

/** A block in one kernel of a GPU, by the pixels of the result of which a group makes all channels, see {@code block_gpu.cl}. */
interface BlockTile {
    /** Rows of a rectangle, each a sum of the lead in registers. */
    int ROWS = 8;

    /** A lead that sums more channels should be a matrix product. */
    int WIDEST_LEAD = 32;

    /**
     * What a device can run of a block, the fastest by the model first; none if the block has another form or is too wide for the device.
     */
    static List<BlockTile> all(DeviceInfo device, TiledBlock block) {
        return Stream.concat(
                        block.halves() == MatrixTile.Unit.HALVES ? ExpandProjectMma.all(device, block) : Stream.empty(),
                        ExpandProject.all(device, block))
                .sorted(Comparator.comparingDouble(
                        tile -> tile.model().on(device.computeUnits()).cycles()))
                .toList();
    }

    TiledBlock block();

    /** Pixels of a group. */
    int pixels();

    /** Columns of the rectangle that they are, if a filter has rows. */
    int width();

    /** Work-items of a group. */
    int items();

    /** Channels of the expansion's input, with those that are only padding. */
    int in();

    /** Hidden channels, with those that are only padding. */
    int hidden();

    /** What tells it from others, in words. */
    String words();

    /** How long it takes. */
    LaunchModel model();

    /** The kernel, with its file and its own build options. */
    Source source(Cl cl, List<DeviceTensor> tensors);

    /** Weights of the layers behind the lead, in the order of the kernel. */
    Stream<int[]> products(List<FusedTile.Part> parts);

    /**
     * A kernel.
     *
     * @param file behind {@code block_gpu.cl}
     */
    record Source(String file, String kernel, String options) {
        List<SourceFile> files() {
            return List.of(new SourceFile("block_gpu.cl", ""), new SourceFile(file, ""));
        }
    }

    // ---------------------------------------------------------------- geometry

    /**
     * The width of a rectangle that covers the map with the fewest groups.
     *
     * @param widths that are possible, best first
     */
    static int width(TiledBlock block, int pixels, List<Integer> widths) {
        return widths.stream()
                .filter(width -> pixels / width <= ROWS && pixels / width > 1)
                .min(Comparator.comparingInt(width -> tiles(block, pixels, width)))
                .orElse(pixels);
    }

    private static int tiles(TiledBlock block, int pixels, int width) {
        Shape out = block.body().output();
        return block.lead() < 0 && block.inner() < 0 && !isWindow(block.expansion())
                ? DeviceTensor.blocks((int) out.pixels(), pixels)
                : DeviceTensor.blocks(out.width(), width) * DeviceTensor.blocks(out.height(), pixels / width);
    }

    /** Whether a convolution reads other values than those at its pixels. */
    static boolean isWindow(Conv conv) {
        return conv.kernel() > 1 || conv.stride() > 1 || conv.padding() > 0;
    }

    /** Whether the lead, if there is one, is narrow enough. */
    static boolean hasRoomForLead(TiledBlock block) {
        return block.lead() < 0 || block.leadWidth() <= WIDEST_LEAD;
    }

    static int up(int count, int unit) {
        return DeviceTensor.blocks(count, unit) * unit;
    }

    /** Rows, or columns, under so many of the result of a convolution. */
    static int span(Conv conv, int pixels) {
        return (pixels - 1) * conv.stride() + conv.kernel();
    }

    /** Taps of the expansion. */
    default int taps() {
        return block().expansion().kernel() * block().expansion().kernel();
    }

    /** Channels of the lead that an item makes, of those that see the same input. */
    private int leadOwn() {
        int share = block().narrow().channels() / (block().in().channels() / block().leadWidth());
        return share % 4 == 0 ? 4 : share % 2 == 0 ? 2 : 1;
    }

    // ---------------------------------------------------------------- model

    /** Instructions of an activation. */
    default double instructions(Activation function) {
        return LaunchModel.instructions(function);
    }

    /** Those of the activation behind a node's convolution. */
    default double function(int node) {
        return block().body().nodes().get(node).layer() instanceof Fused fused
                ? fused.body().nodes().stream()
                        .filter(n -> n.layer() instanceof ElementWise.Activate)
                        .mapToDouble(n -> instructions(((ElementWise.Activate) n.layer()).function()))
                        .sum()
                : 0;
    }

    /** Instructions of the lead and the norm, as counted in the kernel as compiled for an NVIDIA GPU. */
    default LaunchModel.Work lead() {
        if (block().lead() < 0) {
            return LaunchModel.Work.NONE;
        }
        Conv lead = block().leading();
        int rows = pixels() / width();
        int own = leadOwn();
        int columns = own == 1 ? 2 : 1;
        int taps = lead.kernel() * lead.kernel();
        double products = taps * rows * own * columns;
        double values = span(lead, rows) * span(lead, columns);
        double outputs = in() * (double) pixels() / items();
        LaunchModel.Work task =
                new LaunchModel.Work(products, 2 * values + taps * own, products + 5.5 * values + taps + 40, 0);
        LaunchModel.Work norm = new LaunchModel.Work(0, 4, block().norm() < 0 ? 0 : 16, 0);
        return task.times(block().leadWidth() * outputs / (rows * own * columns))
                .plus(norm.times(outputs));
    }

    /**
     * A launch.
     *
     * @param registers of an item
     * @param work of an item
     */
    default LaunchModel launch(long localBytes, int registers, LaunchModel.Work work) {
        Shape result = block().body().output();
        return new LaunchModel(
                (long) tiles(block(), pixels(), width()) * result.batch(),
                items(),
                localBytes,
                registers,
                work.inGroup(items()),
                (double) block().halves().bytes(block().in())
                        + block().halves().bytes(result)
                        + block().body().cost().weightBytes());
    }

    // ---------------------------------------------------------------- kernel

    /** The kernel for some tensors, not bound yet. */
    default Autotuner.Variant variant(
            Cl cl, Tuning tuning, List<FusedTile.Part> parts, List<DeviceTensor> in, DeviceTensor out) {
        LaunchModel.Prediction prediction = model().on(cl.units());
        FusedTile.Part last = parts.get(block().project());
        DeviceTensor input = in.get(block().input());
        DeviceTensor residual = last.residual() == null ? out : in.get(last.residual());
        Source source = source(cl, List.of(residual, out));
        String options = tuning.options() + block().options() + FusedTile.stages(block(), parts)
                + Tuning.epilogue(last.epilogue(), last.residual()) + " -DTILE=" + pixels() + " -DTILE_WIDTH="
                + width() + " -DITEM_COUNT=" + items() + " -DNARROW=" + in() + " -DHIDDEN_PADDED=" + hidden()
                + " -DOUT_CHANNELS=" + out.shape().channels() + " -DWIDTH="
                + out.shape().width() + " -DHEIGHT=" + out.shape().height() + " -DIN_WIDTH="
                + block().in().width() + " -DIN_HEIGHT=" + block().in().height() + " -DIN_PLANE=" + input.plane()
                + source.options();
        return new Autotuner.Variant(
                words(),
                prediction.cycles(),
                prediction::toString,
                () -> cl.fits(source.files(), source.kernel(), options, items()),
                () -> bind(cl, source, options, parts, input, residual, out));
    }

    private Kernel bind(
            Cl cl,
            Source source,
            String options,
            List<FusedTile.Part> parts,
            DeviceTensor in,
            DeviceTensor residual,
            DeviceTensor out) {
        long[] items = {
            (long) tiles(block(), pixels(), width()) * items(), 1, out.shape().batch()
        };
        return cl.kernel(
                source.files(),
                source.kernel(),
                options,
                new Cl.Range(items, new long[] {items(), 1, 1}),
                in.memory(),
                in.at(),
                cl.upload(StoredConv.joined(
                        Stream.concat(leadParameters(parts), products(parts)).toArray(int[][]::new))),
                block().norm() < 0 ? 0f : parts.get(block().norm()).epsilon(),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at());
    }

    /** Those of the lead and the norm, padded with zeros. */
    default Stream<int[]> leadParameters(List<FusedTile.Part> parts) {
        Stream.Builder<int[]> all = Stream.builder();
        for (int node = 0; node < block().expand(); node++) {
            FusedTile.Part part = parts.get(node);
            if (node == block().lead()) {
                all.add(part.conv().ends(in()))
                        .add(part.conv().words(lead(part.conv().numbers())));
            } else {
                all.add(StoredConv.bits(Arrays.copyOf(part.gain(), in())))
                        .add(StoredConv.bits(Arrays.copyOf(part.shift(), in())));
            }
        }
        return all.build();
    }

    /** Weights output x input channel x tap as set of outputs x input channel x tap x output, whole quads for each input channel. */
    private float[] lead(float[] weights) {
        int group = block().leadWidth();
        int taps = weights.length / block().narrow().channels() / group;
        int own = leadOwn();
        int run = up(taps * own, 4);
        float[] packed = new float[in() / own * group * run];
        IntStream.range(0, weights.length).forEach(i -> {
            int o = i / (taps * group);
            packed[(o / own * group + i / taps % group) * run + i % taps * own + o % own] = weights[i];
        });
        return packed;
    }
}

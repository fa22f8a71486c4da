package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * A block whose expansion and projection are pointwise as one GPU kernel, see {@code ffn_gpu.cl}.
 *
 * @param pixels of a group
 * @param width of the rectangle that they are, if there is a lead
 */
record FusedFfn(TiledBlock block, int pixels, int width) {
    /** Fewer pixels make the weights, which every group reads, cost more than the products. */
    private static final List<Integer> PIXELS = List.of(128, 64, 32);

    /** Rows of a rectangle, each a sum of the lead in registers. */
    private static final int ROWS = 8;

    private static final int MOST_ITEMS = 256;

    /** A lead that sums more channels should be a matrix product. */
    private static final int WIDEST_LEAD = 32;

    /** Instructions of an activation: fewer for rectifiers, more where there is an exponential. */
    private static final double FUNCTION = 10;

    /** The fastest tile by the model; none if the block has another form or is too wide for the device. */
    static Optional<FusedFfn> of(DeviceInfo device, TiledBlock block) {
        if (!block.isPointwise() || block.lead() >= 0 && block.leadWidth() > WIDEST_LEAD) {
            return Optional.empty();
        }
        return PIXELS.stream()
                .map(pixels -> new FusedFfn(block, pixels, width(block, pixels)))
                .filter(ffn -> ffn.items() <= MOST_ITEMS
                        && device.allows(ffn.items())
                        && ffn.localBytes() <= device.localBytes())
                .min(Comparator.comparingDouble(
                        ffn -> ffn.model().on(device.computeUnits()).cycles()));
    }

    /** The width of a rectangle that covers the map with the fewest groups, square rather than long. */
    private static int width(TiledBlock block, int pixels) {
        return Stream.of(16, 8, 4, 32)
                .filter(width -> pixels / width <= ROWS)
                .min(Comparator.comparingInt(width -> tiles(block, pixels, width)))
                .orElse(pixels);
    }

    private static int tiles(TiledBlock block, int pixels, int width) {
        Shape out = block.body().output();
        return block.lead() < 0
                ? DeviceTensor.blocks((int) out.pixels(), pixels)
                : DeviceTensor.blocks(out.width(), width) * DeviceTensor.blocks(out.height(), pixels / width);
    }

    private int in() {
        return up(block.narrow().channels(), 4);
    }

    private int out() {
        return up(block.body().output().channels(), 8);
    }

    private int chunk() {
        return out() / 2;
    }

    private int hidden() {
        return up(block.hidden().channels(), chunk());
    }

    /** Channels of the lead that an item makes, of those that see the same input. */
    private int leadOwn() {
        int share = block.narrow().channels() / (block.in().channels() / block.leadWidth());
        return share % 4 == 0 ? 4 : share % 2 == 0 ? 2 : 1;
    }

    private static int up(int count, int unit) {
        return DeviceTensor.blocks(count, unit) * unit;
    }

    private int items() {
        return out() / 8 * (pixels / 8);
    }

    private long localBytes() {
        return (long) (in() + chunk()) * pixels * Shape.ELEMENT_BYTES;
    }

    // ---------------------------------------------------------------- model

    /** Instructions per multiply-add as counted in the kernel as compiled for an NVIDIA GPU. */
    LaunchModel model() {
        Shape result = block.body().output();
        double across = Math.max(1, Math.min(32, pixels / 8.0) / 8);
        double chunks = hidden() / (double) chunk();
        LaunchModel.Work expand = new LaunchModel.Work(32, 2 * across + 4, 37.8, 0).times(in());
        LaunchModel.Work project = new LaunchModel.Work(64, 2 * across + 8, 70.8, 0).times(chunk());
        LaunchModel.Work between = new LaunchModel.Work(0, 8 * across + 4, 32 * FUNCTION + 60, 2);
        LaunchModel.Work all = expand.plus(project)
                .plus(between)
                .times(chunks)
                .plus(first())
                .plus(new LaunchModel.Work(0, 192, 600, 2));
        double weights = hidden() * (double) (in() + out());
        return new LaunchModel(
                (long) tiles(block, pixels, width) * result.batch(),
                items(),
                localBytes(),
                144,
                all.inGroup(items()),
                (block.in().elements() + result.elements() + weights) * Shape.ELEMENT_BYTES);
    }

    /** The lead and the norm, or copying the input to local memory. */
    private LaunchModel.Work first() {
        double values = in() * (double) pixels / items();
        if (block.lead() < 0) {
            return new LaunchModel.Work(0, 3, 15, 0).times(values);
        }
        Conv lead = TiledBlock.conv(block.body().nodes().get(block.lead()).layer());
        int rows = pixels / width;
        int taps = lead.kernel() * lead.kernel();
        double products = taps * rows * leadOwn();
        double loads = ((rows - 1.0) * lead.stride() + lead.kernel()) * lead.kernel() + taps;
        LaunchModel.Work column = new LaunchModel.Work(products, 2 * loads, products + taps * rows + 140, 0);
        LaunchModel.Work norm = new LaunchModel.Work(0, 4, block.norm() < 0 ? 0 : 16, 0);
        return column.times(block.leadWidth() * values / (rows * leadOwn())).plus(norm.times(values));
    }

    // ---------------------------------------------------------------- kernel

    Kernel bind(Cl cl, Tuning tuning, List<FusedTile.Part> parts, List<DeviceTensor> in, DeviceTensor out) {
        FusedTile.Part last = parts.get(block.project());
        DeviceTensor source = in.get(block.input());
        DeviceTensor residual = last.residual() == null ? out : in.get(last.residual());
        Shape result = out.shape();
        boolean wide = result.width() % 4 == 0
                && Stream.of(out, residual)
                        .flatMapToInt(tensor -> Arrays.stream(tensor.at()))
                        .allMatch(at -> at % 4 == 0);
        String options = tuning.options() + block.options() + FusedTile.after("LEAD", block.lead(), parts)
                + FusedTile.after("EXPAND", block.expand(), parts)
                + Tuning.epilogue(last.epilogue(), last.residual()) + " -DTILE=" + pixels + " -DTILE_WIDTH=" + width
                + " -DHIDDEN_PADDED=" + hidden() + " -DOUT_CHANNELS=" + result.channels() + " -DWIDTH="
                + result.width() + " -DHEIGHT=" + result.height() + " -DIN_WIDTH="
                + block.in().width() + " -DIN_HEIGHT=" + block.in().height() + " -DWIDE=" + (wide ? 4 : 1);
        return cl.kernel(
                "ffn_gpu.cl",
                "fused_ffn",
                options,
                new Cl.Range(
                        new long[] {(long) tiles(block, pixels, width) * items(), 1, result.batch()},
                        new long[] {items(), 1, 1}),
                source.memory(),
                source.at(),
                cl.upload(parameters(parts)),
                block.norm() < 0 ? 0f : parts.get(block.norm()).epsilon(),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at());
    }

    /** All parameters in the order of the kernel, padded with zeros. */
    private float[] parameters(List<FusedTile.Part> parts) {
        Stream.Builder<float[]> all = Stream.builder();
        for (int node = 0; node < block.expand(); node++) {
            FusedTile.Part part = parts.get(node);
            float[] second = node == block.lead() ? lead(part.second()) : Arrays.copyOf(part.second(), in());
            all.add(Arrays.copyOf(part.first(), in())).add(second);
        }
        FusedTile.Part expand = parts.get(block.expand());
        FusedTile.Part project = parts.get(block.project());
        all.add(Arrays.copyOf(expand.first(), hidden()))
                .add(transposed(expand.second(), block.narrow().channels(), in(), chunk(), hidden()));
        all.add(Arrays.copyOf(project.first(), out()))
                .add(transposed(project.second(), block.hidden().channels(), hidden(), out(), out()));
        return concatenated(all.build().toList());
    }

    /** Weights output x input channel x tap as set of outputs x input channel x tap x output. */
    private float[] lead(float[] weights) {
        int terms = weights.length / block.narrow().channels();
        return transposed(weights, terms, terms, leadOwn(), in());
    }

    /** Weights output x input as tile of outputs x input x output. */
    private static float[] transposed(float[] weights, int terms, int paddedTerms, int tile, int outputs) {
        float[] packed = new float[outputs * paddedTerms];
        IntStream.range(0, weights.length).forEach(i -> {
            int o = i / terms;
            packed[(o / tile * paddedTerms + i % terms) * tile + o % tile] = weights[i];
        });
        return packed;
    }

    private static float[] concatenated(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}

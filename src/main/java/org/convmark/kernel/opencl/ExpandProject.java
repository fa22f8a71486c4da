package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * A block of a dense expansion and a pointwise projection as one GPU kernel, see {@code expand_gpu.cl}.
 *
 * @param pixels of a group
 * @param width of the rectangle that they are, if a filter has rows
 * @param part channels of the expansion's input in local memory at a time
 */
record ExpandProject(TiledBlock block, int pixels, int width, int part) {
    /** Fewer pixels make the weights, which every group reads, cost more than the products. */
    private static final List<Integer> PIXELS = List.of(128, 64, 32);

    /** What is tried of wider inputs; every chunk of hidden channels reads all parts anew. */
    private static final List<Integer> PARTS = List.of(64, 32, 16, 8, 4);

    /** Rows of a rectangle, each a sum of the lead in registers. */
    private static final int ROWS = 8;

    private static final int MOST_ITEMS = 256;

    /** Quads that lanes read at a time without meeting on a bank. */
    private static final int BANK_QUADS = 8;

    /** A lead that sums more channels should be a matrix product. */
    private static final int WIDEST_LEAD = 32;

    /** Instructions of an activation: fewer for rectifiers, more where there is an exponential. */
    private static final double FUNCTION = 10;

    /** Tiles, the fastest by the model first; none if the block has another form or is too wide for the device. */
    static List<ExpandProject> all(DeviceInfo device, TiledBlock block) {
        if (!block.isDense() || block.lead() >= 0 && block.leadWidth() > WIDEST_LEAD) {
            return List.of();
        }
        return PIXELS.stream()
                .flatMap(pixels ->
                        parts(block).map(part -> new ExpandProject(block, pixels, width(block, pixels), part)))
                .filter(tile -> tile.items() <= MOST_ITEMS
                        && device.allows(tile.items())
                        && tile.localBytes() <= device.localBytes())
                .sorted(Comparator.comparingDouble(
                        tile -> tile.model().on(device.computeUnits()).cycles()))
                .toList();
    }

    /** What tells it from others, in words. */
    String words() {
        return "two products of " + pixels + " pixels in rows of " + width + ", " + part + " channels at a time";
    }

    /** All channels, or parts of them; a lead makes all at once. */
    private static Stream<Integer> parts(TiledBlock block) {
        int all = up(block.narrow().channels(), 4);
        return Stream.concat(Stream.of(all), PARTS.stream().filter(part -> part < all && block.lead() < 0));
    }

    /** The width of a rectangle that covers the map with the fewest groups, square rather than long. */
    private static int width(TiledBlock block, int pixels) {
        return Stream.of(16, 8, 4, 32)
                .filter(width -> pixels / width <= ROWS && pixels / width > 1)
                .min(Comparator.comparingInt(width -> tiles(block, pixels, width)))
                .orElse(pixels);
    }

    private static int tiles(TiledBlock block, int pixels, int width) {
        Shape out = block.body().output();
        return block.lead() < 0 && !isWindow(block.expansion())
                ? DeviceTensor.blocks((int) out.pixels(), pixels)
                : DeviceTensor.blocks(out.width(), width) * DeviceTensor.blocks(out.height(), pixels / width);
    }

    /** Whether a convolution reads other values than those at its pixels. */
    private static boolean isWindow(Conv conv) {
        return conv.kernel() > 1 || conv.stride() > 1 || conv.padding() > 0;
    }

    private int in() {
        return up(block.narrow().channels(), part);
    }

    private int taps() {
        return block.expansion().kernel() * block.expansion().kernel();
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
        Conv conv = block.expansion();
        long plane = isWindow(conv) ? 4L * span(pixels / width) * rowQuads() : pixels;
        return (part * plane + (long) chunk() * pixels) * Shape.ELEMENT_BYTES;
    }

    /** Rows, or columns, of the input under so many of the output. */
    private int span(int pixels) {
        return (pixels - 1) * block.expansion().stride() + block.expansion().kernel();
    }

    /** Values of a row that an item needs of columns that are a stride apart. */
    private int reach(int phase) {
        Conv conv = block.expansion();
        return phase < conv.kernel() ? 4 + (conv.kernel() - 1 - phase) / conv.stride() : 0;
    }

    /** Quads of a row in local memory of columns that are a stride apart. */
    private int phaseQuads() {
        return width / 4 - 1 + DeviceTensor.blocks(reach(0), 4);
    }

    /** Quads from row to row in local memory, such that as few lanes as possible meet on a bank. */
    private int rowQuads() {
        int least = block.expansion().stride() * phaseQuads();
        return IntStream.range(least, least + BANK_QUADS)
                .boxed()
                .min(Comparator.comparingInt(this::conflicts))
                .orElseThrow();
    }

    private int conflicts(int rowQuads) {
        int[] used = new int[BANK_QUADS];
        for (int lane = 0; lane < Math.min(BANK_QUADS, pixels / 8); lane++) {
            int row = lane / (width / 4) * 2 * block.expansion().stride();
            used[(row * rowQuads + lane % (width / 4)) % BANK_QUADS]++;
        }
        return IntStream.of(used).max().orElseThrow();
    }

    // ---------------------------------------------------------------- model

    /** Instructions per multiply-add as counted in the kernel as compiled for an NVIDIA GPU. */
    LaunchModel model() {
        Shape result = block.body().output();
        double across = across();
        double chunks = hidden() / (double) chunk();
        LaunchModel.Work expand = expanded().times(in());
        LaunchModel.Work project = new LaunchModel.Work(64, 2 * across + 8, 70.8, 0).times(chunk());
        LaunchModel.Work between = new LaunchModel.Work(0, 8 * across + 4, 32 * FUNCTION + 60, 2);
        LaunchModel.Work all = expand.plus(project)
                .plus(between)
                .plus(part < in() ? filled().times(in() / (double) part) : LaunchModel.Work.NONE)
                .times(chunks)
                .plus(block.lead() >= 0 ? lead() : part < in() ? LaunchModel.Work.NONE : filled())
                .plus(new LaunchModel.Work(0, 192, 600, 2));
        return new LaunchModel(
                (long) tiles(block, pixels, width) * result.batch(),
                items(),
                localBytes(),
                isWindow(block.expansion()) ? 168 : 144,
                all.inGroup(items()),
                (double) block.in().bytes()
                        + result.bytes()
                        + block.body().cost().weightBytes());
    }

    /** Cycles in which a warp loads a quad for each lane: one for every eight different ones. */
    private double across() {
        return Math.max(1, Math.min(32, pixels / 8.0) / 8);
    }

    /** The products of an input channel. */
    private LaunchModel.Work expanded() {
        Conv conv = block.expansion();
        if (!isWindow(conv)) {
            return new LaunchModel.Work(32, 2 * across() + 4, part % 8 == 0 ? 36.3 : 37.8, 0);
        }
        int rows = Math.min(2 * conv.kernel(), conv.stride() + conv.kernel());
        int quads = rows
                * IntStream.range(0, conv.stride())
                        .map(phase -> DeviceTensor.blocks(reach(phase), 4))
                        .sum();
        return new LaunchModel.Work(32.0 * taps(), quads * across() + 4 * taps(), 33.0 * taps() + quads + 7, 0);
    }

    /** A part of the input, from caches to local memory. */
    private LaunchModel.Work filled() {
        int places = isWindow(block.expansion()) ? span(pixels / width) * span(width) : pixels;
        double rounds = 32.0 * DeviceTensor.blocks(places, 32) / items();
        return new LaunchModel.Work(0, 3.0 * part * rounds, (3.5 * part + 25) * rounds, 2);
    }

    /** The lead and the norm. */
    private LaunchModel.Work lead() {
        double values = in() * (double) pixels / items();
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

    Autotuner.Variant variant(
            Cl cl, Tuning tuning, List<FusedTile.Part> parts, List<DeviceTensor> in, DeviceTensor out) {
        LaunchModel.Prediction prediction = model().on(cl.units());
        String options = options(tuning, parts, in, out);
        return new Autotuner.Variant(
                words(),
                prediction.cycles(),
                prediction::toString,
                () -> cl.fits(List.of(new SourceFile("expand_gpu.cl", "")), "expand_project", options, items()),
                () -> bind(cl, options, parts, in, out));
    }

    private String options(Tuning tuning, List<FusedTile.Part> parts, List<DeviceTensor> in, DeviceTensor out) {
        FusedTile.Part last = parts.get(block.project());
        DeviceTensor source = in.get(block.input());
        DeviceTensor residual = last.residual() == null ? out : in.get(last.residual());
        Shape result = out.shape();
        boolean wide = result.width() % 4 == 0
                && Stream.of(out, residual)
                        .flatMapToInt(tensor -> Arrays.stream(tensor.at()))
                        .allMatch(at -> at % 4 == 0);
        return tuning.options() + block.options() + FusedTile.stages(block, parts)
                + Tuning.epilogue(last.epilogue(), last.residual()) + " -DTILE=" + pixels + " -DTILE_WIDTH=" + width
                + " -DNARROW=" + in() + " -DPART=" + part + " -DPHASE_QUADS=" + phaseQuads() + " -DROW_QUADS="
                + rowQuads()
                + " -DHIDDEN_PADDED=" + hidden() + " -DOUT_CHANNELS=" + result.channels() + " -DWIDTH="
                + result.width() + " -DHEIGHT=" + result.height() + " -DIN_WIDTH="
                + block.in().width() + " -DIN_HEIGHT=" + block.in().height() + " -DIN_PLANE=" + source.plane()
                + " -DWIDE=" + (wide ? 4 : 1);
    }

    private Kernel bind(Cl cl, String options, List<FusedTile.Part> parts, List<DeviceTensor> in, DeviceTensor out) {
        FusedTile.Part last = parts.get(block.project());
        DeviceTensor source = in.get(block.input());
        DeviceTensor residual = last.residual() == null ? out : in.get(last.residual());
        return cl.kernel(
                "expand_gpu.cl",
                "expand_project",
                options,
                new Cl.Range(
                        new long[] {
                            (long) tiles(block, pixels, width) * items(),
                            1,
                            out.shape().batch()
                        },
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
    private int[] parameters(List<FusedTile.Part> parts) {
        Stream.Builder<int[]> all = Stream.builder();
        for (int node = 0; node < block.expand(); node++) {
            FusedTile.Part part = parts.get(node);
            if (node == block.lead()) {
                all.add(part.conv().ends(in()))
                        .add(part.conv().words(lead(part.conv().numbers())));
            } else {
                all.add(StoredConv.bits(Arrays.copyOf(part.gain(), in())))
                        .add(StoredConv.bits(Arrays.copyOf(part.shift(), in())));
            }
        }
        StoredConv expand = parts.get(block.expand()).conv();
        StoredConv project = parts.get(block.project()).conv();
        int terms = block.narrow().channels() * taps();
        all.add(expand.ends(hidden()))
                .add(expand.words(transposed(expand.numbers(), terms, in() * taps(), chunk(), hidden())));
        all.add(project.ends(out()))
                .add(project.words(transposed(project.numbers(), block.hidden().channels(), hidden(), out(), out())));
        return StoredConv.joined(all.build().toArray(int[][]::new));
    }

    /** Weights output x input channel x tap as set of outputs x input channel x tap x output, whole quads for each input channel. */
    private float[] lead(float[] weights) {
        int group = block.leadWidth();
        int taps = weights.length / block.narrow().channels() / group;
        int own = leadOwn();
        int run = up(taps * own, 4);
        float[] packed = new float[in() / own * group * run];
        IntStream.range(0, weights.length).forEach(i -> {
            int o = i / (taps * group);
            packed[(o / own * group + i / taps % group) * run + i % taps * own + o % own] = weights[i];
        });
        return packed;
    }

    /** Weights output x term as tile of outputs x term x output. */
    private static float[] transposed(float[] weights, int terms, int paddedTerms, int tile, int outputs) {
        float[] packed = new float[outputs * paddedTerms];
        IntStream.range(0, weights.length).forEach(i -> {
            int o = i / terms;
            packed[(o / tile * paddedTerms + i % terms) * tile + o % tile] = weights[i];
        });
        return packed;
    }
}

package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * A block of a dense expansion and a pointwise projection as one GPU kernel, see {@code expand_gpu.cl}.
 *
 * @param part channels of the expansion's input in local memory at a time
 */
record ExpandProject(TiledBlock block, int pixels, int width, int part) implements BlockTile {
    /** Fewer pixels make the weights, which every group reads, cost more than the products. */
    private static final List<Integer> PIXELS = List.of(128, 64, 32);

    /** Square rectangles rather than long ones. */
    private static final List<Integer> WIDTHS = List.of(16, 8, 4, 32);

    /** What is tried of wider inputs; every chunk of hidden channels reads all parts anew. */
    private static final List<Integer> PARTS = List.of(64, 32, 16, 8, 4);

    private static final int MOST_ITEMS = 256;

    /** Quads that lanes read at a time without meeting on a bank. */
    private static final int BANK_QUADS = 8;

    /** Tiles that fit the device; none if the block has another form or is too wide. */
    static Stream<BlockTile> all(DeviceInfo device, TiledBlock block) {
        if (!block.isDense() || !BlockTile.hasRoomForLead(block)) {
            return Stream.empty();
        }
        return PIXELS.stream()
                .flatMap(pixels -> parts(block)
                        .map(part -> new ExpandProject(block, pixels, BlockTile.width(block, pixels, WIDTHS), part)))
                .filter(tile -> tile.items() <= MOST_ITEMS
                        && device.allows(tile.items())
                        && tile.localBytes() <= device.localBytes())
                .map(tile -> tile);
    }

    @Override
    public String words() {
        return "two products of " + pixels + " pixels in rows of " + width + ", " + part + " channels at a time";
    }

    /** All channels, or parts of them; a lead makes all at once. */
    private static Stream<Integer> parts(TiledBlock block) {
        int all = BlockTile.up(block.narrow().channels(), 4);
        return Stream.concat(Stream.of(all), PARTS.stream().filter(part -> part < all && block.lead() < 0));
    }

    @Override
    public int in() {
        return BlockTile.up(block.narrow().channels(), part);
    }

    private int out() {
        return BlockTile.up(block.body().output().channels(), 8);
    }

    private int chunk() {
        return out() / 2;
    }

    @Override
    public int hidden() {
        return BlockTile.up(block.hidden().channels(), chunk());
    }

    @Override
    public int items() {
        return out() / 8 * (pixels / 8);
    }

    private boolean isWindow() {
        return BlockTile.isWindow(block.expansion());
    }

    private long localBytes() {
        long plane = isWindow() ? 4L * span(pixels / width) * rowQuads() : pixels;
        return (part * plane + (long) chunk() * pixels) * Shape.ELEMENT_BYTES;
    }

    /** Rows, or columns, of the input under so many of the output. */
    private int span(int pixels) {
        return BlockTile.span(block.expansion(), pixels);
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
    @Override
    public LaunchModel model() {
        double across = across();
        double chunks = hidden() / (double) chunk();
        LaunchModel.Work expand = expanded().times(in());
        LaunchModel.Work project = new LaunchModel.Work(64, 2 * across + 8, 70.8, 0).times(chunk());
        LaunchModel.Work between = new LaunchModel.Work(0, 8 * across + 4, 32 * function(block.expand()) + 60, 2);
        LaunchModel.Work all = expand.plus(project)
                .plus(between)
                .plus(part < in() ? filled().times(in() / (double) part) : LaunchModel.Work.NONE)
                .times(chunks)
                .plus(lead())
                .plus(block.lead() >= 0 || part < in() ? LaunchModel.Work.NONE : filled())
                .plus(new LaunchModel.Work(0, 192, 600, 2));
        return launch(localBytes(), isWindow() ? 168 : 144, all);
    }

    /** Cycles in which a warp loads a quad for each lane: one for every eight different ones. */
    private double across() {
        return Math.max(1, Math.min(32, pixels / 8.0) / 8);
    }

    /** The products of an input channel. */
    private LaunchModel.Work expanded() {
        Conv conv = block.expansion();
        if (!isWindow()) {
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
        int places = isWindow() ? span(pixels / width) * span(width) : pixels;
        double rounds = 32.0 * DeviceTensor.blocks(places, 32) / items();
        return new LaunchModel.Work(0, 3.0 * part * rounds, (3.5 * part + 25) * rounds, 2);
    }

    // ---------------------------------------------------------------- kernel

    @Override
    public Source source(Cl cl, List<DeviceTensor> tensors) {
        boolean wide = block.body().output().width() % 4 == 0
                && tensors.stream()
                        .flatMapToInt(tensor -> Arrays.stream(tensor.at()))
                        .allMatch(at -> at % 4 == 0);
        return new Source(
                "expand_gpu.cl",
                "expand_project",
                " -DPART=" + part + " -DPHASE_QUADS=" + phaseQuads() + " -DROW_QUADS=" + rowQuads() + " -DWIDE="
                        + (wide ? 4 : 1));
    }

    @Override
    public Stream<int[]> products(List<FusedTile.Part> parts) {
        StoredConv expand = parts.get(block.expand()).conv();
        StoredConv project = parts.get(block.project()).conv();
        int terms = block.narrow().channels() * taps();
        return Stream.of(
                expand.ends(hidden()),
                expand.words(transposed(expand.numbers(), terms, in() * taps(), chunk(), hidden())),
                project.ends(out()),
                project.words(transposed(project.numbers(), block.hidden().channels(), hidden(), out(), out())));
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

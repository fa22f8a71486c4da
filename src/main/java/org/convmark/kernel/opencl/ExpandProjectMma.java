package org.convmark.kernel.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.Precision;
import org.convmark.model.Shape;

/**
 * A block of an expansion, maybe a depthwise filter, and a projection as one GPU kernel on tensor cores, see {@code expand_mma_gpu.cl}.
 *
 * @param rows of 16 pixels that a warp makes
 * @param keep whether the input of a pointwise expansion stays in registers
 * @param staged whether weights come through local memory
 */
record ExpandProjectMma(TiledBlock block, int warps, int rows, int width, boolean keep, boolean staged)
        implements BlockTile {
    private static final List<Integer> WARPS = List.of(8, 4, 2);

    /** More rows share a load of weights. */
    private static final List<Integer> TILES = List.of(3, 2, 1);

    private static final List<Boolean> BOTH = List.of(true, false), NO = List.of(false);

    private static final int WARP = 32;

    /** Channels of half a product's terms, and of its results. */
    private static final int EIGHT = 8;

    /** Words that an item reads at a time. */
    private static final int QUAD = 4;

    /** Registers that an item may have. */
    private static final int REGISTERS = 255;

    /** Banks of local memory, each a word wide, and how far four words of a warp's items must be from each other to be in different ones. */
    private static final int BANKS = 32, APART = 8;

    /** Tiles that fit the device; none if the block has another form, other formats or too many channels. */
    static Stream<BlockTile> all(DeviceInfo device, TiledBlock block) {
        if (!hasForm(block)) {
            return Stream.empty();
        }
        boolean pointwise = block.inner() < 0 && !BlockTile.isWindow(block.expansion());
        List<ExpandProjectMma> all = new ArrayList<>();
        for (int warps : WARPS) {
            for (int rows : TILES) {
                int width = BlockTile.width(block, warps * rows * Mma.ROWS, widths(rows));
                for (boolean staged : BOTH) {
                    for (boolean keep : pointwise ? BOTH : NO) {
                        all.add(new ExpandProjectMma(block, warps, rows, width, keep, staged));
                    }
                }
            }
        }
        return all.stream()
                .filter(tile -> (tile.keep || !tile.leadsInFloats())
                        && (block.inner() < 0 || widths(tile.rows).contains(tile.width))
                        && device.allows(tile.items())
                        && tile.localBytes() <= device.localBytes()
                        && tile.registers() <= REGISTERS)
                .map(tile -> tile);
    }

    /** Of rectangles in which an item's pixels lie in whole columns, as depthwise filters need. */
    private static List<Integer> widths(int rows) {
        return Stream.of(16, 8, 32)
                .filter(width -> Mma.ROWS * rows % width == 0)
                .toList();
    }

    private static boolean hasForm(TiledBlock block) {
        boolean halves =
                Stream.of(block.expand(), block.project()).allMatch(node -> precision(block, node) == Precision.FP16);
        boolean filtered = block.inner() >= 0
                && block.lead() < 0
                && precision(block, block.inner()).isNone()
                && !BlockTile.isWindow(block.expansion())
                && block.expandsAll();
        return halves && BlockTile.hasRoomForLead(block) && (block.isDense() || filtered);
    }

    /** Whether the lead runs on tensor cores, too: without a norm behind it, in groups of eights of channels. */
    private boolean leadsOnCores() {
        if (block.lead() < 0 || block.norm() >= 0) {
            return false;
        }
        int groups = block.in().channels() / block.leadWidth();
        return block.leadWidth() % EIGHT == 0
                && block.narrow().channels() / groups % EIGHT == 0
                && precision(block, block.lead()).isNone();
    }

    /** Products of the lead's sums: taps x eights of channels, two at a time. */
    private int leadSteps() {
        return DeviceTensor.blocks(leadTaps() * (block.leadWidth() / EIGHT), 2);
    }

    private static Precision precision(TiledBlock block, int node) {
        return TiledBlock.conv(block.body().nodes().get(node).layer()).precision();
    }

    @Override
    public String words() {
        return "two products of halves, " + pixels() + " pixels in rows of " + width + ", " + warps + " warps, "
                + chunk() + " hidden channels at a time" + (keep ? ", input in registers" : "")
                + (staged ? ", weights in stages" : "");
    }

    @Override
    public int pixels() {
        return warps * rows * Mma.ROWS;
    }

    @Override
    public int items() {
        return WARP * warps;
    }

    @Override
    public int in() {
        return BlockTile.up(block.narrow().channels(), Mma.TERMS);
    }

    /** Hidden channels at a time. Where their left factor is read again for all of them, more share it. */
    private int chunk() {
        return Mma.TERMS * (keep ? 1 : 2);
    }

    @Override
    public int hidden() {
        return BlockTile.up(block.hidden().channels(), chunk());
    }

    private int out() {
        return BlockTile.up(block.body().output().channels(), 2 * Mma.COLUMNS);
    }

    private boolean isWindow() {
        return BlockTile.isWindow(block.expansion());
    }

    /** Places under a tile of what is kept in local memory: the expansion's input, or that of a lead on tensor cores. */
    private int places() {
        int height = pixels() / width;
        if (leadsOnCores()) {
            return places(block.leading(), height, width);
        }
        Conv inner = block.filter();
        return isWindow() || block.inner() >= 0
                ? places(block.expansion(), BlockTile.span(inner, height), BlockTile.span(inner, width))
                : pixels();
    }

    private static int places(Conv conv, int height, int width) {
        return BlockTile.span(conv, height) * BlockTile.span(conv, width);
    }

    /** Whether a lead leaves its result in local memory, as floats. */
    private boolean leadsInFloats() {
        return block.lead() >= 0 && !leadsOnCores();
    }

    /** Channels that are kept in local memory. */
    private int kept() {
        return leadsOnCores() ? Math.max(block.in().channels(), in()) : in();
    }

    /** Words from channel to channel in local memory, or floats of a lead's result: pairs of channels are {@link #APART}. */
    private int pitch() {
        return leadsInFloats() ? pitch(pixels(), BANKS / 2, APART / 2) : pitch(places(), BANKS, APART);
    }

    /** Rounds in which warps make the hidden channels of so many times 16 places. */
    private int rounds(int tiles) {
        return DeviceTensor.blocks(places(), Mma.ROWS * tiles * warps);
    }

    /** Two, which share a load of weights, unless that leaves more warps idle. */
    private int roundTiles() {
        return 2 * rounds(2) <= rounds(1) + 1 ? 2 : 1;
    }

    private static int pitch(int places, int unit, int rest) {
        return BlockTile.up(places - rest, unit) + rest;
    }

    /** Quads of words of the expansion's weights for a tap. */
    private int expandQuads() {
        return squares(in(), chunk()) * WARP;
    }

    private int projectQuads() {
        return squares(chunk(), out()) * WARP;
    }

    private int stepQuads() {
        return isWindow() ? Math.max(expandQuads(), projectQuads()) : expandQuads() + projectQuads();
    }

    /** Steps of a chunk of hidden channels. */
    private int steps() {
        return isWindow() ? taps() + 1 : 1;
    }

    private long localBytes() {
        long stages = staged ? 2L * stepQuads() * QUAD : 0;
        long input = leadsInFloats() ? (long) in() * pitch() : kept() / 2L * pitch();
        long between = block.inner() >= 0 ? chunk() / 2L * pitch(places(), BANKS, APART) : 0;
        return (input + between + stages) * Shape.ELEMENT_BYTES;
    }

    // ---------------------------------------------------------------- model

    /** Of an item, for sums, left factors and the rest; where it would be too much, the kernel as compiled for an NVIDIA GPU spills. */
    private int registers() {
        int left = keep ? in() / 4 : Mma.TERMS / 4;
        int rest = block.inner() >= 0 ? 90 : block.lead() >= 0 ? 48 : 32;
        return rest
                + rows * (out() / 2 + left + chunk() / 2)
                + (staged ? QUAD * DeviceTensor.blocks(stepQuads(), items()) : 0);
    }

    @Override
    public double instructions(Activation function) {
        return LaunchModel.instructionsInHalves(function);
    }

    /** Instructions as counted in the kernel as compiled for an NVIDIA GPU; tensor cores as in {@link MatrixTile}. */
    @Override
    public LaunchModel model() {
        LaunchModel.Work chunk = block.inner() >= 0 ? filtered() : expanded();
        double brought = steps() * stepQuads() / (double) items();
        LaunchModel.Work staging = staged
                ? new LaunchModel.Work(0, 12 * brought, 3 * brought + 10 * steps(), steps())
                : LaunchModel.Work.NONE;
        double values = 32.0 * DeviceTensor.blocks(places(), 32) / items();
        LaunchModel.Work fill = new LaunchModel.Work(0, 2.5 * kept() * values, (3.5 * kept() + 25) * values, 1);
        int sums = rows * out() / 2;
        return launch(
                localBytes(),
                registers(),
                chunk.plus(products(squares(chunk(), out()), rows))
                        .plus(staging)
                        .times(hidden() / (double) chunk())
                        .plus(leadsInFloats() ? leadBeside() : leadsOnCores() ? fill.plus(leadOnCores()) : fill)
                        .plus(new LaunchModel.Work(0, 4 * sums, 8 * sums + 150, 1)));
    }

    /** The lead in floats. Tensor cores do eight times as many multiply-adds in the same time, so these count an eighth. */
    private LaunchModel.Work leadBeside() {
        LaunchModel.Work lead = lead();
        return new LaunchModel.Work(lead.fma() / 8, lead.loads(), lead.all(), lead.barriers());
    }

    /** A lead on tensor cores. Each product is done twice, for both halves of a weight, and the last term may be padding; neither counts. */
    private LaunchModel.Work leadOnCores() {
        int tiles = in() / EIGHT;
        double products = 2.0 * tiles * leadSteps() * rows;
        double useful = products / 2 * block.leadWidth() / (EIGHT * 2.0 * leadSteps()) * leadTaps();
        double loads = tiles * leadSteps() * (8 + 4.0 * rows);
        return new LaunchModel.Work(
                8 * useful, loads, products + 2 * loads + tiles * rows * 4 * (function(block.lead()) + 1), 0);
    }

    private int leadTaps() {
        return block.leading().kernel() * block.leading().kernel();
    }

    /** Squares of weights. */
    private static int squares(int terms, int channels) {
        return terms / Mma.TERMS * (channels / (2 * Mma.COLUMNS));
    }

    /** Products of squares of weights with so many left factors, each in two halves. */
    private LaunchModel.Work products(double squares, double factors) {
        return new LaunchModel.Work(
                8 * 2 * squares * factors, (staged ? 4 : 8) * squares, (2 * factors + 1) * squares, 0);
    }

    /** A chunk of hidden channels of a warp's pixels. */
    private LaunchModel.Work expanded() {
        double loads = keep ? 0 : taps() * in() / 4.0 * rows;
        double values = rows * chunk() / 2.0;
        return products((double) taps() * squares(in(), chunk()), rows)
                .plus(new LaunchModel.Work(
                        0, loads + chunk() / 4.0, 2 * loads + values * (function(block.expand()) + 1) + 30, 0));
    }

    /** A chunk of hidden channels with its halo, and what the depthwise filter makes of it. */
    private LaunchModel.Work filtered() {
        double pairs = chunk() / 8.0;
        Conv filter = block.filter();
        double columns = width / 8.0;
        double values = columns * BlockTile.span(filter, (int) (2 * rows / columns)) * filter.kernel();
        int taps = filter.kernel() * filter.kernel();
        LaunchModel.Work tile = products(squares(in(), chunk()), roundTiles())
                .times(1.0 / roundTiles())
                .plus(new LaunchModel.Work(
                        0, in() / 4.0 + 2 * pairs, in() / 4.0 + pairs * (4 * function(block.expand()) + 4) + 60, 0));
        return tile.times(roundTiles() * rounds(roundTiles()))
                .plus(new LaunchModel.Work(
                        0,
                        pairs * (2 * taps + values),
                        pairs * (taps + 3 * values + 4.0 * taps * rows + 4 * rows * (function(block.inner()) + 1)),
                        staged ? 1 : 2));
    }

    // ---------------------------------------------------------------- kernel

    @Override
    public Source source(Cl cl, List<DeviceTensor> tensors) {
        return new Source(
                "expand_mma_gpu.cl",
                "expand_mma",
                cl.mma().orElseThrow().option() + " -DWARPS=" + warps + " -DM_TILES=" + rows + " -DCHUNK=" + chunk()
                        + " -DPITCH=" + pitch() + " -DHIDDEN_PITCH=" + pitch(places(), BANKS, APART)
                        + " -DROUND_TILES=" + roundTiles() + (keep ? " -DKEEP" : "") + (staged ? " -DSTAGED" : "")
                        + (leadsOnCores() ? " -DLEAD_MMA" : ""));
    }

    /** Of a lead on tensor cores a bias, then for every eight of its channels the squares of its steps. */
    @Override
    public Stream<int[]> leadParameters(List<FusedTile.Part> parts) {
        if (!leadsOnCores()) {
            return BlockTile.super.leadParameters(parts);
        }
        StoredConv lead = parts.get(block.lead()).conv();
        return Stream.of(lead.ends(in()), onCores(lead.numbers()));
    }

    /** A weight as a half, and another half for what that lacks; a quad of an item has both for two eights of terms. */
    private int[] onCores(float[] weights) {
        int width = block.leadWidth();
        int taps = leadTaps();
        int[] packed = new int[in() / EIGHT * leadSteps() * WARP * QUAD];
        for (int i = 0; i < weights.length; i++) {
            int o = i / (width * taps);
            int c = i / taps % width;
            int eight = i % taps * (width / EIGHT) + c / EIGHT;
            int item = o % EIGHT * 4 + c % EIGHT / 2;
            int word = ((o / EIGHT * leadSteps() + eight / 2) * WARP + item) * QUAD + eight % 2;
            int high = Precision.FP16.encode(weights[i]);
            int low = Precision.FP16.encode(weights[i] - Precision.FP16.decode(high));
            packed[word] |= high << c % 2 * 16;
            packed[word + 2] |= low << c % 2 * 16;
        }
        return packed;
    }

    @Override
    public Stream<int[]> products(List<FusedTile.Part> parts) {
        StoredConv expand = parts.get(block.expand()).conv();
        StoredConv project = parts.get(block.project()).conv();
        Stream.Builder<int[]> all = Stream.builder();
        all.add(expand.ends(hidden()));
        if (block.inner() >= 0) {
            StoredConv inner = parts.get(block.inner()).conv();
            all.add(inner.ends(hidden())).add(inner.words(perTap(inner.numbers())));
        }
        all.add(project.ends(out())).add(expand.words(steps(expand.numbers(), project.numbers())));
        return all.build();
    }

    /** Weights output x input channel x tap, and output x hidden channel, as steps. */
    private float[] steps(float[] expand, float[] project) {
        int step = stepQuads() * QUAD * 2;
        int chunk = steps() * step;
        float[] packed = new float[hidden() / chunk() * chunk];
        int channels = block.narrow().channels();
        for (int i = 0; i < expand.length; i++) {
            int h = i / (channels * taps());
            int at = h / chunk() * chunk + i % taps() * step;
            packed[at + Mma.place(i / taps() % channels, h % chunk(), chunk())] = expand[i];
        }
        int projection = isWindow() ? taps() * step : expandQuads() * QUAD * 2;
        int hidden = block.hidden().channels();
        for (int i = 0; i < project.length; i++) {
            int h = i % hidden;
            packed[h / chunk() * chunk + projection + Mma.place(h % chunk(), i / hidden, out())] = project[i];
        }
        return packed;
    }

    /** Weights channel x tap as tap x channel. */
    private float[] perTap(float[] weights) {
        int taps = weights.length / block.hidden().channels();
        float[] packed = new float[taps * hidden()];
        for (int i = 0; i < weights.length; i++) {
            packed[i % taps * hidden() + i / taps] = weights[i];
        }
        return packed;
    }
}

package org.convmark.kernel.opencl;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Weights;
import org.convmark.model.Graph;
import org.convmark.model.LayerNorm;
import org.convmark.model.Shape;
import org.convmark.model.Waterline;

/** Binds a block as one GPU kernel, and decides whether the device's local memory holds a tile of it. */
final class FusedTile {
    /** Work-items of a group: pixel lanes, as in the kernel, x channel rows. */
    private static final int LANES = 32;

    /** The rows that are tried, best first. */
    private static final List<Integer> ROWS = List.of(8, 4, 2, 1);

    /** Sums that a work-item may keep in registers. */
    private static final int SUMS = 64;

    /** The tiles that are tried, largest first, because a larger tile reads less halo; smaller ones leave lanes idle. */
    private static final List<TiledBlock.Tile> TILES =
            List.of(new TiledBlock.Tile(8, 16, 16), new TiledBlock.Tile(8, 8, 32), new TiledBlock.Tile(4, 8, 32));

    /**
     * A tile and the group that makes it.
     *
     * @param rows channel rows of the group
     */
    private record Choice(TiledBlock.Tile tile, int rows) {
        String options() {
            return tile.options() + " -DROWS=" + rows;
        }

        /** What tells it from others. */
        String words() {
            return "tile of " + tile.height() + "x" + tile.width() + " pixels, " + tile.chunk()
                    + " hidden channels at a time, " + items() + " items";
        }

        int items() {
            return LANES * rows;
        }
    }

    private final DeviceInfo device;
    private final MatrixTile.Unit halves;
    private final Race race;

    /** What fits, the largest group first; blocks are asked for again and again while a graph is cut. */
    private final Map<TiledBlock, List<Choice>> known = new ConcurrentHashMap<>();

    /** @param halves what multiplies halves there */
    FusedTile(DeviceInfo device, MatrixTile.Unit halves, Race race) {
        this.device = device;
        this.halves = halves;
        this.race = race;
    }

    /** Why layers do not become one kernel; empty if they match the form of one, some tile of it fits the device and is fast. */
    String obstacle(Graph body) {
        TiledBlock block = TiledBlock.of(body, halves);
        if (block == null) {
            return "no kernel of a tile in local memory has its form";
        }
        Optional<LaunchModel> fused = Stream.concat(
                        BlockTile.all(device, block).stream().map(BlockTile::model),
                        choices(block).stream().map(choice -> block.model(choice.tile(), choice.rows())))
                .findFirst();
        if (fused.isEmpty()) {
            return "no tile of it fits groups and local memory";
        }
        double together = fused.get().on(device.computeUnits()).cycles();
        double alone = IntStream.range(0, body.nodes().size())
                .mapToDouble(node -> GpuConvolution.cycles(device, halves, body, node))
                .sum();
        return race.areFasterAlone(body, alone, together) ? "its layers alone are faster" : "";
    }

    /** Tells whether the layers of a block are faster in launches of their own. */
    interface Race {
        /**
         * @param alone predicted cycles of all launches
         * @param together predicted cycles of one launch
         */
        boolean areFasterAlone(Graph body, double alone, double together);
    }

    private List<Choice> choices(TiledBlock block) {
        return known.computeIfAbsent(block, this::choose);
    }

    private List<Choice> choose(TiledBlock block) {
        return ROWS.stream()
                .filter(rows -> device.allows(LANES * rows))
                .flatMap(rows -> tile(block, rows).map(tile -> new Choice(tile, rows)).stream())
                .toList();
    }

    /** The largest tile that fits the device, not much larger than the map. */
    private Optional<TiledBlock.Tile> tile(TiledBlock block, int rows) {
        Shape out = block.body().output();
        TiledBlock.Tile last = TILES.get(TILES.size() - 1);
        return TILES.stream()
                .filter(tile -> tile.height() < 2 * out.height() && tile.width() < 2 * out.width() || tile.equals(last))
                .filter(tile -> DeviceTensor.blocks(out.channels(), rows)
                                * DeviceTensor.blocks(tile.height() * tile.width(), LANES)
                        <= SUMS)
                .filter(tile -> block.localBytes(tile) <= device.localBytes())
                .findFirst();
    }

    /**
     * A convolution of the block with its epilogue, or a norm.
     *
     * @param conv its parameters, null for a norm
     * @param gain of a norm, as {@code shift}
     */
    record Part(float epsilon, StoredConv conv, float[] gain, float[] shift, Epilogue epilogue, Integer residual) {
        static Part of(Graph.Node node, Weights weights) {
            if (node.layer() instanceof LayerNorm norm) {
                return new Part(norm.epsilon(), null, weights.scale(node), weights.shift(node), null, null);
            }
            FoldedConv conv = FoldedConv.of(node, weights);
            return new Part(0, StoredConv.of(conv), null, null, conv.epilogue(), conv.residual(node.inputs()));
        }
    }

    /** The kernel of a body without {@link #obstacle} that a tuner chooses. */
    Kernel bind(
            Cl cl,
            Tuning tuning,
            Autotuner tuner,
            Graph body,
            Weights weights,
            List<DeviceTensor> in,
            DeviceTensor out) {
        TiledBlock block = TiledBlock.of(body, halves);
        List<Part> parts =
                body.nodes().stream().map(node -> Part.of(node, weights)).toList();
        List<Autotuner.Variant> variants = Stream.concat(
                        BlockTile.all(device, block).stream().map(tile -> tile.variant(cl, tuning, parts, in, out)),
                        tiles(cl, tuning, block, parts, in, out))
                .toList();
        return tuner.choose(tuning.named(label(body)), variants).bind().get();
    }

    /** The layers of a body, in words. */
    static String label(Graph body) {
        return body.nodes().stream()
                .map(node -> Waterline.label(body, node) + GpuConvolution.format(TiledBlock.conv(node.layer())))
                .collect(Collectors.joining(", then "));
    }

    /** In groups as large as the device allows with the registers that they take, then smaller ones. */
    private Stream<Autotuner.Variant> tiles(
            Cl cl, Tuning tuning, TiledBlock block, List<Part> parts, List<DeviceTensor> in, DeviceTensor out) {
        Part last = parts.get(block.project());
        String stages = stages(block, parts);
        String options =
                tuning.options() + block.options() + stages + Tuning.epilogue(last.epilogue(), last.residual());
        return choices(block).stream().map(choice -> {
            String all = options + choice.options();
            LaunchModel.Prediction prediction =
                    block.model(choice.tile(), choice.rows()).on(cl.units());
            return new Autotuner.Variant(
                    choice.words(),
                    prediction.cycles(),
                    prediction::toString,
                    () -> cl.fits(List.of(new SourceFile("fused_gpu.cl", "")), "fused_tile", all, choice.items()),
                    () -> bind(cl, all, block, choice, parts, in, out));
        });
    }

    private static Kernel bind(
            Cl cl,
            String options,
            TiledBlock block,
            Choice choice,
            List<Part> parts,
            List<DeviceTensor> in,
            DeviceTensor out) {
        Part last = parts.get(block.project());
        DeviceTensor source = in.get(block.input());
        DeviceTensor residual = last.residual() == null ? out : in.get(last.residual());
        int across = DeviceTensor.blocks(out.shape().width(), choice.tile().width());
        int down = DeviceTensor.blocks(out.shape().height(), choice.tile().height());
        return cl.kernel(
                "fused_gpu.cl",
                "fused_tile",
                options,
                new Cl.Range(
                        new long[] {
                            (long) across * down * choice.items(),
                            1,
                            out.shape().batch()
                        },
                        new long[] {choice.items(), 1, 1}),
                source.memory(),
                source.at(),
                new int[] {
                    block.in().height(),
                    block.in().width(),
                    block.narrow().height(),
                    block.narrow().width()
                },
                new int[] {
                    block.hidden().height(),
                    block.hidden().width(),
                    out.shape().height(),
                    out.shape().width()
                },
                cl.upload(parameters(parts)),
                block.norm() < 0 ? 0f : parts.get(block.norm()).epsilon(),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                across);
    }

    /** Build options of the convolutions that both kernels of blocks have. */
    static String stages(TiledBlock block, List<Part> parts) {
        return stage("LEAD", block.lead(), parts)
                + stage("EXPAND", block.expand(), parts)
                + stage("INNER", block.inner(), parts)
                + parts.get(block.project()).conv().option("PROJECT_FORMAT");
    }

    private static String stage(String name, int node, List<Part> parts) {
        return node < 0
                ? Tuning.stage(name + "_AFTER", Epilogue.Stage.NONE)
                : Tuning.stage(name + "_AFTER", parts.get(node).epilogue().after())
                        + parts.get(node).conv().option(name + "_FORMAT");
    }

    /** All parameters in order: bias before filter, gain before bias, part by part. */
    private static int[] parameters(List<Part> parts) {
        return StoredConv.joined(parts.stream()
                .flatMap(part -> part.conv() == null
                        ? Stream.of(StoredConv.bits(part.gain()), StoredConv.bits(part.shift()))
                        : Stream.of(
                                part.conv().ends(part.conv().bias().length),
                                part.conv().words(part.conv().numbers())))
                .toArray(int[][]::new));
    }
}

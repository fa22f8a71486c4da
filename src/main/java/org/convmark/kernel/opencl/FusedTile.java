package org.convmark.kernel.opencl;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Weights;
import org.convmark.model.Graph;
import org.convmark.model.LayerNorm;
import org.convmark.model.Shape;

/** Binds a block as one GPU kernel, and decides, once for each block, whether the device's local memory holds a tile of it. */
final class FusedTile {
    private static final System.Logger LOG = System.getLogger(FusedTile.class.getName());

    /** Work-items of a group: pixel lanes, as in the kernel, x channel rows. */
    private static final int LANES = 32;

    /** The rows that are tried, best first. */
    private static final List<Integer> ROWS = List.of(8, 4, 2, 1);

    /** Sums that a work-item may keep in registers. */
    private static final int SUMS = 64;

    /** The tiles that are tried, largest first, because a larger tile reads less halo. */
    private static final List<TiledBlock.Tile> TILES = List.of(
            new TiledBlock.Tile(8, 16, 16),
            new TiledBlock.Tile(8, 8, 32),
            new TiledBlock.Tile(4, 8, 32),
            new TiledBlock.Tile(4, 4, 16),
            new TiledBlock.Tile(2, 2, 8));

    /**
     * A tile and the group that makes it.
     *
     * @param rows channel rows of the group
     */
    private record Choice(TiledBlock.Tile tile, int rows) {
        String options() {
            return tile.options() + " -DROWS=" + rows;
        }

        int items() {
            return LANES * rows;
        }
    }

    private final DeviceInfo device;

    /** What fits, the largest group first; blocks are asked for again and again while a graph is cut. */
    private final Map<TiledBlock, List<Choice>> known = new ConcurrentHashMap<>();

    FusedTile(DeviceInfo device) {
        this.device = device;
    }

    /** Whether layers match the block that the kernel runs, and some tile of it fits the device. */
    boolean fits(Graph body) {
        TiledBlock block = TiledBlock.of(body);
        return block != null && !choices(block).isEmpty();
    }

    private List<Choice> choices(TiledBlock block) {
        return known.computeIfAbsent(block, this::choose);
    }

    /** Smaller groups have more sums an item, so where the largest has no tile the others have none. */
    private List<Choice> choose(TiledBlock block) {
        List<Integer> rows =
                ROWS.stream().filter(some -> device.allows(LANES * some)).toList();
        if (rows.isEmpty()) {
            return List.of();
        }
        List<TiledBlock.Tile> sensible = sensible(block, rows.get(0));
        List<Choice> choices = rows.stream()
                .flatMap(some -> sensible(block, some).stream()
                        .filter(tile -> block.localBytes(tile) <= device.localBytes())
                        .limit(1)
                        .map(tile -> new Choice(tile, some)))
                .toList();
        report(block, sensible, choices.stream().findFirst().map(Choice::tile));
        return choices;
    }

    /** Tiles not much larger than the map, whose sums an item can keep, the largest first. */
    private static List<TiledBlock.Tile> sensible(TiledBlock block, int rows) {
        Shape out = block.body().output();
        return TILES.stream()
                .filter(tile ->
                        tile.height() < 2 * out.height() && tile.width() < 2 * out.width() || tile.height() == 2)
                .filter(tile -> DeviceTensor.blocks(out.channels(), rows)
                                * DeviceTensor.blocks(tile.height() * tile.width(), LANES)
                        <= SUMS)
                .toList();
    }

    private void report(TiledBlock block, List<TiledBlock.Tile> sensible, Optional<TiledBlock.Tile> fitting) {
        if (!fitting.equals(sensible.stream().findFirst())) {
            LOG.log(System.Logger.Level.INFO, () -> refusal(block, sensible, fitting));
        } else if (sensible.isEmpty()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    () -> name(block) + " has more sums than the registers of a group hold: "
                            + "its layers run one by one");
        }
    }

    private static String name(TiledBlock block) {
        return "the block of " + block.in() + " with " + block.hidden().channels() + " hidden channels";
    }

    private String refusal(TiledBlock block, List<TiledBlock.Tile> sensible, Optional<TiledBlock.Tile> fitting) {
        String instead = fitting.map(tile -> "a tile of " + tile.height() + " x " + tile.width() + " pixels is taken")
                .orElse("its layers run one by one");
        return name(block) + " needs " + block.localBytes(sensible.get(0)) + " bytes of local memory, " + device.name()
                + " has " + device.localBytes() + ": " + instead;
    }

    /** A convolution of the block with its epilogue, or a norm. */
    private record Part(
            String after, float epsilon, float[] first, float[] second, Epilogue epilogue, Integer residual) {
        static Part of(Graph.Node node, Weights weights) {
            if (node.layer() instanceof LayerNorm norm) {
                return new Part(null, norm.epsilon(), weights.scale(node), weights.shift(node), null, null);
            }
            FoldedConv conv = FoldedConv.of(node, weights);
            Epilogue epilogue = conv.epilogue();
            return new Part(
                    Tuning.name(epilogue.after()),
                    0,
                    conv.bias(),
                    conv.filter(),
                    epilogue,
                    conv.residual(node.inputs()));
        }
    }

    /** The kernel of a body that {@link #fits}, in groups that are as large as the device allows with the registers that it takes. */
    Kernel bind(Cl cl, Tuning tuning, Graph body, Weights weights, List<DeviceTensor> in, DeviceTensor out) {
        TiledBlock block = TiledBlock.of(body);
        List<Part> parts =
                body.nodes().stream().map(node -> Part.of(node, weights)).toList();
        Part last = parts.get(block.project());
        String after = after("LEAD", block.lead(), parts)
                + after("EXPAND", block.expand(), parts)
                + after("INNER", block.inner(), parts);
        String options = tuning.options() + block.options() + after + Tuning.epilogue(last.epilogue(), last.residual());
        List<Choice> choices = choices(block);
        Choice choice = choices.stream()
                .filter(some -> cl.fits("fused_gpu.cl", "fused_tile", options + some.options(), some.items()))
                .findFirst()
                .orElse(choices.get(0));
        return bind(cl, options + choice.options(), block, choice, parts, in, out);
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

    private static String after(String stage, int node, List<Part> parts) {
        return " -D" + stage + "_AFTER="
                + (node < 0 ? Tuning.name(null) : parts.get(node).after());
    }

    /** All parameters in order: bias before filter, gain before bias, part by part. */
    private static float[] parameters(List<Part> parts) {
        float[] all = new float
                [parts.stream()
                        .mapToInt(p -> p.first().length + p.second().length)
                        .sum()];
        int at = 0;
        for (Part part : parts) {
            for (float[] own : List.of(part.first(), part.second())) {
                System.arraycopy(own, 0, all, at, own.length);
                at += own.length;
            }
        }
        return all;
    }
}

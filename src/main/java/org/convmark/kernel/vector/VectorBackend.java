package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.convmark.fusion.FusionCapabilities;
import org.convmark.fusion.FusionConstraints;
import org.convmark.fusion.FusionPlanner;
import org.convmark.kernel.Backend;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.GatedFilter;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Program;
import org.convmark.kernel.Quantiser;
import org.convmark.kernel.Weights;
import org.convmark.kernel.Workers;
import org.convmark.kernel.vector.conv.ConvKernel;
import org.convmark.kernel.vector.conv.DepthwiseKernel;
import org.convmark.kernel.vector.conv.GatedParameters;
import org.convmark.kernel.vector.conv.GemvKernel;
import org.convmark.kernel.vector.conv.NarrowGroupKernel;
import org.convmark.kernel.vector.conv.SparseKernel;
import org.convmark.kernel.vector.conv.Winograd;
import org.convmark.kernel.vector.conv.WinogradKernel;
import org.convmark.kernel.vector.lane.AlignedFloats;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.Boxing;
import org.convmark.kernel.vector.lane.ClearingKernel;
import org.convmark.kernel.vector.lane.ElementwiseKernels;
import org.convmark.kernel.vector.lane.JvmFlags;
import org.convmark.kernel.vector.lane.Lanes;
import org.convmark.kernel.vector.lane.PostOps;
import org.convmark.kernel.vector.lane.RowKernel;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.kernel.vector.lane.TileCompilation;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.Graph;
import org.convmark.model.Pool;
import org.convmark.model.RoofLoop;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.Sparsity;
import org.convmark.model.TileLayer;

/** Vector-API kernels on blocked tensors, with register tiles. */
public final class VectorBackend extends Backend<BlockedTensor, RowRangeKernel> {
    /**
     * Floats between tensors, 21 cache lines. Without the gap, many tensors start at the same offset in a page and compete for
     * the same cache sets.
     */
    private static final int GAP = 21 * AlignedFloats.CACHE_LINE_FLOATS;

    private final int threads;
    private final Algorithm algorithm;
    private final FusionPlanner planner;

    /**
     * @param workers threads that share each kernel
     * @param algorithm of convolutions
     * @param constraints limits for planning fused blocks
     */
    public VectorBackend(Workers workers, Algorithm algorithm, FusionConstraints constraints) {
        super(workers);
        this.planner = new FusionPlanner(constraints, FusionCapabilities.CPU, workers.count());
        this.threads = workers.count();
        this.algorithm = algorithm;
    }

    /** Why the vectors of this JVM cannot be used, or null. */
    public static String unavailable() {
        if (L < 4) {
            return "this JVM offers vectors of " + L + " floats only; at least 4 are needed";
        }
        return JvmFlags.obstacle();
    }

    /** Why kernels cannot be measured here, or null. Takes a moment; takes seconds if they cannot be measured. */
    public static String unmeasurable() {
        return Boxing.ends() ? null : "this JVM allocates an object for every vector, and its flags do not show why";
    }

    @Override
    protected BlockedTensor allocate(Shape shape, int border) {
        return new BlockedTensor(shape, border);
    }

    @Override
    protected BlockedTensor input(Shape shape, int border, List<Reader> readers) {
        boolean interleaved = readers.stream().allMatch(reader -> reader.conv()
                .filter(conv -> ConvKernel.readsInterleaved(conv, shape, reader.out())
                        && Winograd.choose(algorithm, conv, shape, reader.out()) == null)
                .isPresent());
        return interleaved && !readers.isEmpty() ? BlockedTensor.interleaved(shape, border) : allocate(shape, border);
    }

    /** Tensors start at cache lines, and any tensor may reuse the memory of any other. */
    @Override
    protected MemoryRequirement need(Layout layout) {
        long floats = BlockedTensor.floats(layout.shape(), layout.border());
        return new MemoryRequirement(
                BlockedTensor.class,
                (floats + AlignedFloats.CACHE_LINE_FLOATS - 1)
                                / AlignedFloats.CACHE_LINE_FLOATS
                                * AlignedFloats.CACHE_LINE_FLOATS
                        + GAP,
                Shape.ELEMENT_BYTES);
    }

    @Override
    protected Arena<BlockedTensor> arena(MemoryRequirement total) {
        if (total.units() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("intermediates have " + total.units()
                    + " elements, more than a Java array holds: choose a smaller image or batch");
        }
        AlignedFloats memory = AlignedFloats.of((int) total.units());
        return (layout, first) -> new BlockedTensor(layout.shape(), layout.border(), memory.from(first));
    }

    @Override
    protected Kernel clearing(Kernel producer, BlockedTensor out) {
        return new ClearingKernel(producer, out);
    }

    @Override
    protected int channelAlignment() {
        return L;
    }

    @Override
    protected BlockedTensor view(BlockedTensor whole, int first, int channels) {
        return whole.part(first, channels);
    }

    @Override
    protected boolean viewsTiles() {
        return true;
    }

    @Override
    protected TileView<BlockedTensor> tiles(
            BlockedTensor map, BlockedTensor mask, TileLayer.Grid grid, int halo, Shape shape) {
        BlockedTensor tiles = map.tiles(shape);
        return new TileView<>(tiles, TileKernel.placing(grid, halo, mask, tiles));
    }

    @Override
    protected BlockedTensor inside(BlockedTensor tiles, int halo) {
        return tiles.inside(halo);
    }

    @Override
    protected void write(BlockedTensor tensor, float[] values) {
        tensor.write(values);
    }

    @Override
    protected float[] read(BlockedTensor tensor) {
        return tensor.read();
    }

    @Override
    protected Kernel whole(FoldedConv folded, List<BlockedTensor> in, BlockedTensor out) {
        BlockedTensor source = in.get(folded.source());
        Winograd form = Winograd.choose(algorithm, folded.conv(), source.shape, out.shape);
        if (form == null) {
            return super.whole(folded, in, out);
        }
        PostOps postOps = new PostOps(folded.epilogue(), folded.residual(in));
        return new WinogradKernel(
                form, folded.conv(), form.transformed(folded.filter()), folded.bias(), postOps, source, out);
    }

    /** Without Winograd, which needs whole maps. */
    @Override
    protected RowRangeKernel conv(FoldedConv folded, BlockedTensor in, BlockedTensor residual, BlockedTensor out) {
        Conv conv = folded.conv();
        float[] filter = folded.filter();
        float[] bias = folded.bias();
        PostOps postOps = new PostOps(folded.epilogue(), residual);
        if (conv.compression() instanceof Sparsity && !ConvKernel.suitsPruned(conv, out)) {
            return new SparseKernel(conv, filter, bias, postOps, in, out);
        }
        if (GemvKernel.fits(conv, postOps, in, out)) {
            return new GemvKernel(folded, postOps, in, out);
        }
        if (conv.groupWidth() == 1 && conv.outChannels() == in.shape.channels()) {
            return new DepthwiseKernel(conv, filter, bias, postOps, in, out);
        }
        if (NarrowGroupKernel.fits(conv, in.shape.channels(), out)) {
            return new NarrowGroupKernel(conv, filter, bias, postOps, in, out);
        }
        return new ConvKernel(folded, postOps, in, out);
    }

    /** Of a filter for Winograd's algorithms, the products are gathered. */
    @Override
    protected GatedKernel gated(
            GatedFilter filter,
            BlockedTensor inputs,
            BlockedTensor outputs,
            BlockedTensor in,
            BlockedTensor residual,
            BlockedTensor out) {
        Conv conv = filter.chosen().conv();
        PostOps postOps = new PostOps(filter.chosen().epilogue(), residual);
        Winograd form = Winograd.choose(algorithm, conv, in.shape, out.shape);
        if (form != null) {
            GatedFilter products = filter.with(form.transformed(filter.whole().filter()), form.products());
            return gated(
                    products,
                    inputs,
                    outputs,
                    folded -> new WinogradKernel(form, conv, folded.filter(), folded.bias(), postOps, in, out));
        }
        return gated(
                filter,
                inputs,
                outputs,
                conv.groupWidth() == 1
                        ? folded -> new DepthwiseKernel(conv, folded.filter(), folded.bias(), postOps, in, out)
                        : folded -> new ConvKernel(folded, postOps, in, out));
    }

    private static GatedKernel gated(
            GatedFilter filter,
            BlockedTensor inputs,
            BlockedTensor outputs,
            Function<FoldedConv, GatedParameters.Packed> kernels) {
        GatedParameters.Packed kernel = kernels.apply(filter.chosen());
        GatedParameters.Packed numbered = kernels.apply(filter.numbered());
        return new GatedKernel(new GatedParameters(filter, inputs, outputs, kernel, numbered), kernel);
    }

    @Override
    protected Graph schedule(Graph graph) {
        return planner.schedule(graph);
    }

    @Override
    protected Kernel block(Graph body, Weights weights, List<BlockedTensor> in, BlockedTensor out) {
        return new FusedKernel(
                planner.kernel(body),
                new FusedKernel.Binding() {
                    @Override
                    public RowRangeKernel bind(Graph.Node node, List<BlockedTensor> operands, BlockedTensor result) {
                        return lower(node, body.shapes(node), weights, operands, result);
                    }

                    @Override
                    public RowRangeKernel bind(
                            FoldedConv part, BlockedTensor source, BlockedTensor addend, BlockedTensor result) {
                        return conv(part, source, addend, result);
                    }

                    @Override
                    public FoldedConv fold(Graph.Node node) {
                        return FoldedConv.of(node, weights);
                    }
                },
                in,
                out);
    }

    @Override
    protected RowRangeKernel affine(float[] scale, float[] shift, BlockedTensor in, BlockedTensor out) {
        float[] s = Lanes.padded(scale);
        float[] t = Lanes.padded(shift);
        return new RowKernel(
                out,
                index -> ElementwiseKernels.affine(
                        in.data,
                        in.rowAt(index),
                        s,
                        t,
                        RowKernel.block(out, index) * L,
                        out.data,
                        out.rowAt(index),
                        out.rowLength()));
    }

    @Override
    protected RowRangeKernel layerNorm(float epsilon, float[] gain, float[] bias, BlockedTensor in, BlockedTensor out) {
        return new LayerNormKernel(epsilon, gain, bias, in, out);
    }

    @Override
    protected RowRangeKernel activate(Activation function, BlockedTensor in, BlockedTensor out) {
        return new RowKernel(
                out,
                index -> ElementwiseKernels.activate(
                        function, in.data, in.rowAt(index), out.data, out.rowAt(index), out.rowLength()));
    }

    @Override
    protected RowRangeKernel add(BlockedTensor a, BlockedTensor b, BlockedTensor out) {
        return new RowKernel(
                out,
                index -> ElementwiseKernels.add(
                        a.data, a.rowAt(index), b.data, b.rowAt(index), out.data, out.rowAt(index), out.rowLength()));
    }

    @Override
    protected RowRangeKernel multiply(BlockedTensor in, BlockedTensor gate, BlockedTensor out) {
        return new RowKernel(
                out,
                index -> ElementwiseKernels.multiply(
                        in.data,
                        in.rowAt(index),
                        gate.data,
                        gate.rowAt(index / out.shape.height()),
                        out.data,
                        out.rowAt(index),
                        out.rowLength()));
    }

    @Override
    protected RowRangeKernel quantise(Quantiser quantiser, BlockedTensor in, BlockedTensor out) {
        return new RowKernel(
                out,
                index -> ElementwiseKernels.quantise(
                        quantiser, in.data, in.rowAt(index), out.data, out.rowAt(index), out.rowLength()));
    }

    @Override
    protected RowRangeKernel route(Route route, int[] sources, List<BlockedTensor> in, BlockedTensor out) {
        return new RowKernel(out, new RouteKernel(sources, in, out));
    }

    @Override
    protected RowRangeKernel shift(BlockedTensor in, BlockedTensor out) {
        return new RowKernel(out, index -> {
            int q = out.rowAt(index);
            int kept = 0;
            if (index % out.shape.height() < out.shape.height() - 1) {
                kept = out.rowLength() - L;
                System.arraycopy(in.data, in.rowAt(index) + in.row + L, out.data, q, kept);
            }
            Arrays.fill(out.data, q + kept, q + out.rowLength(), 0);
        });
    }

    @Override
    protected RowRangeKernel pool(Pool pool, BlockedTensor in, BlockedTensor out) {
        return switch (pool.kind()) {
            case MAX, AVERAGE -> new RowKernel(out, new PoolKernel(pool, in, out));
            case GLOBAL -> new RowKernel(out, new GlobalPoolKernel(in, out));
            case BLUR -> DepthwiseKernel.blur(pool, in, out);
        };
    }

    @Override
    protected RowRangeKernel tiles(TileLayer layer, List<BlockedTensor> in, BlockedTensor out) {
        return layer.accept(new TileLayer.Visitor<>() {
            @Override
            public RowRangeKernel select(TileLayer.Select select) {
                return new SelectKernel(select, in.get(0), out);
            }

            @Override
            public RowRangeKernel gather(TileLayer.Gather gather) {
                return TileKernel.gather(gather, in.get(0), in.get(1), out);
            }

            @Override
            public RowRangeKernel exchange(TileLayer.Exchange exchange) {
                return TileKernel.exchange(exchange, in.get(0), in.get(1), out);
            }

            @Override
            public RowRangeKernel scatter(TileLayer.Scatter scatter) {
                return TileKernel.scatter(scatter, in, out);
            }
        });
    }

    @Override
    public Program compile(RoofLoop loop, long size) {
        return program(new RoofKernel(loop, size, threads));
    }

    @Override
    public String describe() {
        return "Vector API, " + Lanes.FLOATS + ", " + TileCompilation.STATE;
    }
}

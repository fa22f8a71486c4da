package org.convmark.kernel.peer;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.concat;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.memory_desc_vector;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.shuffle_forward;
import org.bytedeco.javacpp.PointerScope;
import org.convmark.kernel.Backend;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Quantiser;
import org.convmark.kernel.Workers;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.RouteVisitor;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;

/**
 * oneDNN on the CPU, used as its programming model says: a convolution chooses the layout of its source, weights and
 * result, and a reorder runs wherever the source lies in another one; every other layer takes the layout that it finds.
 * Weights are packed when the graph is compiled, epilogues are post-ops. An input lies in plain batch x channel x row x
 * column order, as a caller has it, and is reordered in every run.
 */
final class OneDnnBackend extends Backend<OneDnnTensor, Kernel> {
    private final Dnnl dnnl;

    /** @param workers threads of every primitive, 0 for one per processor */
    OneDnnBackend(int workers) {
        super(new Workers(1));
        dnnl = new Dnnl(Workers.threads(workers));
    }

    @Override
    public String describe() {
        return "oneDNN " + Dnnl.version() + ", OpenMP";
    }

    @Override
    protected void finish() {
        dnnl.finish();
    }

    @Override
    public void close() {
        super.close();
        dnnl.close();
    }

    // ---------------------------------------------------------------- values

    @Override
    protected OneDnnTensor allocate(Shape shape, int border) {
        return new OneDnnTensor(dnnl, shape);
    }

    @Override
    protected void write(OneDnnTensor edge, float[] values) {
        try (PointerScope scope = new PointerScope()) {
            if (!edge.isWritten()) {
                edge.write(Dnnl.layout(format_tag.nchw, edge.shape()));
            }
            dnnl.copy(dnnl.constant(values, Dnnl.dims(edge.shape())), edge.buffer());
        }
    }

    @Override
    protected float[] read(OneDnnTensor edge) {
        try (PointerScope scope = new PointerScope()) {
            Dnnl.Buffer plain = dnnl.allocate(Dnnl.layout(format_tag.nchw, edge.shape()));
            dnnl.copy(edge.buffer(), plain);
            float[] values = new float[(int) edge.shape().elements()];
            Dnnl.floats(plain, values.length).get(values);
            return values;
        }
    }

    // ---------------------------------------------------------------- layers

    /** The primitives of one layer, in order. */
    private record Steps(Dnnl.Step[] steps) implements Kernel.Whole {
        @Override
        public void run() {
            for (Dnnl.Step step : steps) {
                step.run();
            }
        }
    }

    /** Binds a layer, and frees what only its making needed. */
    private static Kernel bind(Object layer, Consumer<List<Dnnl.Step>> making) {
        List<Dnnl.Step> steps = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            making.accept(steps);
        } catch (RuntimeException e) {
            throw new UnsupportedOperationException("oneDNN cannot run " + layer + ": " + e.getMessage(), e);
        }
        return new Steps(steps.toArray(Dnnl.Step[]::new));
    }

    /** A convolution of integers reads, and if it is rounded writes, bytes; their scales are powers of two. */
    @Override
    protected Kernel conv(FoldedConv folded, OneDnnTensor in, OneDnnTensor residual, OneDnnTensor out) {
        Conv conv = folded.conv();
        float[] bias = folded.bias();
        Quantiser reads = folded.reads();
        Quantiser writes = reads == null ? null : folded.epilogue().after().end();
        return bind(conv, steps -> {
            int group = conv.groupWidth(in.shape().channels());
            long groups = in.shape().channels() / group;
            long[] grouped = {groups, conv.outChannels() / groups, group, conv.kernel(), conv.kernel()};
            long[] dims = groups == 1 ? Arrays.copyOfRange(grouped, 1, grouped.length) : grouped;
            Dnnl.Buffer plain =
                    reads == null ? dnnl.constant(folded.filter(), dims) : dnnl.constant(folded.codes(), dims);
            Map<Integer, memory> arguments = new HashMap<>();
            primitive_attr attributes = Dnnl.attributes();
            if (reads != null) {
                dnnl.scale(DNNL_ARG_SRC, reads, attributes, arguments);
                dnnl.scale(DNNL_ARG_WEIGHTS, groups == 1 ? 1 : 3, attributes, arguments, folded.steps());
                dnnl.scale(DNNL_ARG_DST, writes, attributes, arguments);
            }
            PostOps postOps = PostOps.of(folded.epilogue(), writes != null, residual);
            attributes.set_post_ops(postOps.ops());
            convolution_forward.primitive_desc made = new convolution_forward.primitive_desc(
                    dnnl.cpu(),
                    dnnl_forward_inference,
                    dnnl_convolution_direct,
                    Dnnl.any(reads, in.shape()),
                    reads == null ? Dnnl.any(dims) : Dnnl.anyBytes(dims),
                    Dnnl.layout(format_tag.a, bias.length),
                    Dnnl.any(writes, out.shape()),
                    both(conv.stride()),
                    both(conv.dilation() - 1),
                    both(conv.padding()),
                    both(conv.padding()),
                    attributes,
                    false);
            Dnnl.Buffer packed = dnnl.allocate(made.weights_desc());
            dnnl.copy(plain, packed);
            if (residual != null) {
                int summand = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (postOps.summand() + 1) | DNNL_ARG_SRC_1;
                memory.desc layout = made.query_md(dnnl_query_exec_arg_md, summand);
                arguments.put(
                        summand,
                        residual.read(layout, postOps.added(), steps::add).memory());
            }
            arguments.put(
                    DNNL_ARG_SRC, in.read(made.src_desc(), reads, steps::add).memory());
            arguments.put(DNNL_ARG_WEIGHTS, packed.memory());
            arguments.put(DNNL_ARG_BIAS, dnnl.constant(bias, bias.length).memory());
            arguments.put(DNNL_ARG_DST, out.write(made.dst_desc(), writes).memory());
            steps.add(dnnl.step(made, arguments));
        });
    }

    /**
     * The epilogue. The residual is read from a memory of its own: the post-op that sums in place would destroy a value
     * that a later layer or the next run may read. Where its integers are added, the sum is scaled to them, without a rounding.
     *
     * @param summand index of the post-op that adds the residual
     * @param added what the residual's integers stand for; null for floats
     */
    private record PostOps(post_ops ops, int summand, Quantiser added) {
        /** @param ends whether the library rounds the result as it stores it */
        static PostOps of(Epilogue epilogue, boolean ends, OneDnnTensor residual) {
            post_ops ops = new post_ops();
            append(epilogue.before(), false, ops);
            if (residual == null) {
                append(epilogue.after(), ends, ops);
                return new PostOps(ops, -1, null);
            }
            Quantiser added = residual.buffer().quantiser();
            scale(added == null ? 1 : 1 / added.step(), ops);
            int summand = ops.len();
            ops.append_binary(dnnl_binary_add, Dnnl.any(added, residual.shape()));
            scale(added == null ? 1 : added.step(), ops);
            append(epilogue.after(), ends, ops);
            return new PostOps(ops, summand, added);
        }

        private static void scale(float factor, post_ops ops) {
            if (factor != 1) {
                ops.append_eltwise(dnnl_eltwise_linear, factor, 0);
            }
        }

        private static void append(Epilogue.Stage stage, boolean ends, post_ops ops) {
            append(stage.first(), ends && stage.function() == null, ops);
            Eltwise.of(stage.function()).forEach(part -> part.appendTo(ops));
            append(stage.last(), ends, ops);
        }

        private static void append(Quantiser quantiser, boolean ends, post_ops ops) {
            if (quantiser != null && !ends) {
                scale(1 / quantiser.step(), ops);
                ops.append_eltwise(dnnl_eltwise_clip, quantiser.least(), quantiser.most());
                ops.append_eltwise(dnnl_eltwise_round, 0, 0);
                scale(quantiser.step(), ops);
            }
        }
    }

    /** A batch normalisation whose statistics are mean 0 and variance 1. */
    @Override
    protected Kernel affine(float[] scale, float[] shift, OneDnnTensor in, OneDnnTensor out) {
        return bind("a batch normalisation", steps -> {
            var from = in.read(
                    layout -> new batch_normalization_forward.primitive_desc(
                            dnnl.cpu(),
                            dnnl_forward_inference,
                            layout,
                            layout,
                            0,
                            dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift,
                            Dnnl.attributes(),
                            false),
                    steps::add);
            float[] one = new float[scale.length];
            Arrays.fill(one, 1);
            Map<Integer, memory> arguments = Map.of(
                    DNNL_ARG_SRC, from.buffer().memory(),
                    DNNL_ARG_MEAN,
                            dnnl.constant(new float[scale.length], scale.length).memory(),
                    DNNL_ARG_VARIANCE, dnnl.constant(one, scale.length).memory(),
                    DNNL_ARG_SCALE, dnnl.constant(scale, scale.length).memory(),
                    DNNL_ARG_SHIFT, dnnl.constant(shift, scale.length).memory(),
                    DNNL_ARG_DST, out.write(from.primitive().dst_desc()).memory());
            steps.add(dnnl.step(from.primitive(), arguments));
        });
    }

    /** The library normalises the last dimension: channels-last bytes are read as batch x row x column x channel. */
    @Override
    protected Kernel layerNorm(float epsilon, float[] gain, float[] bias, OneDnnTensor in, OneDnnTensor out) {
        return bind("a layer normalisation", steps -> {
            Shape shape = in.shape();
            memory.desc channelsLast = Dnnl.layout(format_tag.nhwc, shape);
            memory.desc rows =
                    Dnnl.layout(format_tag.abcd, shape.batch(), shape.height(), shape.width(), shape.channels());
            layer_normalization_forward.primitive_desc made = new layer_normalization_forward.primitive_desc(
                    dnnl.cpu(),
                    dnnl_forward_inference,
                    rows,
                    rows,
                    epsilon,
                    dnnl_use_scale | dnnl_use_shift,
                    Dnnl.attributes(),
                    false);
            Map<Integer, memory> arguments = Map.of(
                    DNNL_ARG_SRC,
                            dnnl.view(rows, in.read(channelsLast, steps::add).memory()),
                    DNNL_ARG_SCALE, dnnl.constant(gain, gain.length).memory(),
                    DNNL_ARG_SHIFT, dnnl.constant(bias, bias.length).memory(),
                    DNNL_ARG_DST, dnnl.view(rows, out.write(channelsLast).memory()));
            steps.add(dnnl.step(made, arguments));
        });
    }

    /** Each operation behind the first is a pass of its own over the result: an element-wise primitive has no such post-op. */
    @Override
    protected Kernel activate(Activation function, OneDnnTensor in, OneDnnTensor out) {
        return bind(function, steps -> {
            Dnnl.Buffer from = in.read(steps::add);
            Dnnl.Buffer to = out.write(from.layout());
            for (Eltwise part : Eltwise.of(function)) {
                steps.add(elementWise(part, from, to));
                from = to;
            }
        });
    }

    private Dnnl.Step elementWise(Eltwise part, Dnnl.Buffer from, Dnnl.Buffer to) {
        eltwise_forward.primitive_desc made = new eltwise_forward.primitive_desc(
                dnnl.cpu(),
                dnnl_forward_inference,
                part.algorithm(),
                from.layout(),
                to.layout(),
                part.alpha(),
                part.beta(),
                Dnnl.attributes(),
                false);
        return dnnl.step(made, Map.of(DNNL_ARG_SRC, from.memory(), DNNL_ARG_DST, to.memory()));
    }

    @Override
    protected Kernel add(OneDnnTensor a, OneDnnTensor b, OneDnnTensor out) {
        return bind("a sum", steps -> binary(dnnl_binary_add, a, b, out, steps));
    }

    @Override
    protected Kernel multiply(OneDnnTensor in, OneDnnTensor gate, OneDnnTensor out) {
        return bind("a product", steps -> binary(dnnl_binary_mul, in, gate, out, steps));
    }

    private void binary(int operation, OneDnnTensor a, OneDnnTensor b, OneDnnTensor out, List<Dnnl.Step> steps) {
        memory.desc second = Dnnl.any(Dnnl.dims(b.shape()));
        var from = a.read(
                layout -> new binary.primitive_desc(
                        dnnl.cpu(), operation, layout, second, layout, Dnnl.attributes(), false),
                steps::add);
        memory.desc chosen = from.primitive().query_md(dnnl_query_exec_arg_md, DNNL_ARG_SRC_1);
        Map<Integer, memory> arguments = Map.of(
                DNNL_ARG_SRC_0, from.buffer().memory(),
                DNNL_ARG_SRC_1, b.read(chosen, steps::add).memory(),
                DNNL_ARG_DST, out.write(from.primitive().dst_desc()).memory());
        steps.add(dnnl.step(from.primitive(), arguments));
    }

    @Override
    protected Kernel route(Route route, int[] sources, List<OneDnnTensor> in, OneDnnTensor out) {
        return bind(route, route.accept(new RouteVisitor<Consumer<List<Dnnl.Step>>>() {
            @Override
            public Consumer<List<Dnnl.Step>> concat(Route.Concat concat) {
                return steps -> OneDnnBackend.this.concat(in, out, steps);
            }

            @Override
            public Consumer<List<Dnnl.Step>> slice(Route.Slice slice) {
                return steps -> OneDnnBackend.this.slice(slice, in.get(0), out, steps);
            }

            @Override
            public Consumer<List<Dnnl.Step>> shuffle(Route.Shuffle shuffle) {
                return steps -> OneDnnBackend.this.shuffle(shuffle, in.get(0), out, steps);
            }
        }));
    }

    private void concat(List<OneDnnTensor> in, OneDnnTensor out, List<Dnnl.Step> steps) {
        List<Dnnl.Buffer> from = in.stream().map(edge -> edge.read(steps::add)).toList();
        memory.desc[] layouts = from.stream().map(Dnnl.Buffer::layout).toArray(memory.desc[]::new);
        concat.primitive_desc made =
                new concat.primitive_desc(dnnl.cpu(), 1, new memory_desc_vector(layouts), Dnnl.attributes(), false);
        Map<Integer, memory> arguments = new HashMap<>();
        for (int i = 0; i < layouts.length; i++) {
            arguments.put(DNNL_ARG_MULTIPLE_SRC + i, from.get(i).memory());
        }
        arguments.put(DNNL_ARG_DST, out.write(made.dst_desc()).memory());
        steps.add(dnnl.step(made, arguments));
    }

    /** From channels-last: of blocks of channels only whole ones could be cut out. */
    private void slice(Route.Slice slice, OneDnnTensor in, OneDnnTensor out, List<Dnnl.Step> steps) {
        Dnnl.Buffer from = in.read(Dnnl.layout(format_tag.nhwc, in.shape()), steps::add);
        memory.desc part = from.layout().submemory_desc(Dnnl.dims(out.shape()), new long[] {0, slice.from(), 0, 0});
        steps.add(dnnl.reorder(part, from.memory(), out.write(Dnnl.layout(format_tag.nhwc, out.shape()))));
    }

    private void shuffle(Route.Shuffle shuffle, OneDnnTensor in, OneDnnTensor out, List<Dnnl.Step> steps) {
        int rows = in.shape().channels() / shuffle.groups();
        var from = in.read(
                layout -> new shuffle_forward.primitive_desc(
                        dnnl.cpu(), dnnl_forward_inference, layout, layout, 1, rows, Dnnl.attributes(), false),
                steps::add);
        steps.add(step(from, out));
    }

    /** The library moves no map: a depthwise convolution of which one tap is one. */
    @Override
    protected Kernel shift(OneDnnTensor in, OneDnnTensor out) {
        int channels = in.shape().channels();
        float[] filter = new float[9 * channels];
        for (int c = 0; c < channels; c++) {
            filter[9 * c + 8] = 1;
        }
        Conv conv = new Conv(channels, 3, 1, 1, 1, 1, Conv.Bias.NO);
        return conv(FoldedConv.of(conv, filter, new float[channels]), in, null, out);
    }

    @Override
    protected Kernel quantise(Quantiser quantiser, OneDnnTensor in, OneDnnTensor out) {
        return bind("rounding to 8 bits", steps -> {
            memory.desc channelsLast = Dnnl.layout(quantiser, format_tag.nhwc, in.shape());
            steps.add(dnnl.reorder(in.buffer(), out.write(channelsLast, quantiser)));
        });
    }

    @Override
    protected Kernel tiles(TileLayer layer, List<OneDnnTensor> in, OneDnnTensor out) {
        throw noTiles();
    }

    @Override
    protected Kernel pool(Pool pool, OneDnnTensor in, OneDnnTensor out) {
        return pool.kind() == Pool.Kind.BLUR
                ? blur(pool, in.shape().channels(), in, out)
                : bind(pool, steps -> {
                    boolean whole = pool.kind() == Pool.Kind.GLOBAL;
                    long[] kernel =
                            whole ? new long[] {in.shape().height(), in.shape().width()} : both(pool.kernel());
                    var from = in.read(
                            layout -> new pooling_forward.primitive_desc(
                                    dnnl.cpu(),
                                    dnnl_forward_inference,
                                    pool.kind() == Pool.Kind.MAX ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding,
                                    layout,
                                    Dnnl.any(Dnnl.dims(out.shape())),
                                    both(pool.stride()),
                                    kernel,
                                    both(0),
                                    both(pool.padding()),
                                    both(pool.after()),
                                    Dnnl.attributes(),
                                    false),
                            steps::add);
                    steps.add(step(from, out));
                });
    }

    /** A primitive of one source and one result. */
    private Dnnl.Step step(OneDnnTensor.Source<?> from, OneDnnTensor out) {
        memory result = out.write(from.primitive().dst_desc()).memory();
        return dnnl.step(from.primitive(), Map.of(DNNL_ARG_SRC, from.buffer().memory(), DNNL_ARG_DST, result));
    }

    private static long[] both(long extent) {
        return new long[] {extent, extent};
    }
}

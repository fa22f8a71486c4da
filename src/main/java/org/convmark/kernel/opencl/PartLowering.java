package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Lowering;
import org.convmark.kernel.Quantiser;
import org.convmark.kernel.Weights;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.Graph;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;

/** What each layer kind becomes in a fused kernel on a CPU. Values are those of the body. */
final class PartLowering extends Lowering<Integer, PartLowering.Part> {
    /**
     * One layer of a fused kernel on a CPU: source code that computes rows of a window, with its arguments.
     *
     * @param source its file, compiled for this stage
     * @param constants integers, as the file defines
     * @param parameters weights and others, in words, as the file defines
     */
    record Part(SourceFile source, int[] constants, int[] parameters) {}

    private final Tuning tuning;
    private final Graph body;

    PartLowering(Tuning tuning, Graph body) {
        this.tuning = tuning;
        this.body = body;
    }

    /** One part per node of the body. */
    List<Part> all(Weights weights) {
        int first = body.inputs().size();
        return IntStream.range(0, body.nodes().size())
                .mapToObj(i -> {
                    Graph.Node node = body.nodes().get(i);
                    return lower(node, body.shapes(node), weights, node.inputs(), first + i);
                })
                .toList();
    }

    private Part stage(String file, String options, int source, int other, int result, int[] form, int[]... parts) {
        String maps = " -DSTAGE=" + (result - body.inputs().size()) + " -DSOURCE=" + source + " -DOTHER=" + other
                + " -DRESULT=" + result;
        return new Part(new SourceFile(file, maps + options), form, StoredConv.joined(parts));
    }

    private int[] padded(float[] values) {
        return StoredConv.bits(
                Arrays.copyOf(values, DeviceTensor.blocks(values.length, tuning.vector()) * tuning.vector()));
    }

    @Override
    protected Part conv(FoldedConv folded, Integer in, Integer residual, Integer out) {
        Conv conv = folded.conv();
        int other = residual == null ? out : residual;
        Shape from = body.shape(in);
        String options =
                Tuning.window(conv) + " -DPADDING=" + conv.padding() + Tuning.epilogue(folded.epilogue(), residual);
        if (conv.groupWidth(from.channels()) == 1 && conv.outChannels() == from.channels()) {
            String pixels = " -DPIXELS=" + tuning.evenPixels(body.shape(out).width());
            float[] packed = PackedConv.depthwise(conv, folded.filter(), tuning.vector());
            int[] filter = StoredConv.bits(packed);
            return stage("depthwise.cl", options + pixels, in, other, out, new int[0], padded(folded.bias()), filter);
        }
        PackedConv packed = new PackedConv(tuning, folded, from, body.shape(out));
        int[] form = new int[2 + packed.first.length];
        form[0] = packed.blocks;
        form[1] = packed.first.length;
        System.arraycopy(packed.first, 0, form, 2, packed.first.length);
        return stage("conv.cl", options + packed.options(), in, other, out, form, packed.ends, packed.filter);
    }

    @Override
    protected Part pool(Pool pool, Integer in, Integer out) {
        return blur(pool, body.shape(in).channels(), in, out);
    }

    @Override
    protected Part layerNorm(float epsilon, float[] gain, float[] bias, Integer in, Integer out) {
        int v = tuning.vector();
        float[] head = new float[2 * v];
        Arrays.fill(head, 0, (gain.length - 1) % v + 1, 1);
        head[v] = epsilon;
        return stage(
                "norm.cl", "", in, in, out, new int[] {gain.length}, StoredConv.bits(head), padded(gain), padded(bias));
    }

    @Override
    protected Part affine(float[] scale, float[] shift, Integer in, Integer out) {
        return pointwise("fma(X,PARAMETER(0),PARAMETER(1))", in, in, out, padded(scale), padded(shift));
    }

    @Override
    protected Part activate(Activation function, Integer in, Integer out) {
        return pointwise(Tuning.name(function) + "(X)", in, in, out);
    }

    @Override
    protected Part add(Integer a, Integer b, Integer out) {
        return pointwise("X+Y", a, b, out);
    }

    @Override
    protected Part multiply(Integer in, Integer gate, Integer out) {
        return pointwise("X*GATE", in, gate, out);
    }

    private Part pointwise(String element, int source, int other, int result, int[]... parameters) {
        return stage("pointwise.cl", " -DELEMENT=" + element, source, other, result, new int[0], parameters);
    }

    @Override
    protected Part shift(Integer in, Integer out) {
        throw new IllegalStateException("FusedLaunch takes no shift");
    }

    @Override
    protected Part quantise(Quantiser quantiser, Integer in, Integer out) {
        return pointwise("rounded(X," + Tuning.rounding(quantiser) + ")", in, in, out);
    }

    @Override
    protected Part tiles(TileLayer layer, List<Integer> in, Integer out) {
        throw new IllegalStateException("FusedLaunch takes no layers of tiles");
    }

    @Override
    protected Part route(Route route, int[] sources, List<Integer> in, Integer out) {
        int[] plan = RoutePlan.of(sources, in.stream().map(body::shape).toList(), tuning.vector())
                .plan();
        int[] form = IntStream.concat(in.stream().mapToInt(v -> v), Arrays.stream(plan))
                .toArray();
        return stage("route_rows.cl", " -DINPUTS=" + in.size(), out, out, out, form);
    }
}

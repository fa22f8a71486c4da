package org.convmark.kernel;

import java.util.List;
import org.convmark.model.Activation;
import org.convmark.model.Affine;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Gated;
import org.convmark.model.Graph.Node;
import org.convmark.model.LayerNorm;
import org.convmark.model.LayerVisitor;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.Shift;
import org.convmark.model.TileLayer;

/**
 * What each layer kind becomes in another representation: kernels of a backend, nodes of an ONNX model. An implementation that
 * misses a kind does not compile.
 *
 * @param <V> a value, the input or output of a layer
 * @param <R> what a layer becomes
 */
public abstract class Lowering<V, R> {
    /**
     * Convolution.
     *
     * @param residual value to add, of the shape of out, or null
     */
    protected abstract R conv(FoldedConv folded, V in, V residual, V out);

    /** x * scale + shift per channel. */
    protected abstract R affine(float[] scale, float[] shift, V in, V out);

    /** Normalisation over channels, then * gain + bias. */
    protected abstract R layerNorm(float epsilon, float[] gain, float[] bias, V in, V out);

    /** Element-wise activation. */
    protected abstract R activate(Activation function, V in, V out);

    /** Sum of two values. */
    protected abstract R add(V a, V b, V out);

    /** Product with one number per channel. */
    protected abstract R multiply(V in, V gate, V out);

    /** Rounding to 8 bits. */
    protected abstract R quantise(Quantiser quantiser, V in, V out);

    /** Output channel c is channel sources[c] of the concatenation of all inputs. */
    protected abstract R route(Route route, int[] sources, List<V> in, V out);

    /** Every map moved one pixel up and left. */
    protected abstract R shift(V in, V out);

    /** Window reduction. */
    protected abstract R pool(Pool pool, V in, V out);

    /** The layers of spatially dynamic computation. */
    protected abstract R tiles(TileLayer layer, List<V> in, V out);

    /** A blur as what it is: a depthwise convolution with constant weights. */
    protected final R blur(Pool pool, int channels, V in, V out) {
        return conv(
                FoldedConv.of(pool.blurConv(channels), pool.blurFilter(channels), new float[channels]), in, null, out);
    }

    /**
     * What a node becomes.
     *
     * @param shapes of the node's inputs
     * @throws UnsupportedOperationException if the node is a fused block and this target runs none
     */
    protected final R lower(Node node, List<Shape> shapes, Weights weights, List<V> in, V out) {
        return node.layer().accept(new LayerVisitor<R>() {
            @Override
            public R conv(Conv conv) {
                return convolution(FoldedConv.of(node, weights), in, out);
            }

            @Override
            public R affine(Affine affine) {
                return Lowering.this.affine(weights.scale(node), weights.shift(node), in.get(0), out);
            }

            @Override
            public R layerNorm(LayerNorm norm) {
                return Lowering.this.layerNorm(
                        norm.epsilon(), weights.scale(node), weights.shift(node), in.get(0), out);
            }

            @Override
            public R activate(ElementWise.Activate activate) {
                return Lowering.this.activate(activate.function(), in.get(0), out);
            }

            @Override
            public R add(ElementWise.Add add) {
                return Lowering.this.add(in.get(0), in.get(1), out);
            }

            @Override
            public R multiply(ElementWise.Multiply multiply) {
                return Lowering.this.multiply(in.get(0), in.get(1), out);
            }

            @Override
            public R quantise(ElementWise.Quantise quantise) {
                return Lowering.this.quantise(weights.quantiser(node), in.get(0), out);
            }

            @Override
            public R route(Route route) {
                return Lowering.this.route(route, route.sources(shapes), in, out);
            }

            @Override
            public R shift(Shift shift) {
                return Lowering.this.shift(in.get(0), out);
            }

            @Override
            public R pool(Pool pool) {
                return Lowering.this.pool(pool, in.get(0), out);
            }

            @Override
            public R tiles(TileLayer layer) {
                return Lowering.this.tiles(layer, in, out);
            }

            @Override
            public R gated(Gated gated) {
                throw noTiles();
            }

            @Override
            public R fused(Fused fused) {
                if (!fused.isConvolution()) {
                    throw noBlocks();
                }
                return convolution(FoldedConv.of(node, weights), in, out);
            }
        });
    }

    /** The error for a block on a target that runs none. */
    static UnsupportedOperationException noBlocks() {
        return new UnsupportedOperationException(
                "this target does not run fusion BLOCK: choose fusion=NONE or fusion=EPILOGUE");
    }

    /** The error for a mask on a target that knows none. */
    protected static UnsupportedOperationException noTiles() {
        return new UnsupportedOperationException(
                "this target does not skip tiles or channels: choose SCALAR, VECTOR or OPENCL");
    }

    /** The error for integers of 8 bits on a target that has no kernels for them. */
    protected static UnsupportedOperationException noIntegers() {
        return new UnsupportedOperationException(
                "this target has no kernels of 8-bit integers: choose SCALAR, VECTOR, OPENCL, ONNXRUNTIME or ONEDNN");
    }

    /** What a convolution becomes together with everything folded into it. */
    protected final R convolution(FoldedConv folded, List<V> in, V out) {
        return conv(folded, in.get(folded.source()), folded.residual(in), out);
    }
}

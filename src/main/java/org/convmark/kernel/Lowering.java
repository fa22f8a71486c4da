package org.convmark.kernel;

import java.util.List;
import org.convmark.model.Activation;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Shape;

/**
 * What each layer kind becomes in another form: kernels of a backend, nodes of an ONNX model. The only place where layer
 * kinds are told apart: whatever misses one does not compile.
 *
 * @param <V> a value, the input or output of a layer
 * @param <R> what a layer becomes
 */
public abstract class Lowering<V, R> {
    /**
     * Convolution.
     *
     * @param filter output channel x channel in group x row x column, scales folded in
     * @param bias one per output channel, zeros where there is none
     * @param residual value to add, of the shape of out, or null
     */
    protected abstract R conv(
            Layer.Conv conv, Epilogue epilogue, float[] filter, float[] bias, V in, V residual, V out);

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

    /** Output channel c is channel sources[c] of the concatenation of all inputs. */
    protected abstract R route(Layer.Route route, int[] sources, List<V> in, V out);

    /** Every map moved one pixel up and left. */
    protected abstract R shift(V in, V out);

    /** Window reduction. */
    protected abstract R pool(Layer.Pool pool, V in, V out);

    /**
     * What a node becomes.
     *
     * @param shapes of the node's inputs
     * @throws UnsupportedOperationException if the node is a fused block and this target runs none
     */
    protected final R lower(Node node, List<Shape> shapes, Weights weights, List<V> in, V out) {
        Layer layer = node.layer();
        if (layer.isConvolution()) {
            return convolution(FoldedConv.of(node, weights), in, out);
        } else if (layer instanceof Layer.Affine) {
            return affine(weights.scale(node), weights.shift(node), in.get(0), out);
        } else if (layer instanceof Layer.LayerNorm norm) {
            return layerNorm(norm.epsilon(), weights.scale(node), weights.shift(node), in.get(0), out);
        } else if (layer instanceof Layer.Activate activate) {
            return activate(activate.function(), in.get(0), out);
        } else if (layer instanceof Layer.Add) {
            return add(in.get(0), in.get(1), out);
        } else if (layer instanceof Layer.Multiply) {
            return multiply(in.get(0), in.get(1), out);
        } else if (layer instanceof Layer.Route route) {
            return route(route, route.sources(shapes), in, out);
        } else if (layer instanceof Layer.Shift) {
            return shift(in.get(0), out);
        } else if (layer instanceof Layer.Pool pool) {
            return pool(pool, in.get(0), out);
        } else if (layer instanceof Layer.Fused fused) {
            return block(fused.body(), weights, in, out);
        }
        throw new IllegalStateException("nothing is known for " + layer);
    }

    /**
     * Several layers as one.
     *
     * @param body the layers, convolutions with their epilogues
     * @throws UnsupportedOperationException unless overridden
     */
    protected R block(Graph body, Weights weights, List<V> in, V out) {
        throw new UnsupportedOperationException(
                "fusion BLOCK is not run by this target: choose fusion=NONE or fusion=EPILOGUE");
    }

    private R convolution(FoldedConv folded, List<V> in, V out) {
        return conv(
                folded.conv(),
                folded.epilogue(),
                folded.filter(),
                folded.bias(),
                in.get(folded.source()),
                folded.residual(in),
                out);
    }
}

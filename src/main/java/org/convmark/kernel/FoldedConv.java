package org.convmark.kernel;

import java.util.Arrays;
import java.util.List;
import org.convmark.model.Activation;
import org.convmark.model.Affine;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Precision;

/**
 * A convolution with everything that follows it, as a kernel needs it: affine layers are folded into filter and bias.
 *
 * @param filter output channel x channel in group x row x column
 * @param bias one per output channel, zeros where there is none
 * @param scales one per output channel: what the numbers of its {@link Precision} are multiplied by to give its weights
 * @param source index of the node's input that is filtered
 * @param residual index of the input that is added, -1 if none is
 */
public record FoldedConv(
        Conv conv, Epilogue epilogue, float[] filter, float[] bias, float[] scales, int source, int residual) {
    /**
     * From a node that is a convolution, or a convolution with its epilogue. Of one that is gated, filter and bias are those of all
     * channels from which masks choose.
     */
    public static FoldedConv of(Node node, Weights weights) {
        if (node.layer().convolution().isPresent()) {
            return of(node.layer().convolution().get(), node, weights);
        }
        Graph body = ((Fused) node.layer()).body();
        Node first = body.nodes().get(0);
        FoldedConv folded = of(first.layer().convolution().orElseThrow(), first, weights);
        int source = first.inputs().get(0);
        int residual = -1;
        Activation before = null;
        Activation after = null;
        for (Node next : body.nodes().subList(1, body.nodes().size())) {
            if (next.layer() instanceof Affine || next.layer() instanceof Gated) {
                folded.scale(weights.scale(next), weights.shift(next));
            } else if (next.layer() instanceof ElementWise.Activate activate) {
                after = activate.function();
            } else if (next.layer() instanceof ElementWise.Add) {
                residual = next.inputs().stream()
                        .filter(v -> v < body.inputs().size())
                        .findFirst()
                        .orElseThrow();
                before = after;
                after = null;
            } else {
                throw new IllegalArgumentException(next.layer() + " cannot be part of a convolution's epilogue");
            }
        }
        return new FoldedConv(
                folded.conv, new Epilogue(before, after), folded.filter, folded.bias, folded.scales, source, residual);
    }

    private static FoldedConv of(Conv conv, Node node, Weights weights) {
        float[] filter = weights.filter(node);
        float[] bias = conv.bias() == Conv.Bias.YES ? weights.shift(node) : new float[outChannels(conv, node)];
        return of(conv, filter, bias);
    }

    private static int outChannels(Conv conv, Node node) {
        return node.layer() instanceof Gated gated && gated.outputs() > 0 ? gated.outputs() : conv.outChannels();
    }

    /** An affine layer as the convolution that it is, one weight per channel. */
    static FoldedConv ofAffine(Node node, Weights weights) {
        int channels = node.output().channels();
        return of(new Conv(channels, 1, 1, 1, 0, 1, Conv.Bias.YES), weights.scale(node), weights.shift(node));
    }

    /** From a convolution alone. */
    public static FoldedConv of(Conv conv, float[] filter, float[] bias) {
        int taps = filter.length / bias.length;
        float[] scales = new float[bias.length];
        for (int c = 0; c < scales.length; c++) {
            scales[c] = conv.precision().scale(filter, c * taps, taps);
        }
        return new FoldedConv(conv, Epilogue.NONE, filter, bias, scales, 0, -1);
    }

    /** The input that is added, or null. */
    public <V> V residual(List<V> in) {
        return residual < 0 ? null : in.get(residual);
    }

    private void scale(float[] scale, float[] shift) {
        int taps = filter.length / bias.length;
        for (int c = 0; c < bias.length; c++) {
            for (int t = 0; t < taps; t++) {
                filter[c * taps + t] *= scale[c];
            }
            scales[c] *= scale[c];
            bias[c] = bias[c] * scale[c] + shift[c];
        }
    }

    /** Some output channels alone; for a grouped convolution with the same channels of the input. */
    public FoldedConv outputs(int from, int to) {
        int taps = filter.length / bias.length;
        return new FoldedConv(
                with(to - from, conv.groupWidth()),
                epilogue,
                Arrays.copyOfRange(filter, from * taps, to * taps),
                Arrays.copyOfRange(bias, from, to),
                Arrays.copyOfRange(scales, from, to),
                source,
                residual);
    }

    private Conv with(int channels, int groupWidth) {
        return new Conv(
                channels,
                conv.kernel(),
                conv.stride(),
                conv.dilation(),
                conv.padding(),
                groupWidth,
                conv.bias(),
                conv.compression());
    }

    /**
     * A dense convolution's sum over some channels of the input: the first part has the bias and the residual, the last one the
     * activation. Each other part is added to those before it.
     *
     * @param all channels of the input
     */
    public FoldedConv inputs(int from, int to, int all) {
        int taps = conv.kernel() * conv.kernel();
        float[] part = new float[conv.outChannels() * (to - from) * taps];
        for (int o = 0; o < conv.outChannels(); o++) {
            System.arraycopy(filter, (o * all + from) * taps, part, o * (to - from) * taps, (to - from) * taps);
        }
        return new FoldedConv(
                with(conv.outChannels(), Conv.DENSE),
                new Epilogue(null, to == all ? epilogue.after() : null),
                part,
                from == 0 ? bias : new float[bias.length],
                scales,
                source,
                residual);
    }
}

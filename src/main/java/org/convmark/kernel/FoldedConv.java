package org.convmark.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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
 * @param reads how the input has been rounded, if the convolution is one of 8-bit integers; otherwise null
 * @param source index of the node's input that is filtered
 * @param residual index of the input that is added, -1 if none is
 */
public record FoldedConv(
        Conv conv,
        Epilogue epilogue,
        float[] filter,
        float[] bias,
        float[] scales,
        Quantiser reads,
        int source,
        int residual) {
    /**
     * From a node that is a convolution, a convolution with its epilogue, or gated. Of one that is gated, filter and bias are those of all
     * channels from which masks choose.
     */
    public static FoldedConv of(Node node, Weights weights) {
        if (node.layer().convolution().isPresent()) {
            return of(node.layer().convolution().get(), node, weights);
        }
        if (node.layer() instanceof Gated) {
            return ofAffine(node, weights);
        }
        Graph body = ((Fused) node.layer()).body();
        Node first = body.nodes().get(0);
        FoldedConv folded = of(first.layer().convolution().orElseThrow(), first, weights);
        int source = first.inputs().get(0);
        int residual = -1;
        Epilogue.Stage before = Epilogue.Stage.NONE;
        Epilogue.Stage after = Epilogue.Stage.NONE;
        for (Node next : body.nodes().subList(1, body.nodes().size())) {
            if (next.layer() instanceof Affine || next.layer() instanceof Gated) {
                folded.scale(weights.scale(next), weights.shift(next));
            } else if (next.layer() instanceof ElementWise.Activate activate) {
                after = after.then(activate.function());
            } else if (next.layer() instanceof ElementWise.Quantise) {
                after = after.then(weights.quantiser(next));
            } else if (next.layer() instanceof ElementWise.Add) {
                residual = next.inputs().stream()
                        .filter(v -> v < body.inputs().size())
                        .findFirst()
                        .orElseThrow();
                before = after;
                after = Epilogue.Stage.NONE;
            } else {
                throw new IllegalArgumentException(next.layer() + " cannot be part of a convolution's epilogue");
            }
        }
        return new FoldedConv(
                folded.conv,
                new Epilogue(before, after),
                folded.filter,
                folded.bias,
                folded.scales,
                folded.reads,
                source,
                residual);
    }

    private static FoldedConv of(Conv conv, Node node, Weights weights) {
        float[] filter = weights.filter(node);
        float[] bias = conv.bias() == Conv.Bias.YES ? weights.shift(node) : new float[outChannels(conv, node)];
        Quantiser reads = conv.precision().activationBits() == Byte.SIZE ? weights.rounded(node) : null;
        return of(conv, filter, bias, reads);
    }

    private static int outChannels(Conv conv, Node node) {
        return node.layer() instanceof Gated gated && gated.outputs() > 0 ? gated.outputs() : conv.outChannels();
    }

    /** A gated affine layer as the convolution that it is, one weight per channel. */
    private static FoldedConv ofAffine(Node node, Weights weights) {
        int channels = node.output().channels();
        return of(new Conv(channels, 1, 1, 1, 0, 1, Conv.Bias.YES), weights.scale(node), weights.shift(node));
    }

    /** From a convolution alone. */
    public static FoldedConv of(Conv conv, float[] filter, float[] bias) {
        return of(conv, filter, bias, null);
    }

    private static FoldedConv of(Conv conv, float[] filter, float[] bias, Quantiser reads) {
        int taps = filter.length / bias.length;
        float[] scales = new float[bias.length];
        for (int c = 0; c < scales.length; c++) {
            scales[c] = conv.precision().scale(filter, c * taps, taps);
        }
        return new FoldedConv(conv, Epilogue.NONE, filter, bias, scales, reads, 0, -1);
    }

    /** The filter as integers of 8 bits, in the same order. */
    public byte[] codes() {
        int taps = filter.length / bias.length;
        byte[] codes = new byte[filter.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) conv.precision().encode(filter[i], scales[i / taps]);
        }
        return codes;
    }

    /** By output channel, the weight that the integer 1 stands for. */
    public float[] steps() {
        float[] steps = scales.clone();
        for (int c = 0; c < steps.length; c++) {
            steps[c] *= conv.precision().decode(1);
        }
        return steps;
    }

    /** By output channel, the sum that the integer 1 stands for. */
    public float[] units() {
        float[] units = steps();
        for (int c = 0; c < units.length; c++) {
            units[c] *= reads.step();
        }
        return units;
    }

    /** The bias as integers of 32 bits. */
    public int[] biasCodes() {
        float[] units = units();
        return IntStream.range(0, bias.length)
                .map(c -> Math.round(bias[c] / units[c]))
                .toArray();
    }

    /**
     * Whether floats hold every partial sum of integers, in any order: its largest and smallest value are the sums of each product's, where
     * that is above or below zero.
     */
    public boolean isExact() {
        byte[] codes = codes();
        int[] biases = biasCodes();
        int taps = codes.length / biases.length;
        for (int c = 0; c < biases.length; c++) {
            long high = Math.max(biases[c], 0);
            long low = Math.min(biases[c], 0);
            for (int t = c * taps; t < (c + 1) * taps; t++) {
                high += Math.max(reads.least() * codes[t], reads.most() * codes[t]);
                low += Math.min(reads.least() * codes[t], reads.most() * codes[t]);
            }
            if (Math.max(high, -low) > IntegerLimits.MOST) {
                return false;
            }
        }
        return true;
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
                reads,
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
                new Epilogue(Epilogue.Stage.NONE, to == all ? epilogue.after() : Epilogue.Stage.NONE),
                part,
                from == 0 ? bias : new float[bias.length],
                scales,
                reads,
                source,
                residual);
    }
}

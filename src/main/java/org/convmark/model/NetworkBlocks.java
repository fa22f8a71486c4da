package org.convmark.model;

import java.util.function.UnaryOperator;
import org.convmark.model.Conv.Bias;

/** Stages that several published networks share: sequences of one kind of residual block. */
final class NetworkBlocks {
    /** Outputs of a network: the classes of ImageNet. */
    private static final int CLASSES = 1000;

    private NetworkBlocks() {}

    /** Convolution, norm, activation. */
    static Graph conv(Graph g, int kernel, int channels, int stride, Activation function) {
        return g.conv(kernel, channels, stride).norm().activate(function);
    }

    /** Convolution with a bias, ReLU, padded to the same size. */
    static Graph biased(Graph g, int kernel, int channels) {
        return g.biased(kernel, channels, 1, kernel / 2).relu();
    }

    /** Maximum pooling whose last window may extend past the edge (frameworks call it ceil mode). */
    static Graph maximum(Graph g, int kernel, int stride) {
        return g.then(new Pool(Pool.Kind.MAX, kernel, stride, 0, stride - 1));
    }

    /** The average of each map and a linear layer. */
    static Graph classifier(Graph g) {
        return g.globalPool().biased(CLASSES);
    }

    /** The stem of ResNet and its relatives; leaves a quarter of the image's rows and columns. */
    static Graph quarter(Graph g) {
        return conv(g, 7, 64, 2, Activation.RELU).pool(Pool.Kind.MAX, 3, 2);
    }

    /**
     * The bottlenecks of ResNet-50 and its relatives, with the stride on the 3x3 convolution (v1.5): four stages of 3, 4, 6 and 3
     * blocks with four times 64, 128, 256 and 512 output channels.
     *
     * @param inner channels of the first stage's 3x3 convolution
     * @param groups of that convolution
     * @param last what follows the block's last norm
     */
    static Graph bottlenecks(Graph start, int inner, int groups, UnaryOperator<Graph> last) {
        Graph g = start;
        int[] repeats = {3, 4, 6, 3};
        for (int stage = 0; stage < repeats.length; stage++) {
            for (int i = 0; i < repeats[stage]; i++) {
                int width = inner << stage;
                int out = 256 << stage;
                int stride = stage > 0 && i == 0 ? 2 : 1;
                g = g.block(x -> x.residual(f -> last.apply(conv(f, 1, width, 1, Activation.RELU)
                                .grouped(3, width, stride, width / groups)
                                .norm()
                                .relu()
                                .conv(1, out)
                                .norm()))
                        .relu());
            }
        }
        return g;
    }

    /**
     * A row of a table of inverted residuals, as their papers print them.
     *
     * @param repeats blocks; only the first has the stride
     * @param kernel of the depthwise convolution
     * @param expansion hidden channels per input channel; with 1 there is no expanding convolution
     * @param squeeze input channels per squeeze-excite channel; 0 for no squeeze-excite
     */
    record Inverted(int repeats, int kernel, int stride, int expansion, int channels, int squeeze) {
        /** Without squeeze-excite. */
        Inverted(int repeats, int kernel, int stride, int expansion, int channels) {
            this(repeats, kernel, stride, expansion, channels, 0);
        }

        /** With squeeze-excite to a quarter of the input channels. */
        Inverted gated() {
            return new Inverted(repeats, kernel, stride, expansion, channels, 4);
        }
    }

    /** Inverted residuals (Sandler et al. 2018), row by row; squeeze-excite uses the same activation. */
    static Graph inverted(Graph start, Activation function, Inverted... rows) {
        Graph g = start;
        for (Inverted row : rows) {
            for (int i = 0; i < row.repeats; i++) {
                int in = g.output().channels();
                int stride = i == 0 ? row.stride : 1;
                UnaryOperator<Graph> gate =
                        x -> row.squeeze == 0 ? x : x.squeezeExcite(in / row.squeeze, function, Activation.SIGMOID);
                g = inverted(g, row.kernel, stride, row.expansion * in, row.channels, function, gate);
            }
        }
        return g;
    }

    /** One inverted residual with this many hidden channels; the gate follows the depthwise convolution's activation. */
    static Graph inverted(
            Graph g, int kernel, int stride, int inner, int out, Activation function, UnaryOperator<Graph> gate) {
        return g.block(x -> x.bypass(f -> {
            Graph wide = inner == f.output().channels() ? f : conv(f, 1, inner, 1, function);
            return gate.apply(wide.depthwise(kernel, stride).norm().activate(function))
                    .conv(1, out)
                    .norm();
        }));
    }

    /** Fused inverted residuals: a dense convolution expands, or is the whole block if nothing is expanded (Tan and Le 2021). */
    static Graph fusedInverted(Graph start, int repeats, int stride, int expansion, int channels) {
        Graph g = start;
        for (int i = 0; i < repeats; i++) {
            int inner = expansion * g.output().channels();
            int step = i == 0 ? stride : 1;
            g = g.block(x -> x.bypass(f -> expansion == 1
                    ? conv(f, 3, channels, step, Activation.SILU)
                    : conv(f, 3, inner, step, Activation.SILU).conv(1, channels).norm()));
        }
        return g;
    }

    /** Fire: a narrow convolution feeds a pointwise and a 3x3 one (Iandola et al. 2016). */
    static Graph fire(Graph g, int squeezed, int expanded) {
        return g.block(x -> biased(x, 1, squeezed).concat(y -> biased(y, 1, expanded), y -> biased(y, 3, expanded)));
    }

    /**
     * Inception: branches of different receptive field, the large ones after narrow pointwise convolutions (Szegedy et al. 2015).
     */
    static Graph inception(Graph g, int one, int three, int threeOut, int five, int fiveOut, int pooled) {
        return g.block(x -> x.concat(
                y -> conv(y, 1, one, 1, Activation.RELU),
                y -> conv(conv(y, 1, three, 1, Activation.RELU), 3, threeOut, 1, Activation.RELU),
                y -> conv(conv(y, 1, five, 1, Activation.RELU), 3, fiveOut, 1, Activation.RELU),
                y -> conv(y.pool(Pool.Kind.MAX, 3, 1), 1, pooled, 1, Activation.RELU)));
    }

    /** ConvNeXt: four stages of blocks, each after an unpadded strided convolution; norm and linear layer (Liu et al. 2022). */
    static Graph convNeXt(Graph start, int width, int... depths) {
        Graph g = start.biased(4, width, 4, 0).layerNorm();
        for (int stage = 0; stage < depths.length; stage++) {
            int channels = width << stage;
            if (stage > 0) {
                g = g.layerNorm().biased(2, channels, 2, 0);
            }
            g = g.repeat(
                    depths[stage],
                    x -> x.block(y -> y.residual(f -> f.then(new Conv(channels, 7, 1, 1, 3, 1, Bias.YES))
                            .layerNorm()
                            .biased(4 * channels)
                            .activate(Activation.GELU)
                            .biased(channels)
                            .layerScale())));
        }
        return g.globalPool().layerNorm().biased(CLASSES);
    }

    /**
     * ConvFirst blocks at 1/4, 1/8, 1/16 and 1/32 of the image's rows and columns, with the strided blocks of Lavin 2024 between
     * the stages. Stem, head, depths and widths are ours.
     */
    static Graph convFirst(Graph start, int first, int... depths) {
        Graph g = conv(start, 3, first / 2, 2, Activation.RELU);
        for (int stage = 0; stage < depths.length; stage++) {
            int width = first << stage;
            g = g.block(x -> feedForward(
                    x.concat(f -> f.grouped(3, f.output().channels(), 1, 8).norm(), f -> f)
                            .pool(Pool.Kind.BLUR, 3, 2),
                    width));
            g = g.repeat(
                    depths[stage],
                    x -> x.block(y -> y.residual(
                            f -> feedForward(f.grouped(3, width, 1, 8).norm(), width))));
        }
        return classifier(g);
    }

    private static Graph feedForward(Graph g, int width) {
        return conv(g, 1, 6 * width, 1, Activation.RELU).conv(1, width).norm();
    }
}

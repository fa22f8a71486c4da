package org.convmark.model;

import org.convmark.model.Conv.Bias;

/**
 * Residual blocks, after "On the Efficiency of Convolutional Neural Networks" (Lavin 2024, arXiv 2404.03617) and the
 * papers it cites; {@code depth} blocks stacked at constant width. The only list of blocks.
 */
public enum Block implements Stack {
    /** Two 3x3 convolutions (He et al. 2016). */
    RESNET_BASIC {
        @Override
        Graph block(Graph g, int width) {
            return g.residual(f -> f.conv(3, width).norm().relu().conv(3, width).norm())
                    .relu();
        }
    },

    /** Pointwise to a quarter of the channels, 3x3, pointwise back (He et al. 2016). */
    RESNET_BOTTLENECK {
        @Override
        Graph block(Graph g, int width) {
            int inner = Math.max(1, width / 4);
            return g.residual(f -> f.conv(1, inner)
                            .norm()
                            .relu()
                            .conv(3, inner)
                            .norm()
                            .relu()
                            .conv(1, width)
                            .norm())
                    .relu();
        }
    },

    /** Bottleneck to half of the channels with a 3x3 convolution of group width 32 (Xie et al. 2017). */
    RESNEXT {
        @Override
        Graph block(Graph g, int width) {
            int inner = Math.max(1, width / 2);
            return g.residual(f -> f.conv(1, inner)
                            .norm()
                            .relu()
                            .grouped(3, inner, 1, Graph.divisor(inner, 32))
                            .norm()
                            .relu()
                            .conv(1, width)
                            .norm())
                    .relu();
        }
    },

    /** Inverted residual: expand to 4 width, depthwise 3x3, linear projection (Sandler et al. 2018). */
    MBCONV {
        @Override
        Graph block(Graph g, int width) {
            return g.residual(f -> f.conv(1, 4 * width)
                    .norm()
                    .relu()
                    .depthwise(3, 1)
                    .norm()
                    .relu()
                    .conv(1, width)
                    .norm());
        }
    },

    /** MBConv with a grouped 3x3 convolution and squeeze-excite before the projection. */
    MBCONV_GROUPED_SE {
        @Override
        Graph block(Graph g, int width) {
            return g.residual(f -> f.conv(1, 4 * width)
                    .norm()
                    .relu()
                    .grouped(3, 4 * width, 1, Graph.divisor(4 * width, 8))
                    .norm()
                    .relu()
                    .squeezeExcite(Math.max(1, width / 4))
                    .conv(1, width)
                    .norm());
        }
    },

    /** A dense 3x3 convolution expands to 4 width, pointwise projection (Tan and Le 2021). */
    FUSED_MBCONV {
        @Override
        Graph block(Graph g, int width) {
            return g.residual(
                    f -> f.conv(3, 4 * width).norm().relu().conv(1, width).norm());
        }
    },

    /** Grouped 3x3 on the narrow tensor, then a feed-forward network of expansion 6 (Lavin 2024). */
    CONVFIRST {
        @Override
        Graph block(Graph g, int width) {
            return g.residual(f -> f.grouped(3, width, 1, Graph.divisor(width, 8))
                    .norm()
                    .conv(1, 6 * width)
                    .norm()
                    .relu()
                    .conv(1, width)
                    .norm());
        }
    },

    /**
     * ConvFirst at stride 2: the grouped convolution's result is concatenated with the block's input, then blur pool and
     * feed-forward network (Lavin 2024). Every block halves the map and keeps the width.
     */
    CONVFIRST_STRIDE2 {
        @Override
        Graph block(Graph g, int width) {
            return g.concat(f -> f.grouped(3, width, 1, Graph.divisor(width, 8)).norm(), f -> f)
                    .pool(Pool.Kind.BLUR, 3, 2)
                    .conv(1, 6 * width)
                    .norm()
                    .relu()
                    .conv(1, width)
                    .norm();
        }
    },

    /** Feed-forward network: phi(X U + a) V + b with expansion 4, and a residual (Lavin 2024, eq. 30). */
    FFN {
        @Override
        Graph block(Graph g, int width) {
            return g.residual(f -> f.biased(4 * width).relu().biased(width));
        }
    },

    /** Depthwise 7x7, LayerNorm, feed-forward network with GELU, layer scale (Liu et al. 2022). */
    CONVNEXT {
        @Override
        Graph block(Graph g, int width) {
            return g.residual(f -> f.then(new Conv(width, 7, 1, 1, 3, 1, Bias.YES))
                    .layerNorm()
                    .biased(4 * width)
                    .activate(Activation.GELU)
                    .biased(width)
                    .layerScale());
        }
    };

    /** One block, appended to g. */
    abstract Graph block(Graph g, int width);

    /**
     * A stack of blocks.
     *
     * @param depth blocks
     * @param width channels between blocks
     * @param image rows and columns of the input
     * @param batch images
     */
    @Override
    public Graph graph(int depth, int width, int image, int batch) {
        Graph g = Graph.of(new Shape(batch, width, image, image));
        for (int i = 0; i < depth; i++) {
            g = g.block(x -> block(x, width));
        }
        return g;
    }
}

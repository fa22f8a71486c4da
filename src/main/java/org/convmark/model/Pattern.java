package org.convmark.model;

/**
 * Macro-architecture patterns: how published networks connect their layers, after "Does Form Follow Function?" (Abbasi
 * et al. 2021, arXiv 2107.04144). The units are ours, written from the networks' own papers: three stages of
 * {@code depth} units at 1, 1/2 and 1/4 of the image with width, 2 width and 4 width channels; the first unit of a later
 * stage has stride 2. Every convolution is followed by batch normalisation, and by ReLU unless said. The only list of
 * patterns.
 */
public enum Pattern implements Stack {
    /** VGG: one 3x3 convolution after the other (Simonyan and Zisserman 2015). */
    PLAIN {
        @Override
        Graph unit(Graph g, int width, int stride) {
            return g.conv(3, width, stride).norm().relu();
        }
    },

    /** ResNet-18/34: an identity bypasses every pair of 3x3 convolutions (He et al. 2016). */
    RESIDUAL {
        @Override
        Graph unit(Graph g, int width, int stride) {
            return g.residual(f -> f.conv(3, width, stride)
                            .norm()
                            .relu()
                            .conv(3, width)
                            .norm())
                    .relu();
        }
    },

    /** ResNet-50: the 3x3 convolution works on a quarter of the channels (He et al. 2016). */
    BOTTLENECK {
        @Override
        int channels(int width) {
            return 4 * width;
        }

        @Override
        Graph unit(Graph g, int width, int stride) {
            return g.residual(f -> f.conv(1, width)
                            .norm()
                            .relu()
                            .conv(3, width, stride)
                            .norm()
                            .relu()
                            .conv(1, 4 * width)
                            .norm())
                    .relu();
        }
    },

    /**
     * ResNeXt: a bottleneck whose 3x3 convolution is split into 32 groups, or into groups of 4 channels if it is narrow (Xie et
     * al. 2017).
     */
    GROUPED_BOTTLENECK {
        @Override
        int channels(int width) {
            return 4 * width;
        }

        @Override
        Graph unit(Graph g, int width, int stride) {
            int inner = 2 * width;
            int group = Graph.divisor(inner, Math.max(4, inner / 32));
            return g.residual(f -> f.conv(1, inner)
                            .norm()
                            .relu()
                            .grouped(3, inner, stride, group)
                            .norm()
                            .relu()
                            .conv(1, 4 * width)
                            .norm())
                    .relu();
        }
    },

    /** MobileNet-V1: depthwise, then pointwise (Howard et al. 2017). */
    DEPTHWISE_SEPARABLE {
        @Override
        Graph unit(Graph g, int width, int stride) {
            return g.depthwise(3, stride).norm().relu().conv(1, width).norm().relu();
        }
    },

    /** MobileNet-V2: depthwise on six times the channels, linear projection (Sandler et al. 2018). */
    DEPTHWISE_BOTTLENECK {
        @Override
        Graph unit(Graph g, int width, int stride) {
            return g.bypass(f -> f.conv(1, 6 * f.output().channels())
                    .norm()
                    .relu6()
                    .depthwise(3, stride)
                    .norm()
                    .relu6()
                    .conv(1, width)
                    .norm());
        }
    },

    /** SE-ResNet: a residual unit that weighs its channels by their global average (Hu et al. 2018). */
    SQUEEZE_EXCITE {
        @Override
        Graph unit(Graph g, int width, int stride) {
            return g.residual(f -> f.conv(3, width, stride)
                            .norm()
                            .relu()
                            .conv(3, width)
                            .norm()
                            .squeezeExcite(Math.max(1, width / 16)))
                    .relu();
        }
    },

    /** DenseNet: every unit adds a quarter of the width to the channels it reads (Huang et al. 2017). */
    DENSE {
        @Override
        Graph unit(Graph g, int width, int stride) {
            int growth = Math.max(1, width / 4);
            Graph start = stride == 1 ? g : g.norm().relu().conv(1, width).pool(Pool.Kind.AVERAGE, 2, 2);
            return start.concat(
                    x -> x,
                    x -> x.norm().relu().conv(1, 4 * growth).norm().relu().conv(3, growth));
        }
    },

    /** SqueezeNet: a narrow convolution feeds a pointwise and a 3x3 one (Iandola et al. 2016). */
    FIRE {
        @Override
        Graph unit(Graph g, int width, int stride) {
            int half = Math.max(1, width / 2);
            return g.conv(1, Math.max(1, width / 8))
                    .norm()
                    .relu()
                    .concat(x -> x.conv(1, half, stride).norm().relu(), x -> x.conv(
                                    3, width - half > 0 ? width - half : 1, stride)
                            .norm()
                            .relu());
        }
    },

    /** GoogLeNet: four branches of different receptive field (Szegedy et al. 2015). */
    INCEPTION {
        @Override
        Graph unit(Graph g, int width, int stride) {
            int quarter = Math.max(1, width / 4);
            int eighth = Math.max(1, width / 8);
            int half = Math.max(1, width / 2);
            return g.concat(
                    x -> x.conv(1, quarter, stride).norm().relu(),
                    x -> x.conv(1, quarter)
                            .norm()
                            .relu()
                            .conv(3, half, stride)
                            .norm()
                            .relu(),
                    x -> x.conv(1, eighth)
                            .norm()
                            .relu()
                            .conv(5, eighth, stride)
                            .norm()
                            .relu(),
                    x -> x.pool(Pool.Kind.MAX, 3, stride).conv(1, eighth).norm().relu());
        }
    },

    /** ShuffleNet-V2: half of the channels pass untouched, then both halves are shuffled (Ma et al. 2018). */
    SHUFFLE {
        @Override
        Graph unit(Graph g, int width, int stride) {
            int in = g.output().channels();
            int half = Math.max(1, width / 2);
            return stride == 1 && in >= 2
                    ? g.concat(x -> x.slice(0, in / 2), x -> separable(x.slice(in / 2, in - in / 2), in - in / 2, 1))
                            .shuffle(Graph.divisor(in, 2))
                    : g.concat(
                                    x -> x.depthwise(3, stride)
                                            .norm()
                                            .conv(1, half)
                                            .norm()
                                            .relu(),
                                    x -> separable(x, half, stride))
                            .shuffle(2);
        }

        private Graph separable(Graph x, int width, int stride) {
            return x.conv(1, width)
                    .norm()
                    .relu()
                    .depthwise(3, stride)
                    .norm()
                    .conv(1, width)
                    .norm()
                    .relu();
        }
    },

    /**
     * DARTS-V2 normal cell: separable and dilated convolutions, sums, one concatenation; both inputs of the published
     * cell are the unit's input, as in the first cell of DARTS (Liu et al. 2019).
     */
    NAS_CELL {
        @Override
        Graph unit(Graph g, int width, int stride) {
            int cell = Math.max(1, width / 4);
            Graph p = g.relu().conv(1, cell, stride).norm();
            Graph q = p.at(g.head()).relu().conv(1, cell, stride).norm();
            Graph a = sum(q, p.head(), q.head(), cell);
            Graph b = sum(a, p.head(), q.head(), cell);
            Graph c = separable(b.at(q.head()), 3, cell).add(p.head());
            Graph d = c.at(a.head())
                    .relu()
                    .depthwise(3, 1, 2)
                    .conv(1, cell)
                    .norm()
                    .add(p.head());
            return d.at(a.head()).then(new Route.Concat(), b.head(), c.head(), d.head());
        }

        /** Separable convolutions of both inputs, summed. */
        private Graph sum(Graph g, int p, int q, int width) {
            Graph left = separable(g.at(p), 3, width);
            return separable(left.at(q), 3, width).add(left.head());
        }

        /** Two rounds of ReLU, depthwise, pointwise, norm. */
        private Graph separable(Graph g, int kernel, int width) {
            return g.relu()
                    .depthwise(kernel, 1)
                    .conv(1, width)
                    .norm()
                    .relu()
                    .depthwise(kernel, 1)
                    .conv(1, width)
                    .norm();
        }
    };

    /** Stages of every pattern. */
    public static final int STAGES = 3;

    /** One unit, appended to g, at a stage of this width. */
    abstract Graph unit(Graph g, int width, int stride);

    /** Channels between the units of a stage of this width. */
    int channels(int width) {
        return width;
    }

    /**
     * The whole pattern.
     *
     * @param depth units per stage
     * @param width channels of the first stage; each stage doubles them
     * @param image rows and columns of the first stage
     * @param batch images
     */
    @Override
    public Graph graph(int depth, int width, int image, int batch) {
        Graph g = Graph.of(new Shape(batch, channels(width), image, image));
        for (int stage = 0; stage < STAGES; stage++) {
            for (int i = 0; i < depth; i++) {
                int stageWidth = width << stage;
                int stride = stage > 0 && i == 0 ? 2 : 1;
                g = g.block(x -> unit(x, stageWidth, stride));
            }
        }
        return g;
    }
}

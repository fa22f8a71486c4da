package org.convmark.model;

import static org.convmark.model.Activation.HARD_SIGMOID;
import static org.convmark.model.Activation.HARD_SWISH;
import static org.convmark.model.Activation.RELU;
import static org.convmark.model.Activation.RELU6;
import static org.convmark.model.Activation.SILU;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.convmark.model.NetworkBlocks.Inverted;

/**
 * Whole published networks, from an image of three channels to 1000 classes, as they run after training: no dropout, no auxiliary
 * classifiers. Padding is the same on every side, even where the authors' framework pads one more pixel at the end. Parameters
 * and multiply-accumulates agree with published counts digit for digit, except for ConvFirst. The only list of networks.
 */
public enum Network implements Workload {
    /** VGG-16 without norms; its first linear layer reads a map of 7x7 pixels, so images are 224x224 (Simonyan and Zisserman 2015). */
    VGG_16(224, 71.59, "torchvision") {
        @Override
        Graph layers(Graph start) {
            Graph g = start;
            for (int stage = 0; stage < 5; stage++) {
                int width = Math.min(64 << stage, 512);
                g = g.repeat(stage < 2 ? 2 : 3, x -> NetworkBlocks.biased(x, 3, width))
                        .pool(Pool.Kind.MAX, 2, 2);
            }
            return g.biased(7, 4096, 1, 0).relu().biased(4096).relu().biased(1000);
        }
    },

    /** ResNet-18: an identity bypasses every pair of 3x3 convolutions (He et al. 2016). */
    RESNET_18(224, 69.76, "torchvision") {
        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.quarter(start);
            for (int stage = 0; stage < 4; stage++) {
                int width = 64 << stage;
                int stride = stage == 0 ? 1 : 2;
                g = g.block(x -> Pattern.RESIDUAL.unit(x, width, stride))
                        .block(x -> Pattern.RESIDUAL.unit(x, width, 1));
            }
            return NetworkBlocks.classifier(g);
        }
    },

    /** ResNet-50 v1.5: bottlenecks with the stride on the 3x3 convolution (He et al. 2016). */
    RESNET_50(224, 76.13, "torchvision") {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.classifier(NetworkBlocks.bottlenecks(NetworkBlocks.quarter(g), 64, 1, f -> f));
        }
    },

    /** ResNeXt-50 32x4d: the 3x3 convolution is twice as wide and in 32 groups (Xie et al. 2017). */
    RESNEXT_50(224, 77.62, "torchvision") {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.classifier(NetworkBlocks.bottlenecks(NetworkBlocks.quarter(g), 128, 32, f -> f));
        }
    },

    /**
     * SE-ResNet-50 v1.5: squeeze-excite before the sum (Hu et al. 2018). Its accuracy comes from a longer training than
     * ResNet-50's.
     */
    SE_RESNET_50(224, 80.26, "timm") {
        @Override
        Graph layers(Graph g) {
            UnaryOperator<Graph> gate = f -> f.squeezeExcite(f.output().channels() / 16);
            return NetworkBlocks.classifier(NetworkBlocks.bottlenecks(NetworkBlocks.quarter(g), 64, 1, gate));
        }
    },

    /** DenseNet-121: every layer adds 32 channels to all earlier ones (Huang et al. 2017). */
    DENSENET_121(224, 74.43, "torchvision") {
        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.quarter(start);
            for (int layers : new int[] {6, 12, 24, 16}) {
                g = g.repeat(
                        layers,
                        x -> x.block(y -> y.concat(
                                f -> f,
                                f -> f.norm().relu().conv(1, 128).norm().relu().conv(3, 32))));
                if (layers != 16) {
                    int half = g.output().channels() / 2;
                    g = g.norm().relu().conv(1, half).pool(Pool.Kind.AVERAGE, 2, 2);
                }
            }
            return NetworkBlocks.classifier(g.norm().relu());
        }
    },

    /** SqueezeNet 1.1: narrow convolutions feed wide ones; no norms, no linear layer (Iandola et al. 2016). */
    SQUEEZENET_1_1(224, 58.18, "torchvision") {
        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.maximum(start.biased(3, 64, 2, 0).relu(), 3, 2);
            g = NetworkBlocks.maximum(g.repeat(2, x -> NetworkBlocks.fire(x, 16, 64)), 3, 2);
            g = NetworkBlocks.maximum(g.repeat(2, x -> NetworkBlocks.fire(x, 32, 128)), 3, 2);
            g = g.repeat(2, x -> NetworkBlocks.fire(x, 48, 192)).repeat(2, x -> NetworkBlocks.fire(x, 64, 256));
            return NetworkBlocks.biased(g, 1, 1000).globalPool();
        }
    },

    /**
     * GoogLeNet in torchvision's form: norms in place of local response normalisation, and 3x3 convolutions where the paper
     * has 5x5 (Szegedy et al. 2015).
     */
    GOOGLENET(224, 69.78, "torchvision") {
        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.maximum(NetworkBlocks.conv(start, 7, 64, 2, RELU), 3, 2);
            g = NetworkBlocks.maximum(NetworkBlocks.conv(NetworkBlocks.conv(g, 1, 64, 1, RELU), 3, 192, 1, RELU), 3, 2);
            g = NetworkBlocks.inception(g, 64, 96, 128, 16, 32, 32);
            g = NetworkBlocks.maximum(NetworkBlocks.inception(g, 128, 128, 192, 32, 96, 64), 3, 2);
            g = NetworkBlocks.inception(g, 192, 96, 208, 16, 48, 64);
            g = NetworkBlocks.inception(g, 160, 112, 224, 24, 64, 64);
            g = NetworkBlocks.inception(g, 128, 128, 256, 24, 64, 64);
            g = NetworkBlocks.inception(g, 112, 144, 288, 32, 64, 64);
            g = NetworkBlocks.maximum(NetworkBlocks.inception(g, 256, 160, 320, 32, 128, 128), 2, 2);
            g = NetworkBlocks.inception(g, 256, 160, 320, 32, 128, 128);
            return NetworkBlocks.classifier(NetworkBlocks.inception(g, 384, 192, 384, 48, 128, 128));
        }
    },

    /** MobileNet-V1: depthwise, then pointwise (Howard et al. 2017). */
    MOBILENET_V1(224, 70.9, "TensorFlow-Slim, mobilenet_v1") {
        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.conv(start, 3, 32, 2, RELU6);
            int width = 32;
            for (int next : new int[] {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024}) {
                int stride = next > width && next > 64 ? 2 : 1;
                g = g.block(
                        x -> NetworkBlocks.conv(x.depthwise(3, stride).norm().relu6(), 1, next, 1, RELU6));
                width = next;
            }
            return NetworkBlocks.classifier(g);
        }
    },

    /** MobileNet-V2: inverted residuals (Sandler et al. 2018). */
    MOBILENET_V2(224, 71.88, "torchvision") {
        @Override
        Graph layers(Graph g) {
            Graph body = NetworkBlocks.inverted(
                    NetworkBlocks.conv(g, 3, 32, 2, RELU6),
                    RELU6,
                    new Inverted(1, 3, 1, 1, 16),
                    new Inverted(2, 3, 2, 6, 24),
                    new Inverted(3, 3, 2, 6, 32),
                    new Inverted(4, 3, 2, 6, 64),
                    new Inverted(3, 3, 1, 6, 96),
                    new Inverted(3, 3, 2, 6, 160),
                    new Inverted(1, 3, 1, 6, 320));
            return NetworkBlocks.classifier(NetworkBlocks.conv(body, 1, 1280, 1, RELU6));
        }
    },

    /**
     * MobileNet-V3-Large: inverted residuals found by search, with gates and piecewise-linear activations (Howard et al. 2019).
     */
    MOBILENET_V3_LARGE(224, 74.04, "torchvision") {
        /** Kernel, stride, channels inside, channels, squeeze-excite channels or 0; the first six rows use ReLU. */
        private final int[][] rows = {
            {3, 1, 16, 16, 0},
            {3, 2, 64, 24, 0},
            {3, 1, 72, 24, 0},
            {5, 2, 72, 40, 24},
            {5, 1, 120, 40, 32},
            {5, 1, 120, 40, 32},
            {3, 2, 240, 80, 0},
            {3, 1, 200, 80, 0},
            {3, 1, 184, 80, 0},
            {3, 1, 184, 80, 0},
            {3, 1, 480, 112, 120},
            {3, 1, 672, 112, 168},
            {5, 2, 672, 160, 168},
            {5, 1, 960, 160, 240},
            {5, 1, 960, 160, 240}
        };

        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.conv(start, 3, 16, 2, HARD_SWISH);
            for (int i = 0; i < rows.length; i++) {
                int[] row = rows[i];
                UnaryOperator<Graph> gate = x -> row[4] == 0 ? x : x.squeezeExcite(row[4], RELU, HARD_SIGMOID);
                g = NetworkBlocks.inverted(g, row[0], row[1], row[2], row[3], i < 6 ? RELU : HARD_SWISH, gate);
            }
            Graph pooled = NetworkBlocks.conv(g, 1, 960, 1, HARD_SWISH).globalPool();
            return pooled.biased(1280).activate(HARD_SWISH).biased(1000);
        }
    },

    /** ShuffleNet-V2 1.0x in torchvision's form: half of the channels pass untouched, then both halves are shuffled (Ma et al. 2018). */
    SHUFFLENET_V2(224, 69.36, "torchvision") {
        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.conv(start, 3, 24, 2, RELU).pool(Pool.Kind.MAX, 3, 2);
            g = stage(stage(stage(g, 116, 4), 232, 8), 464, 4);
            return NetworkBlocks.classifier(NetworkBlocks.conv(g, 1, 1024, 1, RELU));
        }

        private Graph stage(Graph g, int width, int units) {
            return g.block(x -> Pattern.SHUFFLE.unit(x, width, 2))
                    .repeat(units - 1, x -> x.block(y -> Pattern.SHUFFLE.unit(y, width, 1)));
        }
    },

    /** EfficientNet-B0: gated inverted residuals found by search (Tan and Le 2019). */
    EFFICIENTNET_B0(224, 77.69, "torchvision") {
        @Override
        Graph layers(Graph g) {
            Graph body = NetworkBlocks.inverted(
                    NetworkBlocks.conv(g, 3, 32, 2, SILU),
                    SILU,
                    new Inverted(1, 3, 1, 1, 16).gated(),
                    new Inverted(2, 3, 2, 6, 24).gated(),
                    new Inverted(2, 5, 2, 6, 40).gated(),
                    new Inverted(3, 3, 2, 6, 80).gated(),
                    new Inverted(3, 5, 1, 6, 112).gated(),
                    new Inverted(4, 5, 2, 6, 192).gated(),
                    new Inverted(1, 3, 1, 6, 320).gated());
            return NetworkBlocks.classifier(NetworkBlocks.conv(body, 1, 1280, 1, SILU));
        }
    },

    /** EfficientNetV2-S: dense convolutions expand in the first three stages (Tan and Le 2021). */
    EFFICIENTNET_V2_S(384, 84.23, "torchvision") {
        @Override
        Graph layers(Graph start) {
            Graph g = NetworkBlocks.fusedInverted(NetworkBlocks.conv(start, 3, 24, 2, SILU), 2, 1, 1, 24);
            g = NetworkBlocks.fusedInverted(NetworkBlocks.fusedInverted(g, 4, 2, 4, 48), 4, 2, 4, 64);
            g = NetworkBlocks.inverted(
                    g,
                    SILU,
                    new Inverted(6, 3, 2, 4, 128).gated(),
                    new Inverted(9, 3, 1, 6, 160).gated(),
                    new Inverted(15, 3, 2, 6, 256).gated());
            return NetworkBlocks.classifier(NetworkBlocks.conv(g, 1, 1280, 1, SILU));
        }
    },

    /** ConvNeXt-Atto: depthwise 7x7 and feed-forward networks (Liu et al. 2022, scaled by Wightman). */
    CONVNEXT_ATTO(224, 75.67, "timm") {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convNeXt(g, 40, 2, 2, 6, 2);
        }
    },

    /** ConvNeXt-Femto. */
    CONVNEXT_FEMTO(224, 77.50, "timm") {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convNeXt(g, 48, 2, 2, 6, 2);
        }
    },

    /** ConvNeXt-Pico. */
    CONVNEXT_PICO(224, 79.52, "timm") {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convNeXt(g, 64, 2, 2, 6, 2);
        }
    },

    /** ConvNeXt-Nano. */
    CONVNEXT_NANO(224, 80.76, "timm") {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convNeXt(g, 80, 2, 2, 8, 2);
        }
    },

    /** ConvNeXt-Tiny (Liu et al. 2022). */
    CONVNEXT_TINY(224, 82.52, "torchvision") {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convNeXt(g, 96, 3, 3, 9, 3);
        }
    },

    /** RegNetY-400MF: gated blocks of grouped convolutions, with sizes from a design space (Radosavovic et al. 2020). */
    REGNET_Y_400MF(224, 74.1, "pycls, model zoo") {
        @Override
        Graph layers(Graph g) {
            Graph body = NetworkBlocks.conv(g, 3, 32, 2, RELU);
            body = stage(stage(stage(stage(body, 48, 1), 104, 3), 208, 6), 440, 6);
            return NetworkBlocks.classifier(body);
        }

        private Graph stage(Graph start, int width, int blocks) {
            return start.block(x -> unit(x, width, 2)).repeat(blocks - 1, x -> x.block(y -> unit(y, width, 1)));
        }

        private Graph unit(Graph g, int width, int stride) {
            int squeezed = g.output().channels() / 4;
            return g.residual(f -> NetworkBlocks.conv(f, 1, width, 1, RELU)
                            .grouped(3, width, stride, 8)
                            .norm()
                            .relu()
                            .squeezeExcite(squeezed)
                            .conv(1, width)
                            .norm())
                    .relu();
        }
    },

    /**
     * DARTS-V2: 14 cells found by search, 48 channels in the first (Liu et al. 2019). Its multiply-accumulates are counted
     * from the authors' code, 530 M; the paper prints 574 M.
     */
    DARTS_V2(224, 73.3, "Liu et al. 2019, authors' code") {
        @Override
        Graph layers(Graph image) {
            Graph g = NetworkBlocks.conv(image, 3, 24, 2, RELU).conv(3, 48, 2).norm();
            int before = g.head();
            g = g.relu().conv(3, 48, 2).norm();
            for (int cell = 0; cell < 14; cell++) {
                int last = g.head();
                int first = before;
                int channels = 48 << (cell + 1) / 5;
                boolean isReduction = cell == 4 || cell == 9;
                g = g.block(x ->
                        isReduction ? Cells.dartsReduction(x, first, channels) : Cells.dartsNormal(x, first, channels));
                before = last;
            }
            return NetworkBlocks.classifier(g);
        }
    },

    /** NASNet-A 4@1056, the mobile variant: cells found by search (Zoph et al. 2018). */
    NASNET_A_MOBILE(224, 74.0, "TensorFlow-Slim, nasnet") {
        /** Channels of each cell in order; cells that halve the size are marked by a negative number. */
        private final int[] cells = {-11, -22, 44, 44, 44, 44, -88, 88, 88, 88, 88, -176, 176, 176, 176, 176};

        @Override
        Graph layers(Graph image) {
            Graph g = image.conv(3, 32, 2, 0).norm();
            int before = g.head();
            for (int channels : cells) {
                int last = g.head();
                int first = before;
                g = g.block(x -> channels < 0
                        ? Cells.nasnetReduction(x, first, -channels)
                        : Cells.nasnetNormal(x, first, channels));
                before = last;
            }
            return NetworkBlocks.classifier(g.relu());
        }
    },

    /** MnasNet-A1: inverted residuals found by search for a phone, some of them gated (Tan et al. 2019). */
    MNASNET_A1(224, 75.2, "TensorFlow TPU models, mnasnet") {
        @Override
        Graph layers(Graph g) {
            Graph body = NetworkBlocks.inverted(
                    NetworkBlocks.conv(g, 3, 32, 2, RELU),
                    RELU,
                    new Inverted(1, 3, 1, 1, 16),
                    new Inverted(2, 3, 2, 6, 24),
                    new Inverted(3, 5, 2, 3, 40).gated(),
                    new Inverted(4, 3, 2, 6, 80),
                    new Inverted(2, 3, 1, 6, 112).gated(),
                    new Inverted(3, 5, 2, 6, 160).gated(),
                    new Inverted(1, 3, 1, 6, 320));
            return NetworkBlocks.classifier(NetworkBlocks.conv(body, 1, 1280, 1, RELU));
        }
    },

    /** ProxylessNAS found for a CPU: deep and narrow (Cai et al. 2019). */
    PROXYLESSNAS_CPU(224, 75.29, "Cai et al. 2019, authors' logs") {
        @Override
        Graph layers(Graph g) {
            Graph body = NetworkBlocks.inverted(
                    NetworkBlocks.conv(g, 3, 40, 2, RELU6),
                    RELU6,
                    new Inverted(1, 3, 1, 1, 24),
                    new Inverted(1, 3, 2, 6, 32),
                    new Inverted(3, 3, 1, 3, 32),
                    new Inverted(1, 3, 2, 6, 48),
                    new Inverted(2, 3, 1, 3, 48),
                    new Inverted(1, 5, 1, 3, 48),
                    new Inverted(1, 3, 2, 6, 88),
                    new Inverted(1, 3, 1, 3, 88),
                    new Inverted(1, 5, 1, 6, 104),
                    new Inverted(3, 3, 1, 3, 104),
                    new Inverted(1, 5, 2, 6, 216),
                    new Inverted(2, 5, 1, 3, 216),
                    new Inverted(1, 3, 1, 3, 216),
                    new Inverted(1, 5, 1, 6, 360));
            return NetworkBlocks.classifier(NetworkBlocks.conv(body, 1, 1432, 1, RELU6));
        }
    },

    /** ProxylessNAS found for a GPU: shallow and wide, large kernels (Cai et al. 2019). */
    PROXYLESSNAS_GPU(224, 75.08, "Cai et al. 2019, authors' logs") {
        @Override
        Graph layers(Graph g) {
            Graph body = NetworkBlocks.inverted(
                    NetworkBlocks.conv(g, 3, 40, 2, RELU6),
                    RELU6,
                    new Inverted(1, 3, 1, 1, 24),
                    new Inverted(1, 5, 2, 3, 32),
                    new Inverted(1, 7, 2, 3, 56),
                    new Inverted(1, 3, 1, 3, 56),
                    new Inverted(1, 7, 2, 6, 112),
                    new Inverted(1, 5, 1, 3, 112),
                    new Inverted(1, 5, 1, 6, 128),
                    new Inverted(1, 3, 1, 3, 128),
                    new Inverted(1, 5, 1, 3, 128),
                    new Inverted(1, 7, 2, 6, 256),
                    new Inverted(2, 7, 1, 6, 256),
                    new Inverted(1, 5, 1, 6, 256),
                    new Inverted(1, 7, 1, 6, 432));
            return NetworkBlocks.classifier(NetworkBlocks.conv(body, 1, 1728, 1, RELU6));
        }
    },

    /** ProxylessNAS found for a phone (Cai et al. 2019). */
    PROXYLESSNAS_MOBILE(224, 74.59, "Cai et al. 2019, authors' logs") {
        @Override
        Graph layers(Graph g) {
            Graph body = NetworkBlocks.inverted(
                    NetworkBlocks.conv(g, 3, 32, 2, RELU6),
                    RELU6,
                    new Inverted(1, 3, 1, 1, 16),
                    new Inverted(1, 5, 2, 3, 32),
                    new Inverted(1, 3, 1, 3, 32),
                    new Inverted(1, 7, 2, 3, 40),
                    new Inverted(1, 3, 1, 3, 40),
                    new Inverted(2, 5, 1, 3, 40),
                    new Inverted(1, 7, 2, 6, 80),
                    new Inverted(3, 5, 1, 3, 80),
                    new Inverted(1, 5, 1, 6, 96),
                    new Inverted(3, 5, 1, 3, 96),
                    new Inverted(1, 7, 2, 6, 192),
                    new Inverted(1, 7, 1, 6, 192),
                    new Inverted(2, 7, 1, 3, 192),
                    new Inverted(1, 7, 1, 6, 320));
            return NetworkBlocks.classifier(NetworkBlocks.conv(body, 1, 1280, 1, RELU6));
        }
    },

    /**
     * A network of ConvFirst blocks, similar in size to Lavin's ConvFirst Pico: 5.9 M parameters and 0.9 G multiply-accumulates.
     * The stages of the paper's network are not public; these are ours, and it was never trained.
     */
    CONVFIRST_PICO_RECONSTRUCTION(224, new Accuracy(79.9, "Lavin 2024")) {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convFirst(g, 32, 2, 3, 9, 3);
        }
    },

    /** The same, similar in size to Lavin's ConvFirst Nano: 10.2 M, 1.8 G. */
    CONVFIRST_NANO_RECONSTRUCTION(224, new Accuracy(81.8, "Lavin 2024")) {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convFirst(g, 48, 3, 3, 7, 2);
        }
    },

    /** The same, similar in size to Lavin's ConvFirst Tiny: 17.2 M, 3.2 G. */
    CONVFIRST_TINY_RECONSTRUCTION(224, new Accuracy(82.8, "Lavin 2024")) {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convFirst(g, 64, 2, 2, 11, 1);
        }
    },

    /** The same, similar in size to Lavin's ConvFirst Small: 28.6 M, 5.5 G. */
    CONVFIRST_SMALL_RECONSTRUCTION(224, new Accuracy(83.3, "Lavin 2024")) {
        @Override
        Graph layers(Graph g) {
            return NetworkBlocks.convFirst(g, 80, 2, 3, 12, 1);
        }
    };

    /**
     * Top-1 accuracy on ImageNet-1K's validation images, one crop.
     *
     * @param percent of the images
     * @param source who measured it, on which weights
     */
    public record Accuracy(double percent, String source) {}

    /** Smallest image: networks halve the map five times. */
    private static final int SMALLEST = 32;

    private final int image;
    private final Optional<Accuracy> accuracy;
    private final Optional<Accuracy> original;

    Network(int image, double percent, String source) {
        this.image = image;
        this.accuracy = Optional.of(new Accuracy(percent, source));
        this.original = Optional.empty();
    }

    /** A reconstruction of a network with this accuracy. */
    Network(int image, Accuracy original) {
        this.image = image;
        this.accuracy = Optional.empty();
        this.original = Optional.of(original);
    }

    /** All layers, appended to an image of three channels. */
    abstract Graph layers(Graph g);

    /** Default rows and columns of its images: those that its accuracy was measured on. */
    public int image() {
        return image;
    }

    /** The smallest images that leave a map of one pixel, or its default size if it reads no other. */
    public int smallestImage() {
        try {
            return graph(SMALLEST, 1).inputs().get(0).height();
        } catch (IllegalArgumentException readsNoOthers) {
            return image;
        }
    }

    /** Its published accuracy; empty for a reconstruction, which nobody trained. */
    public Optional<Accuracy> accuracy() {
        return accuracy;
    }

    /** Of a reconstruction, the published accuracy of the network that it resembles in size. */
    public Optional<Accuracy> originalAccuracy() {
        return original;
    }

    @Override
    public List<Parameter> extents() {
        return List.of(Parameter.IMAGE, Parameter.BATCH);
    }

    @Override
    public Graph graph(Extents extents) {
        return graph(extents.get(Parameter.IMAGE), extents.get(Parameter.BATCH));
    }

    /**
     * The whole network.
     *
     * @param image rows and columns
     * @param batch images
     * @throws IllegalArgumentException naming the layer if images are too small or of an unsupported size
     */
    public Graph graph(int image, int batch) {
        try {
            Graph g = layers(Graph.of(new Shape(batch, 3, image, image)));
            requireRoom(g);
            return g;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    name() + " does not run on images of " + image + "x" + image + " pixels: " + e.getMessage(), e);
        }
    }

    /** A layer that halves the size needs at least two pixels. */
    private static void requireRoom(Graph g) {
        for (Graph.Node node : g.nodes()) {
            int size = g.shapes(node).get(0).height();
            int stride = node.layer().reach(0).stride();
            if (stride > size) {
                throw new IllegalArgumentException("layer " + (node.id() + 1) + ", " + node.layer() + ": its stride of "
                        + stride + " is larger than its map of " + size + " pixel");
            }
        }
    }
}

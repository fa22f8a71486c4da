package org.convmark.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.UnaryOperator;
import org.convmark.model.Layer.Pool;
import org.junit.jupiter.api.Test;

/** Multiply-accumulates and parameters of published networks, stage by stage, built in the same notation. */
class PublishedNetworkTest {
    /** ResNet-50 with the stride on the 3x3 convolution: 25,557,032 parameters, 4.089 G MACs (torchvision). */
    @Test
    void resNet50() {
        Stages net = new Stages();
        net.expect(g -> g.conv(7, 64, 2).norm().relu().pool(Pool.Kind.MAX, 3, 2), 118_013_952, 9_536);
        net.expect(g -> bottlenecks(g, 3, 64, 1), 667_942_912, 215_808);
        net.expect(g -> bottlenecks(g, 4, 128, 2), 1_027_604_480, 1_219_584);
        net.expect(g -> bottlenecks(g, 6, 256, 2), 1_464_336_384, 7_098_368);
        net.expect(g -> bottlenecks(g, 3, 512, 2), 809_238_528, 14_964_736);
        net.expect(PublishedNetworkTest::classifier, 2_048_000, 2_049_000);
        assertEquals(4_089_184_256L, net.graph.cost().macs());
        assertEquals(25_557_032, parameters(net.graph));
    }

    /** MobileNet-V2 1.0: 3,504,872 parameters, 0.301 G MACs (torchvision). */
    @Test
    void mobileNetV2() {
        Stages net = new Stages();
        net.expect(g -> g.conv(3, 32, 2).norm().relu6(), 10_838_016, 928);
        net.expect(g -> g.depthwise(3, 1).norm().relu6().conv(1, 16).norm(), 10_035_200, 896);
        net.expect(g -> inverted(g, 2, 24, 2), 54_942_720, 13_968);
        net.expect(g -> inverted(g, 3, 32, 2), 37_443_840, 39_696);
        net.expect(g -> inverted(g, 4, 64, 2), 38_497_536, 183_872);
        net.expect(g -> inverted(g, 3, 96, 1), 58_103_808, 303_168);
        net.expect(g -> inverted(g, 3, 160, 2), 46_560_192, 795_264);
        net.expect(g -> inverted(g, 1, 320, 1), 23_002_560, 473_920);
        net.expect(g -> g.conv(1, 1280).norm().relu6(), 20_070_400, 412_160);
        net.expect(PublishedNetworkTest::classifier, 1_280_000, 1_281_000);
        assertEquals(300_774_272, net.graph.cost().macs());
        assertEquals(3_504_872, parameters(net.graph));
    }

    /** A network that grows while what each stage adds is checked. */
    private static final class Stages {
        private Graph graph = Graph.of(new Shape(1, 3, 224, 224));

        void expect(UnaryOperator<Graph> stage, long macs, long parameters) {
            Graph longer = stage.apply(graph);
            assertEquals(macs, longer.cost().macs() - graph.cost().macs(), "MACs up to " + longer.output());
            assertEquals(parameters, parameters(longer) - parameters(graph), "parameters up to " + longer.output());
            graph = longer;
        }
    }

    private static Graph bottlenecks(Graph start, int count, int width, int firstStride) {
        Graph g = start;
        for (int i = 0; i < count; i++) {
            int stride = i == 0 ? firstStride : 1;
            g = Pattern.BOTTLENECK.unit(g, width, stride);
        }
        return g;
    }

    private static Graph inverted(Graph start, int count, int width, int firstStride) {
        Graph g = start;
        for (int i = 0; i < count; i++) {
            int stride = i == 0 ? firstStride : 1;
            g = Pattern.DEPTHWISE_BOTTLENECK.unit(g, width, stride);
        }
        return g;
    }

    private static Graph classifier(Graph g) {
        return g.then(new Pool(Pool.Kind.GLOBAL, 0, 1, 0)).biased(1000);
    }

    private static long parameters(Graph graph) {
        return graph.cost().weightBytes() / Shape.ELEMENT_BYTES;
    }
}

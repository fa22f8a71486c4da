package org.convmark.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.convmark.model.Layer.Pool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Costs against the formulas and numbers of "On the Efficiency of Convolutional Neural Networks" (Lavin 2024). */
class CostTest {
    private static final int IMAGE = 56;
    private static final long PIXELS = (long) IMAGE * IMAGE;

    static List<Stack> workloads() {
        return Stack.stacks();
    }

    // ---------------------------------------------------------------- one convolution

    @ParameterizedTest
    @CsvSource({"16, 36", "32, 72", "64, 144", "128, 288", "256, 576"})
    void intensityOfDense3x3(int channels, double intensity) {
        assertEquals(intensity, withoutWeights(input(channels).conv(3, channels).cost()));
    }

    @ParameterizedTest
    @CsvSource({"16, 6.4", "32, 12.8", "64, 25.6", "128, 51.2", "256, 102.4"})
    void intensityOfPointwiseExpansionByFour(int channels, double intensity) {
        assertEquals(
                intensity, withoutWeights(input(channels).conv(1, 4 * channels).cost()), 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"64, 8, 18", "256, 8, 18", "64, 32, 72", "256, 32, 72"})
    void intensityOfGrouped3x3IsThatOfItsWidth(int channels, int groupWidth, double intensity) {
        assertEquals(
                intensity,
                withoutWeights(
                        input(channels).grouped(3, channels, 1, groupWidth).cost()));
    }

    @ParameterizedTest
    @CsvSource({"3, 2.25", "5, 6.25", "7, 12.25"})
    void intensityOfDepthwise(int kernel, double intensity) {
        assertEquals(intensity, withoutWeights(input(64).depthwise(kernel, 1).cost()));
    }

    /** e (N H W Cin + Cout (Cin / groups) R S + N P Q Cout). */
    @Test
    void bytesWithWeights() {
        Cost cost = Graph.of(new Shape(3, 64, 14, 10)).grouped(5, 96, 2, 32).cost();
        assertEquals(4L * 3 * 14 * 10 * 64, cost.bytesRead());
        assertEquals(4L * 3 * 7 * 5 * 96, cost.bytesWritten());
        assertEquals(4L * 96 * 32 * 5 * 5, cost.weightBytes());
        assertEquals(3L * 7 * 5 * 96 * 32 * 5 * 5, cost.macs());
        assertEquals(2 * cost.macs(), cost.flops());
        assertEquals(32 * 5 * 5, cost.accumulationDepth());
    }

    // ---------------------------------------------------------------- one block

    /** Traffic of the convolutions per pixel, in units of the width; a is the expansion; the residual is read again. */
    @ParameterizedTest
    @CsvSource({
        "FFN, 11", // 2a + 3
        "FUSED_MBCONV, 11", // 2a + 3
        "CONVFIRST, 17", // 2a + 5
        "CONVNEXT, 13", // 2a + 5
        "MBCONV, 19", // 4a + 3
        "RESNET_BASIC, 5",
        "RESNET_BOTTLENECK, 4",
        "RESNEXT, 5"
    })
    void activationTraffic(Block block, int unfused) {
        Graph graph = block.graph(1, 64, IMAGE, 1);
        long unit = 64 * PIXELS * Shape.ELEMENT_BYTES;
        assertEquals(unfused * unit, convolutionTraffic(graph));
        assertEquals(2 * unit, graph.fuse(Fusion.BLOCK).cost().activationBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "CONVFIRST, 24.7, 210",
        "CONVNEXT, 21.6, 140",
        "MBCONV, 14.4, 137",
        "FUSED_MBCONV, 116, 640",
        "FFN, 23.3, 128",
        "RESNET_BASIC, 115, 288"
    })
    void intensityOfBlocks(Block block, double unfused, double fused) {
        Graph graph = block.graph(1, 64, IMAGE, 1);
        double flops = 2.0 * graph.cost().macs();
        assertEquals(unfused, flops / convolutionTraffic(graph), 0.005 * unfused);
        assertEquals(fused, flops / graph.fuse(Fusion.BLOCK).cost().activationBytes(), 0.005 * fused);
    }

    /** Published for 16-bit elements; ours have 32 bits. */
    @ParameterizedTest
    @CsvSource({
        "CONVFIRST, 0, 36, 4608",
        "CONVFIRST, 1, 54.857, 24576",
        "CONVFIRST, 2, 54.857, 24576",
        "MBCONV, 0, 51.2, 16384",
        "MBCONV, 1, 4.5, 2304",
        "MBCONV, 2, 51.2, 16384"
    })
    void waterlineBars(Block block, int convolution, double intensity, long macsPerPixel) {
        Graph graph = block.graph(1, 64, IMAGE, 1);
        Cost cost = graph.nodes().stream()
                .filter(n -> n.layer() instanceof Layer.Conv)
                .skip(convolution)
                .findFirst()
                .map(n -> n.layer().cost(graph.shapes(n)))
                .orElseThrow();
        assertEquals(intensity, 2 * withoutWeights(cost), 5e-4);
        assertEquals(macsPerPixel, cost.macs() / PIXELS);
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void fusedIsTheSameArithmeticWithFewerBytes(Stack workload) {
        Graph graph = workload.graph(2, 16, 28, 2);
        Cost none = graph.cost();
        Cost epilogue = graph.fuse(Fusion.EPILOGUE).cost();
        Cost block = graph.fuse(Fusion.BLOCK).cost();
        for (Cost fused : List.of(epilogue, block)) {
            assertEquals(none.macs(), fused.macs());
            assertEquals(none.flops(), fused.flops());
            assertEquals(none.weightBytes(), fused.weightBytes());
            assertEquals(none.accumulationDepth(), fused.accumulationDepth());
        }
        boolean hasEpilogues = graph.nodes().stream().anyMatch(node -> !(node.layer() instanceof Layer.Conv));
        assertEquals(hasEpilogues, epilogue.activationBytes() < none.activationBytes());
        assertTrue(epilogue.activationBytes() <= none.activationBytes());
        assertTrue(block.activationBytes() <= epilogue.activationBytes());
        assertTrue(epilogue.workspaceBytes() <= none.workspaceBytes());
        assertTrue(block.workspaceBytes() <= epilogue.workspaceBytes());
    }

    /** One kernel per unit: three stages of a pattern, one stage of a block. */
    @ParameterizedTest
    @MethodSource("workloads")
    void blockFusionLeavesOneKernelPerBlock(Stack workload) {
        int stages = workload instanceof Pattern ? Pattern.STAGES : 1;
        Graph fused = workload.graph(2, 16, 28, 1).fuse(Fusion.BLOCK);
        assertEquals(2 * stages, fused.costs().size());
    }

    // ---------------------------------------------------------------- other layers

    @Test
    void elementWiseLayersReadEveryOperandOnce() {
        Graph g = Graph.of(new Shape(2, 8, 5, 5));
        long bytes = g.output().bytes();
        assertEquals(new Cost(0, 400, bytes, bytes, 0, 0, 1), g.relu().cost());
        assertEquals(new Cost(0, 800, bytes, bytes, 64, 0, 2), g.norm().cost());
        assertEquals(new Cost(0, 400, bytes, bytes, 32, 0, 1), g.layerScale().cost());
        assertEquals(
                new Cost(0, 400, 2 * bytes, bytes, 0, 0, 1), g.add(0).cost().plus(Cost.ZERO));
        assertEquals(new Cost(0, 0, bytes, bytes, 0, 0, 0), g.shuffle(2).cost());
        assertEquals(
                new Cost(0, 0, bytes / 2, bytes / 2, 0, 0, 0), g.slice(3, 4).cost());
        assertEquals(0, g.pool(Pool.Kind.MAX, 3, 2).cost().macs());
    }

    /** While the sum runs, both its operands are alive; what came before them is not. */
    @Test
    void workspaceIsWhatIsAlive() {
        Graph g = Graph.of(new Shape(1, 4, 10, 10)).conv(3, 8);
        Graph sum = g.conv(1, 32).relu().conv(1, 8).add(g.head()).conv(1, 2);
        long unit = 10 * 10 * Shape.ELEMENT_BYTES;
        List<Long> alive =
                sum.costs().stream().map(c -> c.workspaceBytes() / unit).toList();
        assertEquals(List.of(8L, 8L + 32, 8L + 32 + 32, 8L + 32 + 8, 8L + 8 + 8, 8L), alive);
        assertEquals((8 + 32 + 32) * unit, sum.cost().workspaceBytes());
    }

    private static Graph input(int channels) {
        return Graph.of(new Shape(1, channels, IMAGE, IMAGE));
    }

    private static double withoutWeights(Cost cost) {
        return (double) cost.flops() / cost.activationBytes();
    }

    /** Bytes that kernels with a convolution move when each absorbs its norm, activation and sum. */
    private static long convolutionTraffic(Graph graph) {
        Graph fused = graph.fuse(Fusion.EPILOGUE);
        return fused.nodes().stream()
                .filter(n -> n.layer() instanceof Layer.Conv || n.layer() instanceof Layer.Fused)
                .mapToLong(n -> n.layer().cost(fused.shapes(n)).activationBytes())
                .sum();
    }
}

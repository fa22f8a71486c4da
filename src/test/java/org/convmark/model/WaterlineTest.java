package org.convmark.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.convmark.model.Waterline.Bar;
import org.convmark.model.Waterline.Counting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Lavin 2024's numbers: half precision, 160 flops per byte. */
class WaterlineTest {
    private static final int PIXELS = 56 * 56;

    private static Waterline paper(Block block, Fusion fusion) {
        return Waterline.of(block.graph(1, 64, 56, 1).fuse(fusion), Counting.CONVOLUTIONS, 2, bytes -> 160);
    }

    @ParameterizedTest
    @CsvSource({
        "CONVFIRST, 0.3281, 36, 54.857, 54.857, 4608, 24576, 24576",
        "MBCONV,    0.1903, 51.2, 4.5, 51.2, 16384, 2304, 16384"
    })
    void unfusedBlocks(Block block, double efficiency, double i1, double i2, double i3, long m1, long m2, long m3) {
        Waterline waterline = paper(block, Fusion.EPILOGUE);
        assertEquals(efficiency, waterline.efficiency(), 5e-5);
        double[] intensities = {i1, i2, i3};
        long[] macs = {m1, m2, m3};
        for (int i = 0; i < 3; i++) {
            assertEquals(intensities[i], waterline.bars().get(i).intensity(), 5e-4);
            assertEquals(macs[i], waterline.bars().get(i).operations() / 2 / PIXELS);
        }
    }

    @Test
    void depthwiseConvolutionIsLittleWorkAndMuchTime() {
        Waterline waterline = paper(Block.MBCONV, Fusion.EPILOGUE);
        Bar depthwise = waterline.bars().get(1);
        assertEquals(0.066, depthwise.operations() / waterline.operations(), 5e-4);
        assertEquals(0.44, depthwise.time() / waterline.time(), 5e-3);
    }

    @Test
    void fusedBlockIsDry() {
        Waterline waterline = paper(Block.CONVFIRST, Fusion.BLOCK);
        assertEquals(1, waterline.bars().size());
        assertEquals(420, waterline.bars().get(0).intensity(), 1e-9);
        assertEquals(1, waterline.efficiency());
        assertEquals(
                "Conv 3x3 in groups of 8 + Conv 1x1 + Conv 1x1 on 64 at 56x56",
                waterline.bars().get(0).name());
    }

    /** A roofline of the sums promises more than kernels one after the other can keep. */
    @ParameterizedTest
    @EnumSource(Block.class)
    void poolingPromisesTooMuch(Block block) {
        for (Counting counting : Counting.values()) {
            for (Fusion fusion : Fusion.values()) {
                Graph graph = block.graph(1, 64, 56, 1).fuse(fusion);
                Waterline waterline = Waterline.of(graph, counting, 4, bytes -> bytes > 1e6 ? 40 : 4);
                assertTrue(waterline.pooledEfficiency() >= waterline.efficiency() - 1e-12, block + " " + fusion);
                assertTrue(waterline.efficiency() > 0 && waterline.efficiency() <= 1, block + " " + fusion);
            }
        }
    }

    @Test
    void kernelsAreNamedByWhatTheyCompute() {
        assertEquals(
                List.of(
                        "Conv 1x1 on 64 to 256 at 56x56",
                        "Depthwise 3x3 on 256 at 56x56",
                        "Conv 1x1 on 256 to 64 at 56x56"),
                paper(Block.MBCONV, Fusion.EPILOGUE).bars().stream()
                        .map(Bar::name)
                        .toList());
    }

    /** No way to compute a graph needs more than its definition. */
    @Test
    void leastIsNeverMore() {
        for (Workload workload : Workload.all()) {
            Graph graph = workload.graph(workload instanceof Network ? new Extents(224, 1) : new Extents(2, 16, 28, 2));
            for (Fusion fusion : Fusion.values()) {
                Graph fused = graph.fuse(fusion);
                Waterline least = Waterline.of(fused, Counting.LEAST, 4, bytes -> 4);
                Waterline all = Waterline.of(fused, Counting.ALL, 4, bytes -> 4);
                assertTrue(least.operations() <= all.operations(), workload + " " + fusion);
                assertTrue(least.time() <= all.time(), workload + " " + fusion);
            }
        }
    }

    /** Products with a padding are left out; those that remain are counted one by one here. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 0", "3, 1, 1, 1", "3, 2, 1, 1", "5, 1, 2, 4", "7, 4, 1, 0"})
    void directConvolutionIsCountedInsideTheMap(int kernel, int stride, int dilation, int padding) {
        Conv conv = new Conv(8, kernel, stride, dilation, padding, 2, Conv.Bias.YES);
        Shape in = new Shape(3, 4, 15, 14);
        Shape out = conv.output(List.of(in));
        long taps = 0;
        for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++) {
                for (int tap = 0; tap < kernel * kernel; tap++) {
                    int row = y * stride + tap / kernel * dilation - padding;
                    int column = x * stride + tap % kernel * dilation - padding;
                    taps += row >= 0 && row < in.height() && column >= 0 && column < in.width() ? 1 : 0;
                }
            }
        }
        assertEquals(2.0 * 3 * 8 * 2 * taps, Algorithm.DIRECT.flops(conv, in).orElseThrow());
    }

    /** 36 products for 16 results in place of 144, and 156 and 90 operations of transforms for each channel. */
    @Test
    void winogradIsLeastWhereManyChannelsShareItsTransforms() {
        Conv conv = new Conv(64, 3, 1, 1, 1, Conv.DENSE, Conv.Bias.NO);
        Shape in = new Shape(1, 64, 56, 56);
        assertEquals(14 * 14 * (2.0 * 36 * 64 * 64 + 64 * (156 + 90)), Algorithm.leastFlops(conv, in));
        Conv depthwise = new Conv(64, 3, 1, 1, 1, 1, Conv.Bias.NO);
        assertEquals(Algorithm.DIRECT.flops(depthwise, in).orElseThrow(), Algorithm.leastFlops(depthwise, in));
        Conv strided = new Conv(64, 3, 2, 1, 1, Conv.DENSE, Conv.Bias.NO);
        assertEquals(Algorithm.DIRECT.flops(strided, in).orElseThrow(), Algorithm.leastFlops(strided, in));
    }
}

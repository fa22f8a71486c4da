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
        assertEquals("3 convolutions in one kernel", waterline.bars().get(0).name());
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
                List.of("Conv 1x1, 64 to 256", "Depthwise 3x3, 256", "Conv 1x1, 256 to 64"),
                paper(Block.MBCONV, Fusion.EPILOGUE).bars().stream()
                        .map(Bar::name)
                        .toList());
    }
}

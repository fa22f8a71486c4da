package org.convmark.kernel.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.convmark.model.Block;
import org.convmark.model.Conv;
import org.convmark.model.Fused;
import org.convmark.model.Fuser;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Precision;
import org.convmark.model.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model of a launch against loops that were counted in compiled kernels, and what it chooses. */
class LaunchModelTest {
    private static final int UNITS = 132;

    static DeviceInfo gpu(long groupItems, long localBytes) {
        return new DeviceInfo(
                "p",
                "gpu",
                "",
                DeviceInfo.Type.GPU,
                "",
                "",
                UNITS,
                1700,
                1,
                1L << 34,
                localBytes,
                "LOCAL",
                1L << 32,
                List.of(),
                true,
                false,
                groupItems,
                List.of(groupItems, groupItems, groupItems));
    }

    /** Loops as compiled for an NVIDIA GPU: multiply-adds, cycles of loads and stores, all instructions, share of the peak. */
    @ParameterizedTest
    @CsvSource({
        "256, 148, 526, 43", // 4 x 4 sums, scalar loads of local memory, a step of 16 terms with its filling
        "512, 83, 619, 83", // 8 x 8 sums
        "4, 12, 29, 8", // a pixel of a depthwise convolution: weight, offset and value from global memory
        "8, 12, 29, 17", // expansion of a fused block, weights from global memory
        "32, 12, 71, 45", // projection of it
    })
    void instructionsBoundTheShare(double fma, double loads, double all, long percent) {
        assertEquals(percent, Math.round(100 * new LaunchModel.Work(fma, loads, all, 0).bound()));
    }

    /** Counted in the loops of conv_gpu.cl as compiled for an NVIDIA GPU. */
    @ParameterizedTest
    @CsvSource({
        "FLOATS, 128, 128, 8, 8, 594",
        "FLOATS, 64, 128, 8, 8, 602",
        "FLOATS, 32, 64, 16, 4, 345",
        "HALVES, 128, 128, 16, 64, 234",
        "HALVES, 64, 64, 16, 32, 120",
        "INTEGERS, 128, 128, 8, 8, 1189" // 512 of them dot products, each counted twice
    })
    void stepHasAsManyInstructionsAsCompiled(
            MatrixTile.Unit unit, int channels, int pixels, int depth, int own, double all) {
        MatrixTile tile = new MatrixTile(unit, channels, pixels, depth, own);
        double counted = tile.step().all() * 32 / tile.items();
        assertEquals(all, counted, 0.04 * all);
    }

    /** Counted in expand_gpu.cl and expand_mma_gpu.cl as compiled for an NVIDIA GPU, over all of a group. */
    @ParameterizedTest
    @CsvSource({"FUSED_MBCONV, 64, 56, FP32, 0.89", "FUSED_MBCONV, 64, 56, FP16, 0.81", "FFN, 128, 28, FP16, 0.81"})
    void blocksAreBoundAsCompiled(Block block, int width, int image, Precision format, double bound) {
        Graph layers = block.graph(1, width, image, 32).compressed(format).fuse(Fusion.BLOCK);
        Graph body = Fuser.epilogues(((Fused) layers.nodes().get(0).layer()).body());
        BlockTile tile = BlockTile.all(gpu(1024, 48 << 10), TiledBlock.of(body, MatrixTile.Unit.HALVES))
                .get(0);
        assertEquals(bound, tile.model().work().bound(), 0.02);
    }

    /** The first kernel of this convolution had 49 groups for 132 units, and was predicted to reach a tenth of the peak. */
    @Test
    void fewGroupsLeaveUnitsIdle() {
        LaunchModel old = new LaunchModel(
                49,
                256,
                8192,
                56,
                new LaunchModel.Work(256, 148, 526, 2).times(36).inGroup(256),
                64 * 3136 * 8);
        LaunchModel.Prediction on = old.on(UNITS);
        assertEquals(0.10, on.share(), 0.02);
        assertEquals(LaunchModel.Limit.GROUPS, on.limit());
    }

    private static MatrixTile.Plan best(int in, int out, int kernel, int image, int batch) {
        Conv conv = new Conv(out, kernel, 1, 1, kernel / 2, 0, Conv.Bias.NO);
        return MatrixTile.plans(
                        gpu(1024, 48 << 10),
                        UNITS,
                        conv,
                        new Shape(batch, in, image, image),
                        new Shape(batch, out, image, image),
                        image % 4 == 0,
                        MatrixTile.Unit.FLOATS)
                .get(0);
    }

    @Test
    void largeTilesWhereThereAreManyGroupsAndPartsOfSumsWhereThereAreFew() {
        MatrixTile.Plan many = best(64, 64, 3, 56, 32);
        assertEquals(8, many.tile().own());
        assertNull(many.adding());
        assertTrue(many.product().on(UNITS).share() > 0.65, many.on(UNITS));
        MatrixTile.Plan few = best(512, 512, 3, 7, 1);
        assertTrue(few.splits() > 1 && few.product().groups() >= UNITS, few.on(UNITS));
        assertTrue(few.cycles(UNITS) < 60_000, few.on(UNITS)); // first kernel, predicted: 342,000
    }

    /** Nine, or 49, multiply-adds for every eight bytes. */
    @ParameterizedTest
    @CsvSource({"3, 128, 56", "7, 96, 56", "7, 192, 28"})
    void depthwiseIsBoundByMemory(int kernel, int channels, int image) {
        Conv conv = new Conv(channels, kernel, 1, 1, kernel / 2, 1, Conv.Bias.NO);
        Shape map = new Shape(32, channels, image, image);
        ColumnTile tile = ColumnTile.all(gpu(1024, 48 << 10), UNITS, conv, map, map, MatrixTile.Unit.FLOATS)
                .get(0);
        LaunchModel.Prediction on =
                tile.model(conv, map, map, MatrixTile.Unit.FLOATS).on(UNITS);
        assertEquals(LaunchModel.Limit.MEMORY, on.limit(), tile + ": " + on);
    }
}

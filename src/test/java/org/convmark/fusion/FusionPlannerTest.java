package org.convmark.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.convmark.fusion.FusionPlan.Schedule;
import org.convmark.model.Block;
import org.convmark.model.Caches;
import org.convmark.model.Fused;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans of fused blocks, and which rows are made when. */
class FusionPlannerTest {
    private static final Caches ZEN_3 = new Caches(32 << 10, 512 << 10, 32 << 20);

    private static Graph body(Block block, int width, int image) {
        Graph fused = block.graph(1, width, image, 1).fuse(Fusion.BLOCK);
        return ((Fused) fused.nodes().get(0).layer()).body();
    }

    private static FusionPlan plan(Block block, int width, int image, String wish) {
        FusionConstraints.ScheduleOverride wished = wish.isEmpty()
                ? FusionConstraints.ScheduleOverride.NONE
                : FusionConstraints.ScheduleOverride.parse(wish);
        return new FusionPlanner(new FusionConstraints(ZEN_3, 1 << 20, wished), FusionCapabilities.CPU, 1)
                .plan(body(block, width, image));
    }

    /** Blocks whose hidden tensor is large become one kernel whose windows are an eighth of it; the others do not. */
    @ParameterizedTest
    @CsvSource({"MBCONV, 1", "CONVNEXT, 1", "CONVFIRST, 1", "FFN, 1", "RESNET_BASIC, 2", "RESNET_BOTTLENECK, 3"})
    void kernelsOfABlock(Block block, int kernels) {
        FusionPlan plan = plan(block, 64, 56, "");
        assertEquals(kernels, plan.kernels().size(), plan::toString);
        long largest = body(block, 64, 56).nodes().stream()
                .mapToLong(node -> node.output().bytes())
                .max()
                .orElseThrow();
        assertTrue(plan.workspaceBytes() * 8 <= largest, plan::toString);
    }

    /** Whatever is chosen moves no more than the layers do one by one, written twice: fetched and stored. */
    @ParameterizedTest
    @EnumSource(Block.class)
    void noMoreTrafficBehindL2ThanLayerByLayer(Block block) {
        for (int image : new int[] {7, 14, 28, 56}) {
            FusionPlan plan = plan(block, 64, image, "");
            Graph layers = body(block, 64, image).fuse(Fusion.EPILOGUE);
            assertTrue(plan.kernels().size() <= layers.nodes().size());
            assertTrue(
                    plan.traffic().l3() + plan.traffic().memory()
                            <= 2 * layers.cost().bytes(),
                    plan::toString);
        }
    }

    /** A search finds the planner's choice first, every other plan once, and none that the model prices below the choice. */
    @ParameterizedTest
    @EnumSource(Block.class)
    void schedulesThatCanBeSearched(Block block) {
        Graph fused = block.graph(2, 32, 28, 1).fuse(Fusion.BLOCK);
        FusionConstraints constraints = new FusionConstraints(ZEN_3, 1 << 20, FusionConstraints.ScheduleOverride.NONE);
        List<ScheduleSpace.Candidate> all = new ScheduleSpace(constraints, FusionCapabilities.CPU, 1).of(fused);
        assertEquals(FusionConstraints.ScheduleOverride.NONE, all.get(0).schedule());
        List<FusionPlan> plans = all.stream()
                .map(one -> new FusionConstraints(ZEN_3, 1 << 20, one.schedule()))
                .map(wish -> new FusionPlanner(wish, FusionCapabilities.CPU, 1).whole(fused))
                .toList();
        assertEquals(plans.size(), plans.stream().distinct().count());
        double least =
                all.stream().mapToDouble(ScheduleSpace.Candidate::cost).min().orElseThrow();
        assertEquals(least, all.get(0).cost(), 1e-9 * least);
    }

    @Test
    void wishesAreFollowed() {
        FusionPlan.Kernel kernel =
                plan(Block.MBCONV, 64, 56, "step=3,chunk=64").kernels().get(0);
        assertEquals(List.of(Schedule.CHUNKS, 3, 64), List.of(kernel.schedule(), kernel.step(), kernel.chunk()));
        assertEquals(19, kernel.steps());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"step=57 | choose 1 to 56", "step=56 | at most 1048576 bytes"})
    void wishesThatDoNotFitNameTheLimit(String wish, String limit) {
        String message = assertThrows(IllegalArgumentException.class, () -> plan(Block.MBCONV, 64, 56, wish))
                .getMessage();
        assertTrue(message.contains(limit), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "step=0", "step", "chunk=-1", "step=1;chunk=16", "chunk=5", "rows=4"})
    void otherTextIsNoWish(String text) {
        assertThrows(IllegalArgumentException.class, () -> FusionConstraints.ScheduleOverride.parse(text));
    }

    /** Every row once, before it is read, in a window that holds what is read. */
    @ParameterizedTest
    @CsvSource({"1, 0, 13", "2, 0, 13", "3, 4, 9", "5, 6, 13", "13, 0, 13"})
    void rowsAreThereWhenTheyAreRead(int step, int from, int to) {
        Graph body = Graph.of(new Shape(1, 8, 26, 26))
                .conv(1, 8)
                .depthwise(3, 2)
                .residual(f -> f.depthwise(5, 1).conv(3, 8));
        LineBufferSchedule flow = new LineBufferSchedule(body, from, to, step);
        assertEquals(to - from, flow.made(body.head()));
        for (int v : LineBufferSchedule.windows(body)) {
            int[] tops = flow.tops(v, flow.window(v));
            for (int t = 0; t < flow.steps; t++) {
                int time = t;
                assertTrue(flow.readTo(t, v) - tops[t] <= flow.window(v));
                assertTrue(t == 0 || flow.from(t, v) == flow.to(t - 1, v));
                body.nodes().stream().filter(node -> node.inputs().contains(v)).forEach(node -> IntStream.range(
                                0, node.inputs().size())
                        .filter(i -> node.inputs().get(i) == v)
                        .forEach(i -> assertRead(flow, time, v, node, i, body)));
            }
        }
    }

    private static void assertRead(LineBufferSchedule flow, int t, int v, Graph.Node reader, int input, Graph body) {
        int made = body.inputs().size() + body.nodes().indexOf(reader);
        if (flow.to(t, made) > flow.from(t, made)) {
            int last = reader.layer().reach(input).last(flow.to(t, made) - 1);
            assertTrue(Math.min(last, body.shape(v).height() - 1) < flow.to(t, v));
            assertTrue(Math.max(0, reader.layer().reach(input).first(flow.from(t, made))) >= flow.from(0, v));
        }
    }
}

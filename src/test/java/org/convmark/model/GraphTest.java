package org.convmark.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.convmark.model.Conv.Bias;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes, what graphs are made of, and how they are rewritten. */
class GraphTest {
    private static final Graph INPUT = Graph.of(new Shape(2, 12, 7, 13));

    static List<Stack> workloads() {
        return Stack.stacks();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 0, 7, 13",
        "3, 1, 1, 1, 7, 13",
        "3, 2, 1, 1, 4, 7",
        "3, 1, 2, 2, 7, 13",
        "3, 1, 1, 0, 5, 11",
        "2, 2, 1, 0, 3, 6",
        "7, 2, 1, 3, 4, 7"
    })
    void convolutionShapes(int kernel, int stride, int dilation, int padding, int height, int width) {
        Graph g = INPUT.then(new Conv(5, kernel, stride, dilation, padding, Conv.DENSE, Bias.NO));
        assertEquals(new Shape(2, 5, height, width), g.output());
    }

    @Test
    void misfitsAreRefusedWithTheirNumbers() {
        assertRefused("groups of 5 channels do not divide 12", () -> INPUT.grouped(3, 12, 1, 5));
        assertRefused("groups of 4 channels do not divide 12 input and 10", () -> INPUT.grouped(3, 10, 1, 4));
        Conv large = new Conv(5, 9, 1, 1, 0, Conv.DENSE, Bias.NO);
        assertRefused("window of 9 pixels does not fit a map of 7", () -> INPUT.then(large));
        assertRefused("same shape", () -> INPUT.conv(3, 5).add(0));
        assertRefused("one value per channel", () -> INPUT.then(new ElementWise.Multiply(), 0));
        assertRefused("channels 8 to 13 are not in a tensor of 12", () -> INPUT.slice(8, 5));
        assertRefused("5 groups do not divide 12", () -> INPUT.shuffle(5));
        assertRefused("takes one input, not 2", () -> INPUT.then(new Affine.BatchNorm(), 0));
        assertRefused("", () -> INPUT.concat(x -> x, x -> x.conv(3, 4, 2)));
        assertRefused("at least one element", () -> new Shape(1, 0, 3, 3));
        assertRefused("positive", () -> INPUT.conv(3, 0));
        assertRefused("positive", () -> INPUT.conv(3, 4, 0));
    }

    private static void assertRefused(String part, Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void patternsEndAtAQuarterOfTheImage() {
        for (Pattern pattern : Pattern.values()) {
            Shape out = pattern.graph(2, 16, 56, 3).output();
            assertEquals(out.withChannels(1), new Shape(3, 1, 14, 14), pattern.name());
        }
    }

    @Test
    void blocksKeepTheirShapeExceptTheStridedOne() {
        for (Block block : Block.values()) {
            int image = block == Block.CONVFIRST_STRIDE2 ? 14 : 56;
            assertEquals(
                    new Shape(2, 24, image, image), block.graph(2, 24, 56, 2).output(), block.name());
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void everyWidthAndOddImagesBuild(Stack workload) {
        for (int width = 1; width <= 40; width++) {
            for (Fusion fusion : Fusion.values()) {
                Graph g = workload.graph(2, width, 13, 1);
                assertEquals(g.output(), g.fuse(fusion).output());
            }
        }
    }

    /** Fusing loses no layer, keeps ids and reads nothing before it is made. */
    @ParameterizedTest
    @MethodSource("workloads")
    void fusedGraphsHoldTheSameLayers(Stack workload) {
        Graph graph = workload.graph(2, 16, 28, 1);
        for (Fusion fusion : Fusion.values()) {
            Graph fused = graph.fuse(fusion);
            assertEquals(names(graph), names(fused));
            for (int i = 0; i < fused.nodes().size(); i++) {
                int value = fused.inputs().size() + i;
                assertTrue(fused.nodes().get(i).inputs().stream().allMatch(v -> v < value));
            }
        }
    }

    private static List<String> names(Graph graph) {
        return graph.nodes().stream()
                .flatMap(n -> members(n).stream())
                .map(n -> n.id() + " " + n.layer())
                .sorted()
                .toList();
    }

    /** In a ResNet block nothing is left but two kernels. */
    @Test
    void epiloguesAbsorbNormActivationAndSum() {
        Graph fused = Block.RESNET_BASIC.graph(1, 8, 13, 1).fuse(Fusion.EPILOGUE);
        assertEquals(
                List.of(List.of("Conv", "BatchNorm", "Activate"), List.of("Conv", "BatchNorm", "Add", "Activate")),
                fused.nodes().stream().map(GraphTest::kinds).toList());
    }

    /** A norm behind the activation cannot be folded into the filter; a value with two readers must exist. */
    @Test
    void epiloguesEndWhereFoldingWouldBeWrong() {
        Graph late = INPUT.conv(3, 8).relu().norm().fuse(Fusion.EPILOGUE);
        assertEquals(List.of("Conv", "Activate"), kinds(late.nodes().get(0)));
        Graph conv = INPUT.conv(3, 8);
        assertEquals(
                3, conv.relu().add(conv.head()).fuse(Fusion.EPILOGUE).nodes().size());
        Graph twice = INPUT.conv(3, 12).relu().add(0).relu().relu().fuse(Fusion.EPILOGUE);
        assertEquals(
                List.of("Conv", "Activate", "Add", "Activate"),
                kinds(twice.nodes().get(0)));
        assertEquals(2, twice.nodes().size());
        Graph scaledSum = INPUT.conv(3, 12).add(0).norm().fuse(Fusion.EPILOGUE);
        assertEquals(List.of("Conv", "Add"), kinds(scaledSum.nodes().get(0)));
    }

    private static List<String> kinds(Graph.Node node) {
        return members(node).stream()
                .map(n -> n.layer().getClass().getSimpleName())
                .toList();
    }

    private static List<Graph.Node> members(Graph.Node node) {
        return node.layer() instanceof Fused f ? f.body().nodes() : List.of(node);
    }
}

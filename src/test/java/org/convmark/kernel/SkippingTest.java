package org.convmark.kernel;

import static org.convmark.kernel.Weights.Fill.INTEGER;
import static org.convmark.kernel.Weights.Fill.RANDOM;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.AxisPoint;
import org.convmark.model.Block;
import org.convmark.model.Case;
import org.convmark.model.Conv;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Network;
import org.convmark.model.Pattern;
import org.convmark.model.Shape;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.model.TileLayer;
import org.convmark.model.TileLayer.Grid;
import org.convmark.model.Workload;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Dynamic computation: every engine finds the same mask, computes these tiles or channels and gives the right result. Results on small
 * integers must be equal.
 */
class SkippingTest {
    private static final String[] SHARES = {"0", "0.3", "0.5", "0.9"};
    private static final String[] TILES = {"@1", "@4", "@8", "@16", ""};
    private static final String HIDDEN = "@CHANNELS";
    private static final int[] CHANNELS = {1, 3, 16, 17, 33, 64};
    private static final int[][] MAPS = {{5, 5}, {7, 13}, {14, 14}, {9, 29}};
    private static final Comparison COMPARISON = new Comparison(2, 1, Algorithm.AUTO);

    /** Without transforms, which round even integers. */
    private static final Comparison EXACT = new Comparison(2, 1, Algorithm.DIRECT);

    /** Patterns and blocks whose residual is a chain of layers that keep pixels in place. */
    private static final Set<Stack> SKIPPING = Set.of(
            Pattern.RESIDUAL,
            Pattern.BOTTLENECK,
            Pattern.GROUPED_BOTTLENECK,
            Pattern.DEPTHWISE_BOTTLENECK,
            Block.RESNET_BASIC,
            Block.RESNET_BOTTLENECK,
            Block.RESNEXT,
            Block.MBCONV,
            Block.FUSED_MBCONV,
            Block.CONVFIRST,
            Block.FFN,
            Block.CONVNEXT);

    /** Those of them whose 3x3 convolution is grouped have no channels between two others. */
    private static final Set<Stack> SKIPPING_CHANNELS = SKIPPING.stream()
            .filter(stack -> stack != Pattern.GROUPED_BOTTLENECK && stack != Block.RESNEXT)
            .collect(Collectors.toSet());

    private static Stream<Stack> patternsAndBlocks() {
        return Stream.<Stack[]>of(Pattern.values(), Block.values()).flatMap(Stream::of);
    }

    private static Stream<DynamicNode> onOwnTargets(Comparison comparison, Map<String, Consumer<Target>> bodies) {
        Map<String, Consumer<Target>> own = new LinkedHashMap<>();
        bodies.forEach((name, body) -> own.put(name, target -> {
            assumeTrue(target.skipsTiles(), target + " does not skip tiles");
            body.accept(target);
        }));
        return comparison.onEveryTarget(own);
    }

    /**
     * Maps gathered with and without a halo, exchanged and scattered; tiles hang over edges or fill the map, where they are views of it if
     * layers are fused, and halos reach over whole tiles.
     */
    @TestFactory
    Stream<DynamicNode> layers() {
        List<Graph> graphs = new ArrayList<>();
        int turn = 0;
        for (int channels : CHANNELS) {
            for (int[] map : MAPS) {
                int[] tile = MAPS[turn % 2 == 0 ? 0 : 1 + turn % 3];
                boolean filled = turn % 3 > 0;
                Grid grid = new Grid(
                        map[0], map[1], side(map[0], 1 + turn % tile[0], filled), side(map[1], 1 + turn % 4, filled));
                Activation after = new Activation[] {null, Activation.RELU, Activation.RELU6}[turn % 3];
                Shape in = new Shape(1 + turn % 3, channels, map[0], map[1]);
                int kept = 1 + turn * 7 % (in.batch() * grid.tiles());
                graphs.add(tiles(Graph.of(in), grid, kept, turn % 4, 1 + turn % 3, after));
                turn++;
            }
        }
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Fusion fusion : List.of(Fusion.NONE, Fusion.EPILOGUE)) {
            bodies.put(
                    "layers " + fusion,
                    target -> EXACT.check(
                            target, fusion, INTEGER, Comparison.dealt(target, graphs, fusion.ordinal(), 2)));
        }
        return onOwnTargets(EXACT, bodies);
    }

    /** Rows or columns of a tile: as wished, or the most up to that which divide the map. */
    private static int side(int size, int wish, boolean filled) {
        int side = Math.min(size, wish);
        while (filled && size % side > 0) {
            side--;
        }
        return side;
    }

    /** Tiles with a halo, convolved, exchanged and convolved again; what reads the sum gives it a border. */
    private static Graph tiles(Graph g, Grid grid, int kept, int halo, int exchanged, Activation after) {
        Graph mask = g.then(new TileLayer.Select(grid, kept));
        Graph tiles = mask.at(0).then(new TileLayer.Gather(grid, kept, halo), mask.head());
        tiles = tiles.conv(2 * halo + 1, g.output().channels(), 1, 0).relu();
        tiles = tiles.then(new TileLayer.Exchange(grid, exchanged), mask.head());
        tiles = tiles.conv(2 * exchanged + 1, g.output().channels(), 1, 0).relu();
        Graph sum = tiles.at(0).then(new TileLayer.Scatter(grid, after), mask.head(), tiles.head());
        return sum.concat(x -> x, x -> x.depthwise(3, 1));
    }

    /** The graphs that are measured, with every fusion, deep enough for blocks that read the results of others. */
    @TestFactory
    Stream<DynamicNode> patternsAndBlocksThatSkip() {
        List<Graph> graphs = new ArrayList<>();
        patternsAndBlocks().filter(SKIPPING::contains).forEach(stack -> {
            for (String tile : TILES) {
                int turn = graphs.size();
                AxisPoint point = AxisPoint.of("SKIPPED@" + SHARES[turn % SHARES.length] + tile);
                int batch = tile.equals("@16") || tile.isEmpty() ? 3 : 1 + turn % 2;
                Extents extents = new Extents(2, 8 + turn % 3 * 8, 14 + turn % 3 * 2, batch);
                Case.Problem problem = new Case.Problem(stack, extents, point);
                graphs.add(problem.graph());
            }
            if (SKIPPING_CHANNELS.contains(stack)) {
                AxisPoint point = AxisPoint.of("SKIPPED@" + SHARES[graphs.size() % SHARES.length] + HIDDEN);
                Extents extents = new Extents(2, 128, 8 + graphs.size() % 3, 1);
                graphs.add(new Case.Problem(stack, extents, point).graph());
            }
        });
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Fusion fusion : Fusion.values()) {
            bodies.put(
                    fusion.name(),
                    target -> COMPARISON.check(
                            target, fusion, RANDOM, Comparison.dealt(target, graphs, fusion.ordinal(), 3)));
        }
        return onOwnTargets(COMPARISON, bodies);
    }

    @TestFactory
    Stream<DynamicNode> integers() {
        Stream<Graph> tiles = patternsAndBlocks().filter(SKIPPING::contains).map(stack -> new Case.Problem(
                        stack, new Extents(1, 16, 18, 2), AxisPoint.of("SKIPPED@0.5@4"))
                .graph());
        Stream<Graph> channels = patternsAndBlocks()
                .filter(SKIPPING_CHANNELS::contains)
                .map(stack -> new Case.Problem(stack, new Extents(1, 128, 9, 1), AxisPoint.of("SKIPPED@0.4@CHANNELS"))
                        .graph());
        List<Graph> graphs =
                Stream.concat(tiles, channels).filter(Weights::keepsIntegers).toList();
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Fusion fusion : Fusion.values()) {
            bodies.put(
                    "integers " + fusion,
                    target -> EXACT.check(
                            target, fusion, INTEGER, Comparison.dealt(target, graphs, fusion.ordinal(), 3)));
        }
        return onOwnTargets(EXACT, bodies);
    }

    @Test
    void whichPatternsAndBlocksSkip() {
        Set<Stack> skipping = patternsAndBlocks()
                .filter(stack -> skips(stack, new Extents(1, 16, 28, 1), "SKIPPED@0.5@8"))
                .collect(Collectors.toSet());
        assertEquals(SKIPPING, skipping);
        Set<Stack> channels = patternsAndBlocks()
                .filter(stack -> skips(stack, new Extents(1, 128, 28, 1), "SKIPPED@0.5@CHANNELS"))
                .collect(Collectors.toSet());
        assertEquals(SKIPPING_CHANNELS, channels);
        for (String point : List.of("SKIPPED@0.5@8", "SKIPPED@0.5@CHANNELS")) {
            assertTrue(skips(Network.RESNET_50, new Extents(224, 1), point));
        }
    }

    private static boolean skips(Workload workload, Extents extents, String point) {
        try {
            return new Case.Problem(workload, extents, AxisPoint.of(point))
                    .graph().nodes().stream()
                            .anyMatch(
                                    node -> node.layer() instanceof TileLayer.Scatter || node.layer() instanceof Gated);
        } catch (IllegalArgumentException dense) {
            return false;
        }
    }

    /** The arithmetic of a residual branch falls with its tiles, and the rest stays: a comparison per element of the input, and ReLU. */
    @ParameterizedTest
    @CsvSource({"0, 28, 1", "0.5, 28, 0.5", "0.25, 28, 0.75", "0.9, 56, 0.10204081632653061"})
    void arithmeticThatIsLeft(String share, int image, double left) {
        Extents extents = new Extents(1, 64, image, 1);
        Graph dense = Block.RESNET_BASIC.graph(extents);
        Graph tiles = new Case.Problem(Block.RESNET_BASIC, extents, AxisPoint.of("SKIPPED@" + share + "@8")).graph();
        long map = dense.output().elements();
        assertEquals(
                (dense.cost().flops() - map) * left,
                tiles.cost().flops() - 2.0 * map,
                1e-6 * dense.cost().flops());
    }

    /** Both convolutions of a feed-forward network compute with the hidden channels that are left; its sum and the mask stay. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0.5, 0.5", "0.3, 0.6875", "0.9, 0.125"})
    void arithmeticOfChannelsThatAreLeft(String share, double left) {
        Extents extents = new Extents(1, 64, 28, 1);
        Graph dense = Block.FFN.graph(extents);
        Graph gated = new Case.Problem(Block.FFN, extents, AxisPoint.of("SKIPPED@" + share + HIDDEN)).graph();
        double map = dense.output().elements();
        // The sum and the bias of each result stay, and a comparison for each element of the mask's input is added.
        assertEquals((dense.cost().flops() - 2 * map) * left, gated.cost().flops() - 3 * map);
    }

    /** If all channels are chosen, in whatever order, a gated layer computes what the whole layer does. */
    @ParameterizedTest
    @MethodSource("skippingChannels")
    void allChannelsAreTheWholeLayer(Stack stack) {
        Graph gated = new Case.Problem(stack, new Extents(1, 128, 9, 1), AxisPoint.of("SKIPPED@0" + HIDDEN)).graph();
        List<Node> whole = gated.nodes().stream()
                .map(node -> node.layer() instanceof Gated some
                        ? new Node(node.id(), some.layer(), node.inputs().subList(0, 1), node.output(), 0)
                        : node)
                .toList();
        double[] expected = interpreted(new Graph(gated.inputs(), whole, gated.head()), 1);
        assertArrayEquals(expected, interpreted(gated, 1), 1e-9);
    }

    private static Set<Stack> skippingChannels() {
        return SKIPPING_CHANNELS;
    }

    /** Of a convolution's channels, those of the chosen groups are computed. */
    @Test
    void chosenChannels() {
        Graph mask = Graph.of(new Shape(1, 3, 7, 5)).then(new TileLayer.Select(new Grid(2, 3, 1, 1), 4));
        Graph whole = mask.at(0).biased(3, 96, 1, 1);
        Layer some = new Conv(64, 3, 1, 1, 1, Conv.DENSE, Conv.Bias.YES);
        Graph gated = mask.at(0).then(new Gated(some, 0, 96), mask.head());
        double[] places = interpreted(mask, 1);
        double[] all = interpreted(whole, 1);
        double[] chosen = interpreted(gated, 1);
        int group = Gated.GROUP * 35;
        for (int g = 0; g < places.length; g++) {
            int place = (int) places[g];
            if (place >= 0) {
                assertArrayEquals(
                        Arrays.copyOfRange(all, g * group, (g + 1) * group),
                        Arrays.copyOfRange(chosen, place * group, (place + 1) * group));
            }
        }
        assertEquals(4, Arrays.stream(places).filter(place -> place >= 0).count());
    }

    /** If all tiles are computed, those next to a tile hold what the map holds there, zeros outside of it included. */
    @ParameterizedTest
    @CsvSource({"1, 1, 3", "4, 4, 1", "5, 3, 2", "7, 13, 3"})
    void exchangedPixelsAreThoseOfTheMap(int height, int width, int halo) {
        Grid grid = new Grid(7, 13, height, width);
        int all = 2 * grid.tiles();
        Graph mask = Graph.of(new Shape(2, 3, 7, 13)).then(new TileLayer.Select(grid, all));
        Graph gathered = mask.at(0).then(new TileLayer.Gather(grid, all, halo), mask.head());
        Graph exchanged = mask.at(0)
                .then(new TileLayer.Gather(grid, all, 0), mask.head())
                .then(new TileLayer.Exchange(grid, halo), mask.head());
        assertArrayEquals(interpreted(gathered, 1), interpreted(exchanged, 1));
    }

    private static double[] interpreted(Graph graph, long seed) {
        return new DoubleInterpreter(new Weights(graph, seed, RANDOM)).run();
    }

    /** As many tiles as are kept have places, and no other has a higher score: engines agree, whichever order of places they choose. */
    @ParameterizedTest
    @CsvSource({"1, 1, 40", "2, 3, 1", "3, 4, 11", "7, 13, 2"})
    void masksKeepTheHighest(int height, int width, int kept) {
        Grid grid = new Grid(7, 13, height, width);
        Graph graph = Graph.of(new Shape(3, 19, 7, 13)).then(new TileLayer.Select(grid, kept));
        for (Weights.Fill fill : Weights.Fill.values()) {
            Weights weights = new Weights(graph, 3, fill);
            boolean[] computed = computed(new DoubleInterpreter(weights).run());
            assertEquals(
                    kept,
                    IntStream.range(0, computed.length).filter(i -> computed[i]).count());
            for (Target target : Set.of(Target.SCALAR, Target.VECTOR)) {
                try (Engine engine = Engines.open(target, new EngineOptions(2, null, Algorithm.AUTO))) {
                    Program program = engine.compile(graph, weights);
                    program.run();
                    float[] mask = program.output();
                    assertArrayEquals(
                            computed,
                            computed(IntStream.range(0, mask.length)
                                    .mapToDouble(i -> mask[i])
                                    .toArray()));
                    assertEquals(
                            IntStream.range(0, kept).boxed().collect(Collectors.toSet()),
                            IntStream.range(0, mask.length)
                                    .filter(i -> mask[i] >= 0)
                                    .mapToObj(i -> (int) mask[i])
                                    .collect(Collectors.toSet()));
                }
            }
        }
    }

    private static boolean[] computed(double[] mask) {
        boolean[] computed = new boolean[mask.length];
        for (int i = 0; i < mask.length; i++) {
            computed[i] = mask[i] >= 0;
        }
        return computed;
    }

    @ParameterizedTest
    @CsvSource({
        "PLAIN, SKIPPED@0.5@8, 1",
        "RESIDUAL, SKIPPED@0.5, 1",
        "RESIDUAL, SKIPPED@0.01@8, 1",
        "RESIDUAL, SKIPPED@0.5@CHANNELS, 1"
    })
    void nothingToSkip(Pattern pattern, String point, int batch) {
        Case.Problem problem = new Case.Problem(pattern, new Extents(1, 16, 28, batch), AxisPoint.of(point));
        assertEquals(
                point
                        + " finds nothing to skip: it takes a block that adds its input to a chain of convolutions at stride 1, norms and"
                        + " activations, and so many tiles in a batch that this share of them is one or more; without a size, a tile is"
                        + " the whole map of an image. Channels are skipped in groups of 16 between two ungrouped convolutions, for one image",
                assertThrows(IllegalArgumentException.class, problem::graph).getMessage());
    }

    /** Layers keep the parameters of their own ids. */
    @Test
    void idsAreIndices() {
        Graph graph =
                new Case.Problem(Network.MOBILENET_V2, new Extents(224, 1), AxisPoint.of("SKIPPED@0.5@8")).graph();
        assertEquals(
                IntStream.range(0, graph.nodes().size()).boxed().toList(),
                graph.nodes().stream().map(Node::id).toList());
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void peersDoNotSkip(Target target) {
        Case work = new Case.Work(
                "ResidualBenchmark",
                Pattern.RESIDUAL,
                new Extents(1, 16, 28, 1),
                AxisPoint.of("SKIPPED@0.5@8"),
                target,
                Fusion.NONE,
                Algorithm.AUTO,
                1);
        assertEquals(
                target.isPeer()
                        ? Optional.of(
                                target + " has no kernels that gather tiles or weights in a pass, which SKIPPED needs")
                        : Optional.empty(),
                work.refusal());
    }
}

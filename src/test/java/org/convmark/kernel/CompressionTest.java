package org.convmark.kernel;

import static org.convmark.kernel.Weights.Fill.INTEGER;
import static org.convmark.kernel.Weights.Fill.RANDOM;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.machine.Machine;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.AxisPoint;
import org.convmark.model.Block;
import org.convmark.model.Case;
import org.convmark.model.Compression;
import org.convmark.model.Conv;
import org.convmark.model.Conv.Bias;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.convmark.model.Operator;
import org.convmark.model.Pattern;
import org.convmark.model.Precision;
import org.convmark.model.Shape;
import org.convmark.model.Sparsity;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Filters with zeros, and of fewer bits: the right number of zeros, the nearest numbers of a format, and the right result on every target,
 * whether its kernels gain from them or not. Results on small integers must be equal.
 */
class CompressionTest {
    /** Whether the processor multiplies bytes as engines of others rely on. */
    private static final boolean EXACT = Machine.capture().cpu().addsBytesExactly();

    private static final List<Compression> COMPRESSIONS = Stream.concat(
                    DoubleStream.of(1, 0.6, 0.3, 0.05).boxed().flatMap(density -> Stream.of(1, 4, 8, 16)
                            .map(block -> new Sparsity(density, block))),
                    Stream.of(Precision.values()))
            .toList();

    /** Formats of weights alone. */
    private static final List<Precision> FORMATS =
            List.of(Precision.FP16, Precision.BF16, Precision.W8, Precision.POW2);

    private static final int[] CHANNELS = {3, 16, 17, 33, 64, 67};
    private static final int[][] MAPS = {{1, 2}, {5, 5}, {7, 13}, {14, 14}, {9, 29}, {28, 28}};
    private static final Comparison COMPARISON = new Comparison(2, 1, Algorithm.DIRECT);

    /** Every compression meets every kernel and stride; channels and maps in turn. */
    @TestFactory
    Stream<DynamicNode> convolutions() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        int turn = 0;
        for (int kernel : new int[] {1, 3, 5, 4}) {
            for (int stride : new int[] {1, 2, 3}) {
                List<Graph> graphs = new ArrayList<>();
                for (Compression compression : COMPRESSIONS) {
                    int[] map = MAPS[++turn % MAPS.length];
                    int dilation = turn % 5 == 0 && kernel == 3 ? 2 : 1;
                    Conv conv = new Conv(
                            CHANNELS[turn / 2 % CHANNELS.length],
                            kernel,
                            stride,
                            dilation,
                            kernel / 2 * dilation + turn % 7 / 6,
                            Conv.DENSE,
                            Bias.values()[turn % 2]);
                    Shape in = new Shape(1 + turn % 3 / 2 * 2, CHANNELS[turn % CHANNELS.length], map[0], map[1]);
                    graphs.add(compressed(Graph.of(in), conv, compression));
                }
                int half = bodies.size() % 2;
                bodies.put(kernel + "x" + kernel + " stride " + stride, target -> {
                    COMPARISON.check(target, Fusion.NONE, INTEGER, dealt(target, graphs, half, 2));
                    COMPARISON.check(target, Fusion.NONE, RANDOM, dealt(target, graphs, half, 2));
                });
            }
        }
        return COMPARISON.onEveryTarget(bodies);
    }

    /** Maps of one pixel, of few outputs and many; and more weights than are expanded at a time. */
    @TestFactory
    Stream<DynamicNode> classifiers() {
        List<Graph> graphs = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            for (int channels : new int[] {16, 33, 67}) {
                for (int outChannels : new int[] {3, 17, 33, 65, 130, 300}) {
                    Conv conv = new Conv(outChannels, 1, 1, 1, 0, Conv.DENSE, Bias.values()[graphs.size() % 2]);
                    graphs.add(compressed(
                            Graph.of(new Shape(1 + graphs.size() % 3 / 2, channels, 1, 1)), conv, precision));
                }
            }
            Conv large = new Conv(72, 3, 1, 1, 1, Conv.DENSE, Bias.NO);
            graphs.add(compressed(Graph.of(new Shape(2, 400, 5, 6)), large, precision));
        }
        return COMPARISON.onEveryTarget(Map.of("classifiers", (Consumer<Target>) target -> {
            COMPARISON.check(target, Fusion.NONE, INTEGER, some(target, graphs));
            COMPARISON.check(target, Fusion.NONE, RANDOM, some(target, graphs));
        }));
    }

    /** Activations before and after a residual, in tensors with and without a border. Norms of integers clear some channels. */
    @TestFactory
    Stream<DynamicNode> epilogues() {
        List<Graph> graphs = new ArrayList<>();
        for (int kernel : new int[] {1, 3}) {
            for (Activation before : new Activation[] {Activation.RELU, Activation.SILU, null}) {
                for (Activation after : new Activation[] {Activation.RELU6, Activation.SILU, null}) {
                    int channels = CHANNELS[1 + graphs.size() % 4];
                    Graph x = Graph.of(new Shape(1 + graphs.size() % 2, channels, 9, 14));
                    Conv conv = new Conv(channels, kernel, 1, 1, kernel / 2, Conv.DENSE, Bias.NO);
                    Graph f = activate(x.then(conv.with(new Sparsity(0.4, 1))).norm(), before);
                    graphs.add(activate(f.add(0), after));
                    Precision precision = Precision.values()[graphs.size() % Precision.values().length];
                    Graph all = activate(activate(x.then(conv).norm(), before).add(0), after);
                    graphs.add(all.compressed(precision));
                    graphs.add(all.compressed(Precision.INT8));
                    graphs.add(activate(f, after).depthwise(3, 1));
                }
            }
        }
        return COMPARISON.onEveryTarget(Map.of("epilogues", (Consumer<Target>) t -> {
            List<Graph> some = dealt(t, graphs, 0, 2);
            COMPARISON.check(t, Fusion.EPILOGUE, RANDOM, some);
            COMPARISON.check(
                    t,
                    Fusion.EPILOGUE,
                    INTEGER,
                    some.stream().filter(Weights::keepsIntegers).toList());
        }));
    }

    private static Graph compressed(Graph x, Conv conv, Compression compression) {
        return compression == Precision.INT8 ? x.then(conv).compressed(compression) : x.then(conv.with(compression));
    }

    private static List<Graph> dealt(Target target, List<Graph> graphs, int hand, int hands) {
        return Comparison.dealt(target, some(target, graphs), hand, hands);
    }

    /** The graphs that a target has kernels for, and the last of those with weights alone in fewer bits that it has none for. */
    private static List<Graph> some(Target target, List<Graph> graphs) {
        Graph last = graphs.stream()
                .filter(graph -> !computes(target, graph) && !precisions(graph).contains(Precision.INT8))
                .reduce((before, after) -> after)
                .orElse(null);
        return graphs.stream()
                .filter(graph -> computes(target, graph) || graph == last)
                .toList();
    }

    private static boolean computes(Target target, Graph graph) {
        Set<Precision> precisions = precisions(graph);
        return precisions.stream().allMatch(target::computesIn)
                && !(target.isPeer() && precisions.contains(Precision.INT8) && !EXACT);
    }

    private static Set<Precision> precisions(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.layer() instanceof Conv)
                .map(node -> ((Conv) node.layer()).precision())
                .collect(Collectors.toSet());
    }

    private static Graph activate(Graph g, Activation function) {
        return function == null ? g : g.activate(function);
    }

    /** The graphs that are measured, with every fusion; where a compiler makes each kernel, each with one of them. */
    @TestFactory
    Stream<DynamicNode> patternsAndBlocks() {
        List<Graph> graphs = new ArrayList<>();
        Stream.<Stack[]>of(Pattern.values(), Block.values()).flatMap(Stream::of).forEach(stack -> {
            int turn = graphs.size() / 3;
            for (String point : List.of(
                    turn % 2 == 0 ? "DENSITY@0.3" : "DENSITY@0.5@16",
                    "PRECISION@INT8",
                    "PRECISION@" + FORMATS.get(turn % FORMATS.size()))) {
                Extents extents = new Extents(1, 32 + turn % 3 * 8, 14, 1);
                graphs.add(new Case.Problem(stack, extents, AxisPoint.of(point)).graph());
            }
        });
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (Fusion fusion : Fusion.values()) {
            bodies.put(
                    fusion.name(),
                    target -> COMPARISON.check(target, fusion, RANDOM, dealt(target, graphs, fusion.ordinal(), 3)));
        }
        return COMPARISON.onEveryTarget(bodies);
    }

    @ParameterizedTest
    @CsvSource({"0.3, 1, 64", "0.05, 1, 64", "0.3, 16, 64", "0.3, 16, 40", "0.1, 4, 67", "1, 8, 64", "0.001, 16, 16"})
    void exactlyTheStatedShareIsZero(double density, int block, int channels) {
        Sparsity sparsity = new Sparsity(density, block);
        Conv conv = new Conv(channels, 3, 1, 1, 1, Conv.DENSE, Bias.NO).with(sparsity);
        Graph graph = Graph.of(new Shape(2, 32, 6, 6)).then(conv);
        float[] filter = filter(graph, 1);
        long others =
                IntStream.range(0, filter.length).filter(i -> filter[i] != 0).count();
        int taps = 9 * 32;
        int whole = channels / block;
        long expected = Math.max(1, Math.round(density * whole * taps)) * block
                + (channels % block == 0 ? 0 : Math.max(1, Math.round(density * taps)) * (channels % block));
        assertEquals(expected, others);
        assertEquals(2 * 36 * expected, graph.cost().macs());
        for (int i = 0; i < filter.length; i++) {
            int first = i / taps / block * block * taps + i % taps;
            assertEquals(filter[first] == 0, filter[i] == 0, "weight " + i + " and the first of its block");
        }
        assertArrayEquals(filter, filter(graph, 1));
    }

    private static float[] filter(Graph graph, long seed) {
        return new Weights(graph, seed, RANDOM).filter(graph.nodes().get(0));
    }

    /** What pruning leaves out: depthwise and grouped layers, few input channels, and maps of one pixel. */
    @ParameterizedTest
    @EnumSource(names = {"MOBILENET_V2", "RESNEXT_50", "MNASNET_A1"})
    void layersThatStayDense(Network network) {
        Graph graph = new Case.Problem(network, new Extents(network.image(), 1), AxisPoint.of("DENSITY@0.1")).graph();
        for (Graph.Node node : graph.nodes()) {
            if (node.layer() instanceof Conv conv) {
                int channels = graph.shapes(node).get(0).channels();
                boolean dense = conv.groupWidth() != Conv.DENSE
                        || channels < 16
                        || node.output().pixels() == 1;
                assertEquals(dense, conv.compression().isNone(), node::toString);
            }
        }
    }

    /** Every code of every format is the nearest to the number that it stands for, and to those halfway to its neighbours but a little. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FP32")
    void encodesTheNearestNumber(Precision precision) {
        double largest = decoded(precision).filter(number -> number <= 1).max().orElseThrow();
        double[] numbers = decoded(precision)
                .filter(number -> Math.abs(number) <= largest)
                .sorted()
                .distinct()
                .toArray();
        for (int i = 1; i < numbers.length; i++) {
            double low = numbers[i - 1];
            double high = numbers[i];
            double step = high - low;
            assertEquals(high, precision.decode(precision.encode((float) high)) + 0.0);
            assertEquals(low, precision.decode(precision.encode((float) (low + 0.49 * step))) + 0.0);
            assertEquals(high, precision.decode(precision.encode((float) (low + 0.51 * step))) + 0.0);
        }
    }

    /** The numbers of a format, without a negative zero. */
    private static DoubleStream decoded(Precision precision) {
        return IntStream.range(0, 1 << precision.bits()).mapToDouble(code -> precision.decode(code) + 0.0);
    }

    /** Rounding what is rounded changes nothing, scaled or not, so kernels find the codes in a filter. */
    @ParameterizedTest
    @EnumSource
    void roundingTwiceIsRoundingOnce(Precision precision) {
        for (int seed = 0; seed < 50; seed++) {
            Conv conv = new Conv(20, 1, 1, 1, 0, Conv.DENSE, Bias.NO).with(precision);
            Graph graph = Graph.of(new Shape(1, 17, 3, 3)).then(conv).norm().fuse(Fusion.EPILOGUE);
            Weights weights =
                    new Weights(Graph.of(new Shape(1, 17, 3, 3)).then(conv).norm(), seed, RANDOM);
            FoldedConv folded = FoldedConv.of(graph.nodes().get(0), weights);
            for (int i = 0; i < folded.filter().length; i++) {
                float scale = folded.scales()[i / 17];
                float again = precision.decode(precision.encode(folded.filter()[i], scale)) * scale;
                assertEquals(folded.filter()[i], again, Math.ulp(folded.filter()[i]));
            }
        }
    }

    @Test
    void nothingToPrune() {
        Case.Problem depthwise =
                new Case.Problem(Operator.DEPTHWISE_3X3, new Extents(1, 64, 28, 1), AxisPoint.of("DENSITY@0.3"));
        assertEquals(
                "DENSITY@0.3 finds no layer to prune: an ungrouped convolution of 16 input channels or more, on more than one pixel",
                assertThrows(IllegalArgumentException.class, depthwise::graph).getMessage());
    }
}

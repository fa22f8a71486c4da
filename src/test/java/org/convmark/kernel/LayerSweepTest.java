package org.convmark.kernel;

import static org.convmark.kernel.Weights.Fill.INTEGER;
import static org.convmark.kernel.Weights.Fill.RANDOM;
import static org.convmark.model.Fusion.EPILOGUE;
import static org.convmark.model.Fusion.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.Conv.Bias;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.Pool;
import org.convmark.model.Shape;
import org.convmark.model.Target;
import org.convmark.model.TileLayer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every layer kind on every target, over shapes around the vector length and the tiles. Results on small integers must be equal,
 * because they give the same float in every order of summation; results on random numbers may differ by rounding. Convolutions
 * are direct, because transforms round even integers, see {@link AlgorithmTest}.
 */
class LayerSweepTest {
    private static final List<Activation> FEW = Arrays.asList(Activation.RELU, Activation.SILU, null);
    private static final int[] CHANNELS = {1, 3, 7, 8, 9, 15, 16, 17, 33, 67};
    private static final int[][] MAPS = {{1, 1}, {5, 5}, {7, 13}, {14, 14}};
    /** Maps whose rows are one row to a pointwise convolution. */
    private static final int[][] ONE_ROW = {{8, 8}, {4, 10}, {8, 16}, {3, 9}};

    private static final Comparison COMPARISON = new Comparison(2, 1, Algorithm.DIRECT);

    // ---------------------------------------------------------------- convolutions

    /** Over all kernels, strides and maps, every pair of input and output channels occurs, on OPENCL half of them. */
    @TestFactory
    Stream<DynamicNode> denseConvolutions() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        int turn = 0;
        for (int kernel : new int[] {1, 3, 5, 7}) {
            for (int stride : new int[] {1, 2}) {
                List<Graph> graphs = new ArrayList<>();
                for (int[] map : MAPS) {
                    turn++;
                    for (int i = 0; i < CHANNELS.length; i++) {
                        int out = CHANNELS[(i + turn) % CHANNELS.length];
                        int batch = (i + turn) % 2 == 0 ? 1 : 3;
                        Bias bias = i % 3 == 0 ? Bias.YES : Bias.NO;
                        graphs.add(input(batch, CHANNELS[i], map)
                                .then(new Conv(out, kernel, stride, 1, kernel / 2, Conv.DENSE, bias)));
                    }
                }
                bodies.put(kernel + "x" + kernel + " stride " + stride, exactThenRandom(graphs));
            }
        }
        List<Graph> oneRow = new ArrayList<>();
        for (int i = 0; i < CHANNELS.length; i++) {
            Graph g = input(1 + i % 2, CHANNELS[i], ONE_ROW[i % ONE_ROW.length]);
            oneRow.add(g.biased(67));
            oneRow.add(g.conv(1, CHANNELS[i]).add(0).relu());
        }
        bodies.put("rows in one", exactThenRandom(oneRow));
        return COMPARISON.onEveryTarget(bodies);
    }

    /**
     * Inputs with so many channels, or filters with such large strides, that tiles read a packed copy; with and without a border
     * around the result.
     */
    @TestFactory
    Stream<DynamicNode> packedConvolutions() {
        List<Graph> many = new ArrayList<>();
        List<Graph> apart = new ArrayList<>();
        for (int[] map : new int[][] {{5, 5}, {7, 13}, {14, 14}, {9, 29}}) {
            for (int stride : new int[] {1, 2}) {
                Graph g = input(stride, stride == 1 ? 640 : 651, map)
                        .then(new Conv(map[0] == 14 ? 80 : 67, 1, stride, 1, 0, Conv.DENSE, Bias.YES));
                many.add(g);
                many.add(g.depthwise(3, 1));
            }
            for (int stride : new int[] {3, 4}) {
                Graph g = input(3, map[0], new int[] {map[0] * stride, map[1] * stride})
                        .then(new Conv(map[1], 4, stride, 1, 1, Conv.DENSE, Bias.YES));
                apart.add(g);
                apart.add(g.depthwise(3, 1));
            }
        }
        return COMPARISON.onEveryTarget(
                Map.of("many channels", exactThenRandom(many), "wide strides", exactThenRandom(apart)));
    }

    /** Images of three channels, which may be interleaved: read by convolutions alone, by two, and by others too. */
    @TestFactory
    Stream<DynamicNode> images() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (int stride : new int[] {1, 2, 3, 4}) {
            List<Graph> graphs = new ArrayList<>();
            for (int width : new int[] {4, 7, 13, 14, 20, 28, 32}) {
                int kernel = 1 + graphs.size() % 7;
                Graph g = input(1 + width % 3, 3, new int[] {6 * stride - 1, width * stride + kernel % 2});
                Conv conv = new Conv(8 + width, kernel, stride, 1, kernel / 2, Conv.DENSE, Bias.values()[kernel % 2]);
                Graph made = g.then(conv);
                graphs.add(made);
                graphs.add(made.depthwise(3, 1));
                Conv other = new Conv(5, 3, stride, 1, 1, Conv.DENSE, Bias.NO);
                graphs.add(g.concat(x -> x.then(other), x -> x.then(other).relu()));
                graphs.add(g.concat(x -> x.then(other), x -> x.pool(Pool.Kind.MAX, 3, stride)));
                graphs.add(g.then(new Conv(3, 3, 1, 1, 1, Conv.DENSE, Bias.NO))
                        .add(0)
                        .then(other));
            }
            bodies.put("stride " + stride, exactThenRandom(graphs));
        }
        return COMPARISON.onEveryTarget(bodies);
    }

    /** Group widths around the vector length, with as many, twice as many or half as many filters as channels. */
    @TestFactory
    Stream<DynamicNode> groupedConvolutions() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (int width : new int[] {1, 3, 4, 8, 16, 32}) {
            List<Graph> graphs = new ArrayList<>();
            for (int groups : new int[] {1, 2, 3, 5, 8, 17, 67}) {
                int channels = groups * width;
                for (int kernel : new int[] {1, 3, 5, 7}) {
                    int[] map = MAPS[(groups + kernel / 2) % MAPS.length];
                    if (channels > 160) {
                        continue;
                    }
                    Graph g = input(kernel == 3 ? 3 : 1, channels, map);
                    graphs.add(g.grouped(kernel, channels, 1 + groups % 2, width));
                    graphs.add(g.grouped(kernel, 2 * channels, 1, width));
                    graphs.add(g.grouped(kernel, groups * Math.max(1, width / 2), 2, width));
                }
            }
            bodies.put("group width " + width, exactThenRandom(graphs));
        }
        return COMPARISON.onEveryTarget(bodies);
    }

    /** Rows that end after every number of pixels that tiles leave over. */
    @TestFactory
    Stream<DynamicNode> depthwiseConvolutions() {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        for (int kernel : new int[] {1, 2, 3, 5, 7, 9}) {
            List<Graph> graphs = new ArrayList<>();
            for (int width = 1; width <= 44; width += 1 + width / 16) {
                for (int stride : new int[] {1, 2}) {
                    int height = 1 + width % 5 * stride;
                    Graph g =
                            input(1 + width % 2, CHANNELS[width % CHANNELS.length], new int[] {height, width * stride});
                    graphs.add(g.depthwise(kernel, stride));
                }
            }
            bodies.put(kernel + "x" + kernel, exactThenRandom(graphs));
        }
        return COMPARISON.onEveryTarget(bodies);
    }

    @TestFactory
    Stream<DynamicNode> dilatedAndUnpaddedConvolutions() {
        List<Graph> dilated = new ArrayList<>();
        List<Graph> unpadded = new ArrayList<>();
        for (int channels : CHANNELS) {
            for (int stride : new int[] {1, 2}) {
                Graph g = input(1 + channels % 2, channels, MAPS[1 + channels % 3]);
                dilated.add(g.depthwise(3, stride, 2));
                dilated.add(g.depthwise(5, stride, 2));
                dilated.add(g.then(new Conv(9, 3, stride, 2, 2, Conv.DENSE, Bias.NO)));
                dilated.add(g.then(new Conv(16, 3, stride, 3, 1 + stride, Conv.DENSE, Bias.YES)));
                unpadded.add(g.then(new Conv(16, 3, stride, 1, 0, Conv.DENSE, Bias.NO)));
                unpadded.add(g.then(new Conv(channels, 3, stride, 1, 0, 1, Bias.NO)));
                unpadded.add(g.then(new Conv(17, 3, stride, 1, 2, Conv.DENSE, Bias.NO)));
                unpadded.add(g.then(new Conv(8, 1, stride, 1, 1, Conv.DENSE, Bias.NO)));
                unpadded.add(g.then(new Conv(8, 2 * stride, 2 * stride, 1, 0, Conv.DENSE, Bias.YES)));
            }
        }
        return COMPARISON.onEveryTarget(
                Map.of("dilated", exactThenRandom(dilated), "other paddings", exactThenRandom(unpadded)));
    }

    /**
     * after(before(norm(conv)) + residual): every activation combined with a few on the other side, with and without residual, on
     * a dense convolution; the few on the other kinds; every norm in turn.
     */
    @TestFactory
    Stream<DynamicNode> epilogues() {
        List<Activation> all = new ArrayList<>(Arrays.asList(Activation.values()));
        all.add(null);
        return COMPARISON.onEveryTarget(Map.of(
                "dense with epilogue", epilogues(g -> g.conv(3, g.output().channels()), all, 7, 16, 17),
                "pointwise with epilogue", epilogues(g -> g.biased(g.output().channels()), FEW, 7, 16, 17),
                "depthwise with epilogue", epilogues(g -> g.depthwise(3, 1), FEW, 7, 16, 17),
                "grouped with epilogue", epilogues(g -> g.grouped(3, g.output().channels(), 1, 8), FEW, 8, 16, 24)));
    }

    private Consumer<Target> epilogues(UnaryOperator<Graph> conv, List<Activation> activations, int... widths) {
        List<UnaryOperator<Graph>> norms =
                List.of(UnaryOperator.identity(), Graph::norm, g -> g.norm().layerScale());
        List<Graph> exact = new ArrayList<>();
        List<Graph> rounded = new ArrayList<>();
        int turn = 0;
        for (Activation before : activations) {
            for (Activation after : activations) {
                if (!FEW.contains(before) && !FEW.contains(after)) {
                    continue;
                }
                turn++;
                Graph x = input(1 + turn % 2, widths[turn % 3], MAPS[1 + turn / 2 % 3]);
                Graph f = activate(norms.get(turn / 3 % 3).apply(conv.apply(x)), before);
                Graph sum = activate(f.add(0), after);
                List<Graph> fitting = Weights.keepsIntegers(sum) ? exact : rounded;
                fitting.add(sum);
                if (after == null) {
                    fitting.add(f);
                }
            }
        }
        return target -> {
            COMPARISON.check(target, EPILOGUE, INTEGER, Comparison.dealt(target, exact, 0, 2));
            COMPARISON.check(target, EPILOGUE, RANDOM, Comparison.dealt(target, rounded, 0, 2));
        };
    }

    /** Consecutive convolutions, and values with several readers, fused: buffers and borders are shared. */
    @TestFactory
    Stream<DynamicNode> chains() {
        List<Graph> graphs = new ArrayList<>();
        for (int channels : CHANNELS) {
            Graph x = input(1 + channels % 2, channels, MAPS[channels % 4]);
            graphs.add(x.conv(5, channels).conv(1, 9).conv(3, channels).add(0));
            graphs.add(x.conv(3, channels).add(0).conv(3, channels).add(0).conv(3, channels));
            graphs.add(x.concat(f -> f.conv(1, 3), f -> f.conv(5, 9), f -> f.depthwise(3, 1), f -> f));
            graphs.add(x.residual(f -> f.conv(3, channels + 1, 2).norm().relu().conv(1, 2 * channels))
                    .relu());
            Graph p = x.conv(3, channels).relu();
            graphs.add(p.add(p.head()));
            graphs.add(p.norm().add(p.head()).relu());
        }
        return COMPARISON.onEveryTarget(Map.of(
                "unfused",
                (Consumer<Target>) t -> COMPARISON.check(t, NONE, RANDOM, Comparison.dealt(t, graphs, 0, 2)),
                "fused",
                (Consumer<Target>) t -> COMPARISON.check(t, EPILOGUE, RANDOM, Comparison.dealt(t, graphs, 1, 2))));
    }

    // ---------------------------------------------------------------- all other layers

    /**
     * Fails until every layer kind of the model is swept; {@link SkippingTest} sweeps those that compute a part, and {@link CompressionTest}
     * rounding to 8 bits, which not every target runs.
     */
    @Test
    void everyKindIsSwept() {
        Set<Class<?>> swept = Stream.concat(exactLayers().values().stream(), roundingLayers().values().stream())
                .flatMap(layer -> layer.apply(input(1, 8, MAPS[1])).conv(3, 8).nodes().stream())
                .map(node -> node.layer().getClass())
                .collect(Collectors.toSet());
        swept.add(Fused.class);
        swept.add(ElementWise.Quantise.class);
        swept.add(Gated.class);
        kinds(TileLayer.class).forEach(swept::add);
        assertEquals(kinds(Layer.class).collect(Collectors.toSet()), swept);
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(LayerSweepTest::kinds)
                : Stream.of(type);
    }

    @TestFactory
    Stream<DynamicNode> layersOfExactArithmetic() {
        return COMPARISON.onEveryTarget(bodies(exactLayers(), INTEGER));
    }

    private static Map<String, UnaryOperator<Graph>> exactLayers() {
        Map<String, UnaryOperator<Graph>> layers = new LinkedHashMap<>();
        layers.put("batch norm", Graph::norm);
        layers.put("layer scale", Graph::layerScale);
        layers.put("ReLU", Graph::relu);
        layers.put("ReLU6", Graph::relu6);
        layers.put("sum", g -> g.relu().add(0));
        layers.put("sum with itself", g -> g.add(0));
        layers.put("product", g -> {
            Shape gate = new Shape(g.output().batch(), g.output().channels(), 1, 1);
            return new Graph(List.of(g.output(), gate), List.of(), 0).then(new ElementWise.Multiply(), 1);
        });
        layers.put("maximum 3x3", g -> g.pool(Pool.Kind.MAX, 3, 1));
        layers.put("maximum 3x3 stride 2", g -> g.pool(Pool.Kind.MAX, 3, 2));
        layers.put("maximum over the edge", g -> g.then(new Pool(Pool.Kind.MAX, 3, 2, 1, 2)));
        layers.put("maximum 2x2 over the edge", g -> g.then(new Pool(Pool.Kind.MAX, 2, 2, 0, 1)));
        layers.put("shift", Graph::shift);
        layers.put("blur", g -> g.pool(Pool.Kind.BLUR, 3, 1));
        layers.put("blur stride 2", g -> g.pool(Pool.Kind.BLUR, 3, 2));
        layers.put("concat", LayerSweepTest::concat);
        layers.put("slice", g -> g.slice(g.output().channels() / 3, (g.output().channels() + 1) / 2));
        layers.put("shuffle", g -> g.shuffle(smallestDivisor(g.output().channels())));
        return layers;
    }

    @TestFactory
    Stream<DynamicNode> layersThatRound() {
        return COMPARISON.onEveryTarget(bodies(roundingLayers(), RANDOM));
    }

    private static Map<String, UnaryOperator<Graph>> roundingLayers() {
        Map<String, UnaryOperator<Graph>> layers = new LinkedHashMap<>();
        layers.put("layer norm", g -> wide(g).layerNorm());
        for (Activation function : Activation.values()) {
            layers.put(function.name(), g -> g.activate(function));
        }
        layers.put("squeeze-excite", g -> g.squeezeExcite(3));
        layers.put("global average", Graph::globalPool);
        layers.put("average 3x3", g -> g.pool(Pool.Kind.AVERAGE, 3, 1));
        layers.put("average 3x3 stride 2", g -> g.pool(Pool.Kind.AVERAGE, 3, 2));
        layers.put("average over the edge", g -> g.then(new Pool(Pool.Kind.AVERAGE, 2, 2, 0, 1)));
        layers.put("average 5x5", g -> g.pool(Pool.Kind.AVERAGE, 5, 1));
        return layers;
    }

    /** Each layer alone, and between convolutions, so that its input and output have a border of zeros. */
    private static Map<String, Consumer<Target>> bodies(Map<String, UnaryOperator<Graph>> layers, Weights.Fill fill) {
        Map<String, Consumer<Target>> bodies = new LinkedHashMap<>();
        layers.forEach((name, layer) -> {
            List<Graph> graphs = new ArrayList<>();
            for (int i = 0; i < CHANNELS.length; i++) {
                for (int[] map : MAPS) {
                    graphs.add(layer.apply(input(i % 2 == 0 ? 1 : 3, CHANNELS[i], map)));
                }
                Graph g = layer.apply(input(1 + i % 2, CHANNELS[i], MAPS[1 + i % 3]));
                graphs.add(g.concat(x -> x.conv(5, 4), x -> x));
                Graph between = g.at(0).conv(3, 3);
                graphs.add(between.at(g.head()).conv(3, 5));
            }
            bodies.put(name, target -> COMPARISON.check(target, NONE, fill, Comparison.dealt(target, graphs, 0, 3)));
        });
        return bodies;
    }

    private static Consumer<Target> exactThenRandom(List<Graph> graphs) {
        return target -> {
            List<Graph> dealt = Comparison.dealt(target, graphs, 0, 2);
            COMPARISON.check(target, NONE, INTEGER, dealt);
            COMPARISON.check(target, NONE, RANDOM, third(dealt));
        };
    }

    private static List<Graph> third(List<Graph> graphs) {
        return IntStream.range(0, graphs.size())
                .filter(i -> i % 3 == 0)
                .mapToObj(graphs::get)
                .toList();
    }

    private static Graph input(int batch, int channels, int[] map) {
        return Graph.of(new Shape(batch, channels, map[0], map[1]));
    }

    /** Over only two or three channels, a norm may divide by a difference that is mostly rounding. */
    private static Graph wide(Graph g) {
        Shape shape = g.output();
        return shape.channels() == 3 ? Graph.of(shape.withChannels(19)) : g;
    }

    /** Channels that start and end inside a vector. */
    private static Graph concat(Graph g) {
        int channels = g.output().channels();
        return g.concat(x -> x.slice(channels / 2, 1), x -> x, x -> x.relu(), x -> x.slice(0, (channels + 2) / 3));
    }

    private static int smallestDivisor(int n) {
        int d = 2;
        while (d < n && n % d != 0) {
            d++;
        }
        return Math.min(d, n);
    }

    private static Graph activate(Graph g, Activation function) {
        return function == null ? g : g.activate(function);
    }
}

package org.convmark.kernel;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.numbers.gamma.Erfc;
import org.convmark.model.Activation;
import org.convmark.model.Affine;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.LayerNorm;
import org.convmark.model.LayerVisitor;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.RouteVisitor;
import org.convmark.model.Shape;
import org.convmark.model.Shift;
import org.convmark.model.TileLayer;

/**
 * Runs an unfused graph in double precision, every layer directly from its formula. It shares only the parameters with the kernels, so
 * what a result in floats differs from it by is the error of that result. It uses all processors.
 */
public final class DoubleInterpreter {
    private static final double SQRT_HALF = Math.sqrt(0.5);

    private final Graph graph;
    private final Weights weights;

    /** Values in batch x channel x row x column order; inputs first. A value is dropped after its last use. */
    private final double[][] values;

    /** Makes a feature map of a result. */
    private interface FeatureMap {
        /** @param at index of the first pixel of channel c of image n in y */
        void make(int n, int c, double[] y, int at);
    }

    /** @param weights of the unfused graph that is run */
    public DoubleInterpreter(Weights weights) {
        this.graph = weights.graph();
        this.weights = weights;
        this.values = new double[graph.inputs().size() + graph.nodes().size()][];
    }

    /**
     * Runs the graph.
     *
     * @return the result in batch x channel x row x column order
     */
    public double[] run() {
        return run((node, value) -> {});
    }

    /** Runs the graph and hands over the result of each node as soon as it is there. */
    double[] run(BiConsumer<Node, double[]> made) {
        int[] lastUses = graph.lastUses();
        int inputs = graph.inputs().size();
        for (int v = 0; v < inputs; v++) {
            values[v] = doubles(weights.input(v));
        }
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            values[inputs + i] = evaluate(node);
            made.accept(node, values[inputs + i]);
            for (int v = 0; v <= inputs + i; v++) {
                if (lastUses[v] <= i && v != graph.head()) {
                    values[v] = null;
                }
            }
        }
        return values[graph.head()];
    }

    /**
     * The error of a result: its largest difference from the result in double precision, relative to the largest magnitude there. This
     * is the maximum element error by which Lavin and Gray (Fast Algorithms for Convolutional Neural Networks, 2016) judge Winograd's
     * algorithms, made a normwise relative error (Higham, Accuracy and Stability of Numerical Algorithms, 2002), so that results of
     * different magnitudes can be compared. Rounding a number to the nearest float changes it by at most 6e-8 of itself.
     *
     * @param exact the result of {@link #run()}
     * @param actual a result in floats, as long and in the same order
     * @return 0 if they are equal, infinity if an element is no number or all of the exact result is zero
     */
    public static double error(double[] exact, float[] actual) {
        double largest = 0;
        double error = 0;
        for (int i = 0; i < exact.length; i++) {
            double difference = Math.abs(actual[i] - exact[i]);
            error = Math.max(error, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            largest = Math.max(largest, Math.abs(exact[i]));
        }
        return error == 0 ? 0 : error / largest;
    }

    /** An activation in double precision; {@link Activation#apply} knows GELU to 1e-7 only. */
    static DoubleUnaryOperator activation(Activation function) {
        return function == Activation.GELU ? x -> 0.5 * x * Erfc.value(-x * SQRT_HALF) : function::apply;
    }

    static double[] doubles(float[] floats) {
        return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
    }

    private double[] evaluate(Node node) {
        Shape in = graph.shape(node.inputs().get(0));
        double[] x = values[node.inputs().get(0)];
        Shape out = node.output();
        int pixels = (int) out.pixels();
        return node.layer().accept(new LayerVisitor<>() {
            @Override
            public double[] conv(Conv conv) {
                float[] bias = conv.bias() == Conv.Bias.YES ? weights.shift(node) : new float[conv.outChannels()];
                return new DoubleConvolution(conv, weights.filter(node), bias, in, x, out).run();
            }

            @Override
            public double[] affine(Affine affine) {
                float[] scale = weights.scale(node);
                float[] shift = weights.shift(node);
                return maps(out, (n, c, y, at) -> {
                    for (int i = at; i < at + pixels; i++) {
                        y[i] = (double) scale[c] * x[i] + shift[c];
                    }
                });
            }

            @Override
            public double[] layerNorm(LayerNorm norm) {
                return normalised(norm, weights.scale(node), weights.shift(node), out, x);
            }

            @Override
            public double[] activate(ElementWise.Activate activate) {
                DoubleUnaryOperator f = activation(activate.function());
                return maps(out, (n, c, y, at) -> {
                    for (int i = at; i < at + pixels; i++) {
                        y[i] = f.applyAsDouble(x[i]);
                    }
                });
            }

            @Override
            public double[] quantise(ElementWise.Quantise quantise) {
                Quantiser quantiser = weights.quantiser(node);
                return quantiser == null
                        ? x
                        : Arrays.stream(x).map(quantiser::apply).toArray();
            }

            @Override
            public double[] add(ElementWise.Add add) {
                double[] other = values[node.inputs().get(1)];
                return maps(out, (n, c, y, at) -> {
                    for (int i = at; i < at + pixels; i++) {
                        y[i] = x[i] + other[i];
                    }
                });
            }

            @Override
            public double[] multiply(ElementWise.Multiply multiply) {
                double[] gate = values[node.inputs().get(1)];
                return maps(out, (n, c, y, at) -> {
                    for (int i = at; i < at + pixels; i++) {
                        y[i] = x[i] * gate[n * out.channels() + c];
                    }
                });
            }

            @Override
            public double[] route(Route route) {
                return moved(node, route);
            }

            @Override
            public double[] shift(Shift shift) {
                return maps(out, (n, c, y, at) -> {
                    for (int p = 0; p < out.height() - 1; p++) {
                        int row = at + p * out.width();
                        System.arraycopy(x, row + out.width() + 1, y, row, out.width() - 1);
                    }
                });
            }

            @Override
            public double[] pool(Pool pool) {
                return maps(
                        out,
                        (n, c, y, at) -> pooled(pool, in, x, (n * in.channels() + c) * (int) in.pixels(), out, y, at));
            }

            @Override
            public double[] tiles(TileLayer layer) {
                return tiled(node, layer, in, x);
            }

            /** With the parameters of the chosen channels; an affine layer is a convolution of one weight per channel. */
            @Override
            public double[] gated(Gated gated) {
                GatedFilter filter = GatedFilter.of(FoldedConv.of(node, weights), in.channels());
                filter.choose(
                        channels(node, gated.inputMask(), in.channels()),
                        channels(node, gated.outputMask(), out.channels()));
                FoldedConv chosen = filter.chosen();
                return new DoubleConvolution(chosen.conv(), chosen.filter(), chosen.bias(), in, x, out).run();
            }

            @Override
            public double[] fused(Fused fused) {
                throw new IllegalArgumentException("only unfused graphs are interpreted");
            }
        });
    }

    /** The channels that a mask chooses; null if there is none. */
    private int[] channels(Node node, int mask, int count) {
        if (mask < 0) {
            return null;
        }
        double[] places = values[node.inputs().get(mask)];
        int[] channels = new int[count];
        for (int g = 0; g < places.length; g++) {
            Gated.choose(g, (int) places[g], channels);
        }
        return channels;
    }

    private static double[] maps(Shape out, FeatureMap map) {
        double[] y = new double[(int) out.elements()];
        int pixels = (int) out.pixels();
        IntStream.range(0, out.batch() * out.channels())
                .parallel()
                .forEach(m -> map.make(m / out.channels(), m % out.channels(), y, m * pixels));
        return y;
    }

    /** Channels by the definition of each route, which kernels get as a list of sources. */
    private double[] moved(Node node, Route route) {
        List<Shape> shapes = graph.shapes(node);
        return route.accept(new RouteVisitor<>() {
            @Override
            public double[] concat(Route.Concat concat) {
                return maps(node.output(), (n, c, y, at) -> {
                    int input = 0;
                    int channel = c;
                    while (channel >= shapes.get(input).channels()) {
                        channel -= shapes.get(input++).channels();
                    }
                    copy(input, n, channel, y, at);
                });
            }

            @Override
            public double[] slice(Route.Slice slice) {
                return maps(node.output(), (n, c, y, at) -> copy(0, n, slice.from() + c, y, at));
            }

            @Override
            public double[] shuffle(Route.Shuffle shuffle) {
                int groups = shuffle.groups();
                int size = shapes.get(0).channels() / groups;
                return maps(node.output(), (n, c, y, at) -> copy(0, n, c % groups * size + c / groups, y, at));
            }

            private void copy(int input, int n, int channel, double[] y, int at) {
                Shape shape = shapes.get(input);
                int pixels = (int) shape.pixels();
                System.arraycopy(
                        values[node.inputs().get(input)], (n * shape.channels() + channel) * pixels, y, at, pixels);
            }
        });
    }

    /** Layers of tiles, pixel by pixel. */
    private double[] tiled(Node node, TileLayer layer, Shape in, double[] x) {
        Shape out = node.output();
        return layer.accept(new TileLayer.Visitor<>() {
            @Override
            public double[] select(TileLayer.Select select) {
                return mask(select, in, x);
            }

            @Override
            public double[] gather(TileLayer.Gather gather) {
                int[] tiles = computed(values[node.inputs().get(1)], gather.kept());
                return maps(out, (place, c, y, at) -> {
                    int image = tiles[place] / gather.grid().tiles();
                    window(
                            gather.grid(),
                            gather.halo(),
                            tiles[place],
                            y,
                            at,
                            (p, q) -> x[((image * in.channels() + c) * in.height() + p) * in.width() + q]);
                });
            }

            @Override
            public double[] exchange(TileLayer.Exchange exchange) {
                TileLayer.Grid grid = exchange.grid();
                double[] mask = values[node.inputs().get(1)];
                int[] tiles = computed(mask, out.batch());
                return maps(out, (place, c, y, at) -> {
                    int first = tiles[place] / grid.tiles() * grid.tiles();
                    window(grid, exchange.halo(), tiles[place], y, at, (p, q) -> {
                        int from = (int) mask[first + p / grid.height() * grid.columns() + q / grid.width()];
                        int pixel = p % grid.height() * grid.width() + q % grid.width();
                        return from < 0 ? 0 : x[(from * in.channels() + c) * (int) in.pixels() + pixel];
                    });
                });
            }

            @Override
            public double[] scatter(TileLayer.Scatter scatter) {
                TileLayer.Grid grid = scatter.grid();
                double[] mask = values[node.inputs().get(1)];
                double[] tiles = values[node.inputs().get(2)];
                DoubleUnaryOperator f = scatter.after() == null ? v -> v : activation(scatter.after());
                return maps(out, (n, c, y, at) -> {
                    for (int i = 0; i < out.pixels(); i++) {
                        int p = i / out.width();
                        int q = i % out.width();
                        int tile = n * grid.tiles() + p / grid.height() * grid.columns() + q / grid.width();
                        int from = (int) mask[tile];
                        int pixel = p % grid.height() * grid.width() + q % grid.width();
                        y[at + i] = from < 0
                                ? f.applyAsDouble(x[at + i])
                                : tiles[(from * out.channels() + c) * grid.height() * grid.width() + pixel];
                    }
                });
            }
        });
    }

    /** A pixel of a map, by row and column. */
    private interface Pixel {
        double at(int p, int q);
    }

    /** A tile with its halo, zeros outside the map. */
    private static void window(TileLayer.Grid grid, int halo, int tile, double[] y, int at, Pixel pixel) {
        int top = tile % grid.tiles() / grid.columns() * grid.height() - halo;
        int left = tile % grid.columns() * grid.width() - halo;
        int width = grid.width() + 2 * halo;
        for (int i = 0; i < (grid.height() + 2 * halo) * width; i++) {
            int p = top + i / width;
            int q = left + i % width;
            boolean inside = p >= 0 && p < grid.mapHeight() && q >= 0 && q < grid.mapWidth();
            y[at + i] = inside ? pixel.at(p, q) : 0;
        }
    }

    /** By place, the tile of the batch that a mask puts there. */
    static int[] computed(double[] mask, int kept) {
        int[] tiles = new int[kept];
        for (int tile = 0; tile < mask.length; tile++) {
            if (mask[tile] >= 0) {
                tiles[(int) mask[tile]] = tile;
            }
        }
        return tiles;
    }

    /** By sorting, in the order of the scores. */
    private static double[] mask(TileLayer.Select select, Shape in, double[] x) {
        TileLayer.Grid grid = select.grid();
        double[] scores = new double[in.batch() * grid.tiles()];
        Arrays.fill(scores, Double.NEGATIVE_INFINITY);
        for (int tile = 0; tile < scores.length; tile++) {
            int i = tile % grid.tiles() / grid.columns();
            int j = tile % grid.columns();
            for (int c = 0; c < in.channels(); c++) {
                int map = (tile / grid.tiles() * in.channels() + c) * (int) in.pixels();
                for (int p = i * in.height() / grid.rows(); p < (i + 1) * in.height() / grid.rows(); p++) {
                    for (int q = j * in.width() / grid.columns(); q < (j + 1) * in.width() / grid.columns(); q++) {
                        scores[tile] = Math.max(scores[tile], x[map + p * in.width() + q]);
                    }
                }
            }
        }
        List<Integer> best = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(tile -> -scores[tile]))
                .toList();
        double[] mask = new double[scores.length];
        Arrays.fill(mask, TileLayer.SKIPPED);
        IntStream.range(0, select.kept()).forEach(place -> mask[best.get(place)] = place);
        return mask;
    }

    private static double[] normalised(LayerNorm norm, float[] gain, float[] bias, Shape shape, double[] x) {
        int pixels = (int) shape.pixels();
        int channels = shape.channels();
        double[] y = new double[x.length];
        IntStream.range(0, shape.batch() * pixels).parallel().forEach(i -> {
            int first = i / pixels * channels * pixels + i % pixels;
            double mean = 0;
            for (int c = 0; c < channels; c++) {
                mean += x[first + c * pixels] / channels;
            }
            double variance = 0;
            for (int c = 0; c < channels; c++) {
                double deviation = x[first + c * pixels] - mean;
                variance += deviation * deviation / channels;
            }
            double scale = 1 / Math.sqrt(variance + norm.epsilon());
            for (int c = 0; c < channels; c++) {
                y[first + c * pixels] = (x[first + c * pixels] - mean) * scale * gain[c] + bias[c];
            }
        });
        return y;
    }

    private static void pooled(Pool pool, Shape in, double[] x, int map, Shape out, double[] y, int at) {
        for (int p = 0; p < out.height(); p++) {
            for (int q = 0; q < out.width(); q++) {
                y[at + p * out.width() + q] = pooled(pool, in, x, map, p * pool.stride(), q * pool.stride());
            }
        }
    }

    /** One window, whose first row and column are given without the padding. */
    private static double pooled(Pool pool, Shape in, double[] x, int map, int row, int column) {
        boolean isWhole = pool.kind() == Pool.Kind.GLOBAL;
        int top = row - pool.padding();
        int left = column - pool.padding();
        int bottom = Math.min(in.height(), isWhole ? in.height() : top + pool.kernel());
        int right = Math.min(in.width(), isWhole ? in.width() : left + pool.kernel());
        double maximum = Double.NEGATIVE_INFINITY;
        double sum = 0;
        int count = 0;
        for (int p = Math.max(0, top); p < bottom; p++) {
            for (int q = Math.max(0, left); q < right; q++) {
                double value = x[map + p * in.width() + q];
                maximum = Math.max(maximum, value);
                sum += pool.kind() == Pool.Kind.BLUR ? binomial(p - top) * binomial(q - left) * value : value;
                count++;
            }
        }
        return switch (pool.kind()) {
            case MAX -> maximum;
            case AVERAGE, GLOBAL -> sum / count;
            case BLUR -> sum;
        };
    }

    /** 1, 2, 1 over 4. */
    private static double binomial(int tap) {
        return tap == 1 ? 0.5 : 0.25;
    }
}

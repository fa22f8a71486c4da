package org.convmark.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.model.Activation;
import org.convmark.model.Affine;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.Conv.Bias;
import org.convmark.model.ElementWise;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.LayerNorm;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.Shift;

/**
 * A graph of any layers in any order on any map, with a way to run it: everything that the model allows, not only what networks
 * look like. Values may have several readers or none.
 *
 * @param weights seed of its parameters
 */
record RandomGraph(Graph graph, Fusion fusion, Algorithm algorithm, int workers, ScheduleOverride wish, long weights) {
    private static final int MOST_LAYERS = 12;
    private static final int[] CHANNELS = {1, 4, 8, 3, 7, 9, 16, 17, 24, 32, 33, 48, 64, 72, 80, 128};
    private static final int[] MAPS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 20, 25, 27, 28, 31, 45, 56};
    private static final List<ScheduleOverride> WISHES = List.of(
            ScheduleOverride.NONE,
            new ScheduleOverride(1, 0),
            new ScheduleOverride(2, 16),
            new ScheduleOverride(3, 0),
            new ScheduleOverride(4, 32),
            new ScheduleOverride(0, 64));

    /** Most multiply-adds of a graph: usually few, seldom many. */
    private static final long[] MACS = {50_000, 50_000, 50_000, 200_000, 200_000, 200_000, 1_000_000, 10_000_000};

    /**
     * The graph that results from these decisions.
     *
     * @param related whether it belongs to a family of graphs that have their palette in common
     */
    static RandomGraph of(Choices choices, boolean related) {
        Fusion fusion = choices.of(List.of(Fusion.values()));
        Algorithm algorithm = choices.of(List.of(Algorithm.values()));
        int workers = 1 + choices.below(3);
        ScheduleOverride wish = fusion == Fusion.BLOCK ? choices.of(WISHES) : ScheduleOverride.NONE;
        Palette palette = related ? Palette.ALL.shared(choices) : Palette.ALL;
        Shape shape = new Shape(
                1 + choices.below(3), choices.of(palette.channels), choices.of(MAPS), choices.of(palette.widths));
        Grower grower = new Grower(choices, palette, Graph.of(shape), MACS[choices.below(MACS.length)]);
        grower.layers(MOST_LAYERS);
        return new RandomGraph(grower.graph, fusion, algorithm, workers, fits(wish, grower.graph), choices.below(1000));
    }

    /** What a graph is made of. OpenCL kernels have all of this as constants. */
    private record Palette(List<Window> windows, int[] channels, int[] widths, List<Activation> activations) {
        static final Palette ALL = new Palette(Window.all(), CHANNELS, MAPS, List.of(Activation.values()));

        /** A part of it, with which the decisions that a family shares end. */
        Palette shared(Choices choices) {
            Palette part = new Palette(
                    List.of(choices.of(windows), choices.of(windows)),
                    IntStream.generate(() -> choices.of(channels)).limit(3).toArray(),
                    new int[] {choices.of(widths)},
                    List.of(choices.of(activations)));
            choices.differ();
            return part;
        }
    }

    /** The window of a convolution. */
    private record Window(int kernel, int stride, int dilation) {
        /** All windows, usual ones several times. */
        static List<Window> all() {
            return Stream.of(3, 1, 3, 2, 5, 7, 4)
                    .flatMap(kernel -> Stream.of(1, 1, 2, 3).flatMap(stride -> Stream.of(1, 1, 1, 2)
                            .map(dilation -> new Window(kernel, stride, dilation))))
                    .toList();
        }
    }

    /** Reduces a requested step to the rows of the block's map, because a larger one is refused. */
    private static ScheduleOverride fits(ScheduleOverride wish, Graph graph) {
        int rows = graph.nodes().stream()
                .mapToInt(node -> node.output().height())
                .reduce(graph.inputs().get(0).height(), Math::min);
        return new ScheduleOverride(Math.min(wish.step(), rows), wish.chunk());
    }

    /** Its layers in readable notation. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(graph.inputs().get(0) + " " + fusion + " " + algorithm + " " + workers
                + " workers, " + wish + ", weights " + weights);
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            text.append("\n  ")
                    .append(i + 1)
                    .append(" = ")
                    .append(node.layer())
                    .append(" of ")
                    .append(node.inputs());
            text.append(node.block() > 0 ? ", block " + node.block() : "")
                    .append(", ")
                    .append(node.output());
        }
        return text.append("\n  head ").append(graph.head()).toString();
    }

    /** Appends layers to a graph. */
    private static final class Grower {
        private final Choices choices;
        private final Palette palette;
        private final long macs;
        private Graph graph;

        /**
         * Values that the next layer may read: inside a block, the block's input and its own values; outside, all values that are
         * not internal to a block.
         */
        private List<Integer> readable = new ArrayList<>(List.of(0));

        private boolean inBlock;

        Grower(Choices choices, Palette palette, Graph graph, long macs) {
            this.choices = choices;
            this.palette = palette;
            this.graph = graph;
            this.macs = macs;
        }

        void layers(int most) {
            for (int i = 0; i < most && choices.below(8) > 0; i++) {
                Graph before = graph;
                List<Integer> known = List.copyOf(readable);
                try {
                    layer();
                } catch (IllegalArgumentException e) {
                    graph = before; // a window larger than the map, or the like: the model refuses it
                    readable = new ArrayList<>(known);
                }
                if (graph.cost().macs() > macs || graph.output().elements() > macs) {
                    graph = before;
                    readable = new ArrayList<>(known);
                }
            }
        }

        private void layer() {
            int kind = choices.below(inBlock ? 17 : 19);
            switch (kind) {
                case 0 -> then(new ElementWise.Activate(choices.of(palette.activations)));
                case 1, 2 -> then(conv(Conv.DENSE));
                case 3 -> then(pointwise());
                case 4 -> then(grouped());
                case 5 -> depthwise();
                case 6 -> then(new Affine.BatchNorm());
                case 7 -> add();
                case 8 -> then(new Affine.LayerScale());
                case 9 -> then(new LayerNorm(1e-6f));
                case 10 -> then(pool());
                case 11 -> concat();
                case 12 -> slice();
                case 13 -> then(new Route.Shuffle(divisor()));
                case 14 -> then(new Shift());
                case 15 -> gate();
                case 16 -> graph = graph.at(choices.of(readable));
                default -> block();
            }
        }

        private void then(Layer layer, int... others) {
            graph = graph.then(layer, others);
            readable.add(graph.head());
        }

        private Conv conv(int groupWidth) {
            return convolution(choices.of(palette.channels), groupWidth);
        }

        private Conv convolution(int channels, int groupWidth) {
            Window window = choices.of(palette.windows);
            int padding = choices.of((window.kernel - 1) / 2 * window.dilation, 0, 1, 2);
            return new Conv(channels, window.kernel, window.stride, window.dilation, padding, groupWidth, bias());
        }

        private Bias bias() {
            return Bias.values()[choices.below(2)];
        }

        private Conv pointwise() {
            return new Conv(choices.of(palette.channels), 1, choices.of(1, 1, 1, 2), 1, 0, Conv.DENSE, bias());
        }

        /** As many filters as channels, or a multiple. */
        private Conv grouped() {
            int width = divisor();
            int groups = graph.output().channels() / width;
            return convolution(groups * choices.of(width, 1, 2 * width, 3), width);
        }

        private void depthwise() {
            then(convolution(graph.output().channels(), 1));
        }

        /** A divisor of the number of channels. */
        private int divisor() {
            int channels = graph.output().channels();
            return choices.of(IntStream.rangeClosed(1, channels)
                    .filter(d -> channels % d == 0)
                    .toArray());
        }

        private void add() {
            then(
                    new ElementWise.Add(),
                    choices.of(readable.stream()
                            .filter(v -> graph.shape(v).equals(graph.output()))
                            .toList()));
        }

        private void concat() {
            Shape shape = graph.output();
            List<Integer> alike = readable.stream()
                    .filter(v -> graph.shape(v).withChannels(1).equals(shape.withChannels(1)))
                    .toList();
            int[] others = IntStream.range(0, 1 + choices.below(3))
                    .map(i -> choices.of(alike))
                    .toArray();
            then(new Route.Concat(), others);
        }

        private void slice() {
            int channels = graph.output().channels();
            int from = choices.below(channels);
            then(new Route.Slice(from, 1 + choices.below(channels - from)));
        }

        private Pool pool() {
            Pool.Kind kind = choices.of(List.of(Pool.Kind.values()));
            if (kind == Pool.Kind.GLOBAL) {
                return Pool.WHOLE_MAP;
            }
            int kernel = kind == Pool.Kind.BLUR ? 3 : choices.of(2, 3, 5);
            int padding = kind == Pool.Kind.BLUR ? 1 : choices.below((kernel + 1) / 2);
            return new Pool(kind, kernel, choices.of(1, 2, 3), padding, padding);
        }

        private void gate() {
            int gated = graph.head();
            int channels = graph.output().channels();
            then(Pool.WHOLE_MAP);
            then(new Conv(channels, 1, 1, 1, 0, Conv.DENSE, bias()));
            then(new ElementWise.Activate(Activation.SIGMOID));
            int gate = graph.head();
            graph = graph.at(gated);
            then(new ElementWise.Multiply(), gate);
        }

        /** Layers of which only the last one's result is read from outside. */
        private void block() {
            List<Integer> outside = readable;
            int last = graph.nodes().size();
            inBlock = true;
            int entry = graph.head();
            graph = graph.block(inside -> {
                graph = inside;
                readable = new ArrayList<>(List.of(entry));
                layers(MOST_LAYERS / 2);
                return graph;
            });
            inBlock = false;
            readable = outside;
            if (graph.nodes().size() > last) {
                graph = graph.at(graph.nodes().size());
                readable.add(graph.head());
            }
        }
    }
}

package org.convmark.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.model.Conv;
import org.convmark.model.Fused;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;
import org.convmark.model.Waterline;

/**
 * One kind of hardware: its tensors, and one kernel per layer kind. Compiling a graph to kernels is written once, here.
 *
 * <p>A tensor has a border of zeros on every side, as wide as the widest padding of the convolutions that read it; kernels write
 * only the inside.
 *
 * @param <T> a tensor of this backend
 * @param <K> what layers are lowered to: kernels, or kernels that can be parts of others
 */
public abstract class Backend<T, K extends Kernel> extends Lowering<T, K> implements Engine {
    private final Workers workers;

    /** @param workers threads that share the units of each kernel */
    protected Backend(Workers workers) {
        this.workers = workers;
    }

    /**
     * What a tensor needs from a memory that it shares with others.
     *
     * @param kind kind of memory
     * @param units number of units
     * @param unitBytes bytes of a unit; 0 if an engine outside this project lays tensors out
     */
    public record MemoryRequirement(Object kind, long units, long unitBytes) {}

    /** A tensor's shape and border; they say where its zeros are. */
    public record Layout(Shape shape, int border) {}

    /** Memory shared by tensors that are not alive at the same time. */
    public interface Arena<T> {
        /**
         * The tensor that starts at a unit.
         *
         * @param first a multiple of the tensor's own number of units if all tensors in this memory have the same number
         */
        T tensor(Layout layout, int first);
    }

    /** A tensor of zeros, border included. */
    protected abstract T allocate(Shape shape, int border);

    /**
     * A tensor of zeros for an input of a program.
     *
     * @param readers kernels that read it
     */
    protected T input(Shape shape, int border, List<Reader> readers) {
        return allocate(shape, border);
    }

    /**
     * What reads an input.
     *
     * @param conv the convolution that filters it; empty for other layers, and where an epilogue adds it
     * @param out shape of the result
     */
    public record Reader(Optional<Conv> conv, Shape out) {
        private static List<Reader> of(Graph graph, int value) {
            return graph.nodes().stream()
                    .filter(node -> node.inputs().contains(value))
                    .map(node -> new Reader(filter(node, value), node.output()))
                    .toList();
        }

        private static Optional<Conv> filter(Node node, int value) {
            if (node.layer().convolution().isPresent()) {
                return node.inputs().indexOf(value) == 0 ? node.layer().convolution() : Optional.empty();
            }
            if (!(node.layer() instanceof Fused fused) || !fused.isConvolution()) {
                return Optional.empty();
            }
            int inside = node.inputs().indexOf(value);
            Node first = fused.body().nodes().get(0);
            boolean filters = fused.body().nodes().stream()
                    .allMatch(inner -> inner.inputs().contains(inside) == (inner == first));
            return filters ? first.layer().convolution() : Optional.empty();
        }
    }

    /** What a tensor needs; here one tensor of its own layout. */
    protected MemoryRequirement need(Layout layout) {
        return new MemoryRequirement(layout, 1, 0);
    }

    /** A memory of zeros; here tensors of one layout. */
    protected Arena<T> arena(MemoryRequirement total) {
        Layout layout = (Layout) total.kind();
        List<T> tensors = Stream.generate(() -> allocate(layout.shape(), layout.border()))
                .limit(total.units())
                .toList();
        return (same, first) -> tensors.get(first);
    }

    /** A kernel that also clears the border of its result, where other tensors have left data. */
    protected Kernel clearing(Kernel producer, T out) {
        throw new UnsupportedOperationException(
                "tensors of this backend share memory only with tensors of the same layout");
    }

    /** Channel alignment at which part of a tensor can be viewed as a tensor; 0 if it cannot be viewed. */
    protected int channelAlignment() {
        return 0;
    }

    /**
     * Some channels of a tensor as a tensor; writing to one writes to the other.
     *
     * @param first a multiple of {@link #channelAlignment()}
     * @param channels a multiple of it too, or all remaining channels
     */
    protected T view(T whole, int first, int channels) {
        throw new UnsupportedOperationException("tensors of this backend cannot be viewed in part");
    }

    /**
     * Tiles of a map as a tensor.
     *
     * @param tensor whose images are the computed tiles; writing to it writes to the map
     * @param placing finds them in each pass
     */
    public record TileView<V>(V tensor, Kernel placing) {}

    /** Whether tiles of a tensor can be viewed as a tensor. */
    protected boolean viewsTiles() {
        return false;
    }

    /**
     * The computed tiles of a map whose border is as wide as their halo.
     *
     * @param shape of the tiles, halo included
     */
    protected TileView<T> tiles(T map, T mask, TileLayer.Grid grid, int halo, Shape shape) {
        throw new UnsupportedOperationException("tiles of tensors of this backend cannot be viewed");
    }

    /** Tiles without their halo. */
    protected T inside(T tiles, int halo) {
        throw new UnsupportedOperationException("tiles of tensors of this backend cannot be viewed");
    }

    /**
     * A gated convolution.
     *
     * @param choosing gathers the parameters of a pass
     * @param convolution computes with them
     */
    public record GatedKernel(Kernel choosing, Kernel convolution) {}

    /**
     * A convolution of channels that masks choose.
     *
     * @param inputs mask of its input, or null
     * @param outputs mask of its result, or null
     * @throws UnsupportedOperationException unless overridden
     */
    protected GatedKernel gated(GatedFilter filter, T inputs, T outputs, T in, T residual, T out) {
        throw noTiles();
    }

    /** Fills the inside of a tensor from batch x channel x row x column order. */
    protected abstract void write(T tensor, float[] values);

    /** The inside of a tensor in batch x channel x row x column order. */
    protected abstract float[] read(T tensor);

    /** How far kernels round the factors of a graph's products beyond floats, over their magnitude. */
    protected double operandError(Graph graph) {
        return 0;
    }

    /** Called once after the last kernel of a run has been started. */
    protected void finish() {}

    @Override
    public void close() {
        workers.close();
    }

    /** A program of one kernel without a result, such as a roof loop, whose work the workers share. */
    protected final Program program(Kernel kernel) {
        return new Program(List.of(new Program.Step("", kernel)), Optional.empty(), workers, this::finish, null, null);
    }

    /** The graph with its fused blocks cut into parts that this hardware runs as one kernel each. */
    protected Graph schedule(Graph graph) {
        return graph;
    }

    /** A convolution that is not part of another kernel; a backend may have faster ways to compute whole maps. */
    protected Kernel whole(FoldedConv folded, List<T> in, T out) {
        return convolution(folded, in, out);
    }

    /**
     * Several layers as one kernel.
     *
     * @param body the layers, convolutions with their epilogues
     * @throws UnsupportedOperationException unless overridden
     */
    protected Kernel block(Graph body, Weights weights, List<T> in, T out) {
        throw noBlocks();
    }

    /** Binds a kernel to every layer and reuses the memory of dead intermediates. */
    @Override
    public Program compile(Graph graph, Weights weights) {
        return compileScheduled(schedule(graph), weights);
    }

    /** A program of a graph whose fused blocks are one kernel each. */
    protected final Program compileScheduled(Graph graph, Weights weights) {
        return new Compilation(graph, weights).program();
    }

    /** Where this backend places the intermediates of a scheduled graph. */
    final MemoryPlan plan(Graph graph) {
        return plan(graph, aliasing(graph));
    }

    private BufferAliasing aliasing(Graph graph) {
        return new BufferAliasing(graph, channelAlignment(), viewsTiles());
    }

    /** Inputs and the result have memory of their own. */
    private MemoryPlan plan(Graph graph, BufferAliasing placement) {
        int[] borders = borders(graph, placement);
        int[] lastUses = placement.lastUses();
        int[] firstUses = placement.firstUses();
        List<MemoryPlan.LiveRange> tenants = new ArrayList<>();
        for (int v = graph.inputs().size(); v < lastUses.length; v++) {
            if (firstUses[v] >= 0 && v != placement.root(graph.head())) {
                Layout layout = new Layout(graph.shape(v), borders[v]);
                MemoryRequirement need = need(layout);
                tenants.add(new MemoryPlan.LiveRange(v, firstUses[v], lastUses[v], layout, need));
            }
        }
        return new MemoryPlan(tenants);
    }

    /** One compilation of a graph. */
    private final class Compilation {
        private final Graph graph;
        private final Weights weights;
        private final int first;
        private final BufferAliasing placement;
        private final int[] borders;
        private final MemoryPlan plan;
        private final Map<Object, Arena<T>> arenas = new HashMap<>();
        private final Map<Integer, T> values = new HashMap<>();
        private final Set<Integer> cleared = new HashSet<>();
        private final List<Program.Step> steps = new ArrayList<>();

        Compilation(Graph graph, Weights weights) {
            this.graph = graph;
            this.weights = weights;
            this.first = graph.inputs().size();
            this.placement = aliasing(graph);
            this.borders = borders(graph, placement);
            this.plan = plan(graph, placement);
            plan.needs().forEach(need -> arenas.put(need.kind(), arena(need)));
        }

        Program program() {
            for (int v = 0; v < first; v++) {
                write(value(v), weights.input(v));
            }
            for (int i = 0; i < graph.nodes().size(); i++) {
                Node node = graph.nodes().get(i);
                if (node.layer() instanceof Route route) {
                    move(route, first + i);
                } else if (placement.place(first + i) instanceof BufferAliasing.Tiles tiles
                        && tiles.whole() < first + i) {
                    value(first + i);
                } else {
                    List<T> in = node.inputs().stream().map(this::value).toList();
                    T out = value(first + i);
                    int v = first + i;
                    add(
                            v,
                            Gated.first(node)
                                    .map(gated -> gated(node, gated, in, out, v))
                                    .orElseGet(() -> kernel(node, in, out)));
                }
            }
            T result = value(graph.head());
            return new Program(
                    steps,
                    plan.bytes(),
                    operandError(graph),
                    workers,
                    Backend.this::finish,
                    () -> Backend.this.read(result),
                    fill -> {
                        float[] same = new float[(int) graph.output().elements()];
                        Arrays.fill(same, fill);
                        Backend.this.write(result, same);
                    });
        }

        /** Adds what gathers the parameters, and returns what computes with them. */
        private Kernel gated(Node node, Gated layer, List<T> in, T out, int v) {
            List<Integer> read = node.layer() instanceof Fused fused
                    ? fused.body().nodes().get(0).inputs()
                    : IntStream.range(0, in.size()).boxed().toList();
            FoldedConv whole = FoldedConv.of(node, weights);
            int channels = graph.shape(node.inputs().get(whole.source())).channels();
            GatedKernel made = Backend.this.gated(
                    GatedFilter.of(whole, channels),
                    layer.inputs() > 0 ? in.get(read.get(layer.inputMask())) : null,
                    layer.outputs() > 0 ? in.get(read.get(layer.outputMask())) : null,
                    in.get(whole.source()),
                    whole.residual(in),
                    out);
            steps.add(new Program.Step(label(v), made.choosing()));
            return made.convolution();
        }

        private Kernel kernel(Node node, List<T> in, T out) {
            if (node.layer().isConvolution()) {
                return whole(FoldedConv.of(node, weights), in, out);
            }
            return node.layer() instanceof Fused fused
                    ? block(fused.body(), weights, in, out)
                    : lower(node, graph.shapes(node), weights, in, out);
        }

        /** Moves channels that are not yet in place. */
        private void move(Route route, int v) {
            if (placement.isUnmade(v)) {
                return;
            }
            for (BufferAliasing.Move move : placement.moves(v)) {
                int channels = move.sources().length;
                T out = channels == graph.shape(v).channels() ? value(v) : view(value(v), move.first(), channels);
                List<T> in = move.inputs().stream().map(this::value).toList();
                add(v, route(route, move.sources(), in, out));
            }
        }

        /** Adds a kernel; the first one that writes to a tensor also clears its border where needed. */
        private void add(int v, Kernel kernel) {
            int root = placement.root(v);
            boolean clears = isShared(root) && borders[root] > 0 && cleared.add(root) && plan.isSpoiled(root);
            steps.add(new Program.Step(label(v), clears ? clearing(kernel, value(root)) : kernel));
        }

        private String label(int v) {
            return Waterline.label(graph, graph.nodes().get(v - first));
        }

        /** The tensor of a value, or its part of another tensor. */
        private T value(int v) {
            T known = values.get(v);
            if (known == null) {
                known = make(v, placement.place(v));
                values.put(v, known);
            }
            return known;
        }

        private T make(int v, BufferAliasing.Place place) {
            if (place instanceof BufferAliasing.Slice slice) {
                return view(value(slice.whole()), slice.first(), graph.shape(v).channels());
            }
            if (place instanceof BufferAliasing.Inside inside) {
                return inside(value(inside.whole()), inside.halo());
            }
            if (place instanceof BufferAliasing.Tiles tiles) {
                T map = value(tiles.whole());
                TileView<T> view = tiles(map, value(tiles.mask()), tiles.grid(), tiles.halo(), graph.shape(v));
                steps.add(new Program.Step(label(Math.max(v, tiles.whole())), view.placing()));
                return view.tensor();
            }
            Layout layout = new Layout(graph.shape(v), borders[v]);
            if (v < first) {
                return input(layout.shape(), layout.border(), Reader.of(graph, v));
            }
            return isShared(v)
                    ? arenas.get(need(layout).kind()).tensor(layout, plan.first(v))
                    : allocate(layout.shape(), layout.border());
        }

        private boolean isShared(int root) {
            return root >= first && root != placement.root(graph.head());
        }
    }

    /** For each value with its own tensor, the widest padding among all readers of any part of it. */
    private static int[] borders(Graph graph, BufferAliasing placement) {
        int[] paddings = graph.paddings();
        int[] borders = new int[paddings.length];
        for (int v = 0; v < paddings.length; v++) {
            int root = placement.root(v);
            borders[root] = Math.max(borders[root], Math.max(paddings[v], placement.halo(v)));
        }
        return borders;
    }
}

package org.convmark.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Shape;

/**
 * One kind of hardware: how it holds a tensor, and one kernel per layer kind. Compiling a graph to kernels is written
 * once, here.
 *
 * <p>A tensor has a border of zeros on every side, as wide as the widest padding of the convolutions that read it;
 * kernels write the inside only.
 *
 * @param <T> a tensor of this backend
 */
public abstract class Backend<T> extends Lowering<T, Kernel> implements Engine {
    private final Workers workers;

    /** @param workers threads that share the units of each kernel */
    protected Backend(Workers workers) {
        this.workers = workers;
    }

    /** A tensor of zeros, border included. */
    protected abstract T allocate(Shape shape, int border);

    /** Channels at whose multiples a part of a tensor can be viewed as a tensor; 0 if it cannot. */
    protected int grain() {
        return 0;
    }

    /**
     * Some channels of a tensor as a tensor; writing one writes the other.
     *
     * @param first a multiple of {@link #grain()}
     * @param channels a multiple of it too, or all that follow
     */
    protected T view(T whole, int first, int channels) {
        throw new UnsupportedOperationException("tensors of this backend have no parts");
    }

    /** Fills the inside of a tensor from batch x channel x row x column order. */
    protected abstract void write(T tensor, float[] values);

    /** The inside of a tensor in batch x channel x row x column order. */
    protected abstract float[] read(T tensor);

    /** Called once after the last kernel of a run has been started. */
    protected void finish() {}

    @Override
    public void close() {
        workers.close();
    }

    /** A program of one kernel that has no result, such as a roof loop, whose size the workers share. */
    protected final Program program(Kernel kernel) {
        return new Program(List.of(kernel), workers, this::finish, null, null);
    }

    /** The graph with its fused blocks cut into what this hardware runs as one kernel. */
    protected Graph schedule(Graph graph) {
        return graph;
    }

    /** Binds a kernel to every layer, reusing the buffers of dead intermediates. */
    @Override
    public Program compile(Graph graph, Weights weights) {
        return new Compilation(schedule(graph), weights).program();
    }

    /** One run of the compiler over a graph. */
    private final class Compilation {
        private record Key(Shape shape, int border) {}

        private final Graph graph;
        private final Weights weights;
        private final int first;
        private final Placement placement;
        private final int[] borders;
        private final int[] lastUses;
        private final Map<Integer, T> values = new HashMap<>();
        private final Map<Key, List<T>> free = new HashMap<>();
        private final List<Kernel> kernels = new ArrayList<>();

        Compilation(Graph graph, Weights weights) {
            this.graph = graph;
            this.weights = weights;
            this.first = graph.inputs().size();
            this.placement = new Placement(graph, grain());
            this.borders = borders(graph, placement);
            this.lastUses = placement.lastUses();
        }

        Program program() {
            for (int v = 0; v < first; v++) {
                write(value(v), weights.input(v));
            }
            for (int i = 0; i < graph.nodes().size(); i++) {
                Node node = graph.nodes().get(i);
                if (node.layer() instanceof Layer.Route route) {
                    move(route, first + i);
                } else {
                    List<T> in = node.inputs().stream().map(this::value).toList();
                    kernels.add(lower(node, graph.shapes(node), weights, in, value(first + i)));
                }
                free(i);
            }
            T result = value(graph.head());
            return new Program(kernels, workers, Backend.this::finish, () -> Backend.this.read(result), fill -> {
                float[] same = new float[(int) graph.output().elements()];
                Arrays.fill(same, fill);
                Backend.this.write(result, same);
            });
        }

        /** Moves what does not lie in its place already. */
        private void move(Layer.Route route, int v) {
            if (placement.isUnmade(v)) {
                return;
            }
            for (Placement.Move move : placement.moves(v)) {
                int channels = move.sources().length;
                T out = channels == graph.shape(v).channels() ? value(v) : view(value(v), move.first(), channels);
                List<T> in = move.inputs().stream().map(this::value).toList();
                kernels.add(route(route, move.sources(), in, out));
            }
        }

        /** The tensor of a value, or its part of another's. */
        private T value(int v) {
            T known = values.get(v);
            if (known == null) {
                Placement.Place place = placement.place(v);
                known = place == null
                        ? take(key(v))
                        : view(
                                value(place.whole()),
                                place.first(),
                                graph.shape(v).channels());
                values.put(v, known);
            }
            return known;
        }

        private Key key(int v) {
            return new Key(graph.shape(v), borders[placement.root(v)]);
        }

        private T take(Key key) {
            List<T> same = free.getOrDefault(key, List.of());
            return same.isEmpty() ? allocate(key.shape(), key.border()) : same.remove(same.size() - 1);
        }

        /** Tensors that nothing after node i needs are free for others. */
        private void free(int i) {
            for (int v = first; v <= first + i; v++) {
                if (lastUses[v] == i && v != placement.root(graph.head())) {
                    free.computeIfAbsent(key(v), k -> new ArrayList<>()).add(value(v));
                }
            }
        }
    }

    /** For each value with a tensor of its own the widest padding of whatever reads a part of it. */
    private static int[] borders(Graph graph, Placement placement) {
        int[] borders = new int[graph.inputs().size() + graph.nodes().size()];
        for (Node node : graph.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                int root = placement.root(node.inputs().get(i));
                borders[root] = Math.max(borders[root], node.layer().reach(i).before());
            }
        }
        return borders;
    }
}

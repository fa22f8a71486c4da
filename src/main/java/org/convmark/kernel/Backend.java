package org.convmark.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.RoofLoop;
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

    /** Fills the inside of a tensor from batch x channel x row x column order. */
    protected abstract void write(T tensor, float[] values);

    /** The inside of a tensor in batch x channel x row x column order. */
    protected abstract float[] read(T tensor);

    /** A loop whose speed is a roof of this backend; its size is shared by the workers. */
    protected abstract Kernel roof(RoofLoop loop, long size);

    /** Called once after the last kernel of a run has been started. */
    protected void finish() {}

    @Override
    public void close() {
        workers.close();
    }

    @Override
    public final Program compile(RoofLoop loop, long size) {
        return new Program(List.of(roof(loop, size)), workers, this::finish, null, null);
    }

    /** Binds a kernel to every layer, reusing the buffers of dead intermediates. */
    @Override
    public Program compile(Graph graph, Weights weights) {
        return new Compilation(graph, weights).program();
    }

    /** One run of the compiler over a graph. */
    private final class Compilation {
        private record Key(Shape shape, int border) {}

        private final Graph graph;
        private final Weights weights;
        private final int first;
        private final int[] borders;
        private final int[] lastUses;
        private final List<T> values = new ArrayList<>();
        private final Map<Key, List<T>> free = new HashMap<>();
        private final List<Kernel> kernels = new ArrayList<>();

        Compilation(Graph graph, Weights weights) {
            this.graph = graph;
            this.weights = weights;
            this.first = graph.inputs().size();
            this.borders = borders(graph);
            this.lastUses = graph.lastUses();
        }

        Program program() {
            for (int v = 0; v < first; v++) {
                values.add(allocate(graph.inputs().get(v), borders[v]));
                write(values.get(v), weights.input(v));
            }
            for (int i = 0; i < graph.nodes().size(); i++) {
                Node node = graph.nodes().get(i);
                int value = first + i;
                T out = take(new Key(node.output(), borders[value]));
                values.add(out);
                kernels.add(lower(
                        node,
                        graph.shapes(node),
                        weights,
                        node.inputs().stream().map(values::get).toList(),
                        out));
                int now = i;
                node.inputs().stream()
                        .distinct()
                        .filter(v -> v >= first && v != graph.head() && lastUses[v] == now)
                        .forEach(v -> give(new Key(graph.shape(v), borders[v]), values.get(v)));
            }
            T result = values.get(graph.head());
            return new Program(kernels, workers, Backend.this::finish, () -> Backend.this.read(result), fill -> {
                float[] same = new float[(int) graph.output().elements()];
                Arrays.fill(same, fill);
                Backend.this.write(result, same);
            });
        }

        private T take(Key key) {
            List<T> same = free.getOrDefault(key, List.of());
            return same.isEmpty() ? allocate(key.shape(), key.border()) : same.remove(same.size() - 1);
        }

        private void give(Key key, T tensor) {
            free.computeIfAbsent(key, k -> new ArrayList<>()).add(tensor);
        }
    }

    /** For each value the widest padding of the convolutions that read it. */
    private static int[] borders(Graph graph) {
        int[] borders = new int[graph.inputs().size() + graph.nodes().size()];
        for (Node node : graph.nodes()) {
            Node reader =
                    node.layer() instanceof Layer.Fused f ? f.body().nodes().get(0) : node;
            int padding = reader.layer() instanceof Layer.Conv conv
                    ? conv.padding()
                    : reader.layer() instanceof Layer.Pool pool ? pool.padding() : 0;
            int value = reader == node
                    ? node.inputs().get(0)
                    : node.inputs().get(reader.inputs().get(0));
            borders[value] = Math.max(borders[value], padding);
        }
        return borders;
    }
}

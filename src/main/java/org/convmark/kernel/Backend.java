package org.convmark.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.convmark.model.Activation;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.RoofLoop;
import org.convmark.model.Shape;

/**
 * One kind of hardware: how it holds a tensor, and one kernel per layer kind. Compiling a graph is written once, here,
 * and is the only place where layer kinds are told apart: a backend that misses one does not compile.
 *
 * <p>A tensor has a border of zeros on every side, as wide as the widest padding of the convolutions that read it;
 * kernels write the inside only.
 *
 * @param <T> a tensor of this backend
 */
public abstract class Backend<T> implements AutoCloseable {
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

    /**
     * Convolution.
     *
     * @param filter output channel x channel in group x row x column, scales folded in
     * @param bias one per output channel, zeros where there is none
     * @param residual tensor to add, of the shape of out, or null
     */
    protected abstract Kernel conv(
            Layer.Conv conv, Epilogue epilogue, float[] filter, float[] bias, T in, T residual, T out);

    /** x * scale + shift per channel. */
    protected abstract Kernel affine(float[] scale, float[] shift, T in, T out);

    /** Normalisation over channels, then * gain + bias. */
    protected abstract Kernel layerNorm(float epsilon, float[] gain, float[] bias, T in, T out);

    /** Element-wise activation. */
    protected abstract Kernel activate(Activation function, T in, T out);

    /** Sum of two tensors. */
    protected abstract Kernel add(T a, T b, T out);

    /** Product with one value per channel. */
    protected abstract Kernel multiply(T in, T gate, T out);

    /** Output channel c is channel sources[c] of the concatenation of all inputs. */
    protected abstract Kernel route(int[] sources, List<T> in, T out);

    /** Window reduction. */
    protected abstract Kernel pool(Layer.Pool pool, T in, T out);

    /** A loop whose speed is a roof of this backend; its size is shared by the workers. */
    protected abstract Kernel roof(RoofLoop loop, long size);

    /** Called once after the last kernel of a run has been started. */
    protected void finish() {}

    /** One line that says what runs here: species or device. */
    public abstract String describe();

    /** Frees everything; the backend and its programs must not be used afterwards. */
    @Override
    public void close() {
        workers.close();
    }

    /** A program that runs a roof loop. */
    public final Program compile(RoofLoop loop, long size) {
        return new Program(List.of(roof(loop, size)), workers, this::finish, null, null);
    }

    /**
     * Binds a kernel to every layer, reusing the buffers of dead intermediates.
     *
     * @param graph what to run, fused or not
     * @param weights parameters and input, made from the same graph before it was fused
     * @throws UnsupportedOperationException if the graph holds a fused kernel that this backend does not run
     */
    public final Program compile(Graph graph, Weights weights) {
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
                kernels.add(bind(node, node.inputs().stream().map(values::get).toList(), out));
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

        private Kernel bind(Node node, List<T> in, T out) {
            Layer layer = node.layer();
            List<Shape> shapes = graph.shapes(node);
            if (layer instanceof Layer.Conv conv) {
                Folded folded = new Folded(weights, node, conv);
                return Backend.this.conv(conv, Epilogue.NONE, folded.filter, folded.bias, in.get(0), null, out);
            } else if (layer instanceof Layer.Affine) {
                return affine(weights.scale(node), weights.shift(node), in.get(0), out);
            } else if (layer instanceof Layer.LayerNorm norm) {
                return layerNorm(norm.epsilon(), weights.scale(node), weights.shift(node), in.get(0), out);
            } else if (layer instanceof Layer.Activate activate) {
                return activate(activate.function(), in.get(0), out);
            } else if (layer instanceof Layer.Add) {
                return add(in.get(0), in.get(1), out);
            } else if (layer instanceof Layer.Multiply) {
                return multiply(in.get(0), in.get(1), out);
            } else if (layer instanceof Layer.Route route) {
                return route(route.sources(shapes), in, out);
            } else if (layer instanceof Layer.Pool pool) {
                return pool(pool, in.get(0), out);
            } else if (layer instanceof Layer.Fused fused) {
                return fused(fused.body(), in, out);
            }
            throw new IllegalStateException("no kernel for " + layer);
        }

        /** A convolution with all that follows it: the one form of fused kernel that every backend runs. */
        private Kernel fused(Graph body, List<T> in, T out) {
            if (!(body.nodes().get(0).layer() instanceof Layer.Conv conv) || isBlock(body)) {
                throw new UnsupportedOperationException(
                        "fusion BLOCK is modelled but not run yet: choose fusion=NONE or fusion=EPILOGUE");
            }
            Folded folded = new Folded(weights, body.nodes().get(0), conv);
            T residual = null;
            Activation before = null;
            Activation after = null;
            for (Node node : body.nodes().subList(1, body.nodes().size())) {
                if (node.layer() instanceof Layer.Affine) {
                    folded.scale(weights.scale(node), weights.shift(node));
                } else if (node.layer() instanceof Layer.Activate activate) {
                    after = activate.function();
                } else if (node.layer() instanceof Layer.Add) {
                    int other = node.inputs().stream()
                            .filter(v -> v < body.inputs().size())
                            .findFirst()
                            .orElseThrow();
                    residual = in.get(other);
                    before = after;
                    after = null;
                }
            }
            T source = in.get(body.nodes().get(0).inputs().get(0));
            return Backend.this.conv(
                    conv, new Epilogue(before, after), folded.filter, folded.bias, source, residual, out);
        }

        private boolean isBlock(Graph body) {
            return body.nodes().stream()
                    .skip(1)
                    .anyMatch(n -> !(n.layer() instanceof Layer.Affine
                            || n.layer() instanceof Layer.Activate
                            || n.layer() instanceof Layer.Add));
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

    /** Filter and bias of a convolution with the affine layers behind it multiplied in. */
    private static final class Folded {
        final float[] filter;
        final float[] bias;

        Folded(Weights weights, Node node, Layer.Conv conv) {
            this.filter = weights.filter(node);
            this.bias = conv.bias() == Layer.Bias.YES ? weights.shift(node) : new float[conv.outChannels()];
        }

        void scale(float[] scale, float[] shift) {
            int taps = filter.length / bias.length;
            for (int c = 0; c < bias.length; c++) {
                for (int t = 0; t < taps; t++) {
                    filter[c * taps + t] *= scale[c];
                }
                bias[c] = bias[c] * scale[c] + shift[c];
            }
        }
    }
}

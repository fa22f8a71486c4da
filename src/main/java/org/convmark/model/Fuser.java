package org.convmark.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.convmark.model.Graph.Node;

/** Rewrites graphs so that groups of layers become single kernels. */
public final class Fuser {
    private Fuser() {}

    /**
     * Convolutions absorb the layers after them as far as an {@link Epilogue} takes them. A result with another reader ends the
     * chain.
     */
    public static Graph epilogues(Graph graph) {
        List<List<Integer>> chains = new ArrayList<>();
        boolean[] taken = new boolean[graph.nodes().size()];
        for (int i = 0; i < taken.length; i++) {
            if (!taken[i] && graph.nodes().get(i).layer().convolution().isPresent()) {
                List<Integer> chain = chain(graph, i, taken);
                if (chain.size() > 1) {
                    chains.add(chain);
                    chain.forEach(n -> taken[n] = true);
                }
            }
        }
        return group(graph, chains);
    }

    private static List<Integer> chain(Graph graph, int conv, boolean[] taken) {
        int first = graph.inputs().size();
        List<Integer> chain = new ArrayList<>(List.of(conv));
        Epilogue epilogue = new Epilogue();
        for (int last = conv; ; ) {
            int next = onlyReader(graph, first + last);
            if (next < 0
                    || taken[next]
                    || graph.nodes().get(next).block()
                            != graph.nodes().get(conv).block()
                    || !epilogue.takes(graph.nodes().get(next).layer())) {
                return chain;
            }
            chain.add(next);
            last = next;
        }
    }

    /** The one node that reads a value exactly once, or -1. */
    private static int onlyReader(Graph graph, int value) {
        int reader = -1;
        for (int i = 0; i < graph.nodes().size(); i++) {
            for (int v : graph.nodes().get(i).inputs()) {
                if (v == value && reader >= 0) {
                    return -1;
                }
                reader = v == value ? i : reader;
            }
        }
        return value == graph.head() ? -1 : reader;
    }

    /** Every residual block becomes one kernel; layers outside blocks get epilogues. */
    static Graph blocks(Graph graph) {
        Map<Integer, List<Integer>> byBlock = new LinkedHashMap<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            int block = graph.nodes().get(i).block();
            if (block > 0) {
                byBlock.computeIfAbsent(block, b -> new ArrayList<>()).add(i);
            }
        }
        return epilogues(group(graph, byBlock.values()));
    }

    /** Replaces every fused block by the nodes that a function makes of its body. */
    public static Graph inline(Graph graph, UnaryOperator<Graph> form) {
        Copy copy = new Copy(graph);
        for (Node node : graph.nodes()) {
            if (node.layer() instanceof Fused fused && !fused.isConvolution()) {
                copy.values.add(copy.append(form.apply(fused.body()), copy.inputs(node)));
            } else {
                copy.values.add(copy.append(node));
            }
        }
        return copy.graph();
    }

    /** The same, with layers numbered in their order, as if the graph had never been part of another. */
    public static Graph renumbered(Graph graph) {
        return renumbered(graph, new AtomicInteger());
    }

    private static Graph renumbered(Graph graph, AtomicInteger next) {
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            Layer layer =
                    node.layer() instanceof Fused fused ? new Fused(renumbered(fused.body(), next)) : node.layer();
            int id = layer instanceof Fused ? next.get() - 1 : next.getAndIncrement();
            nodes.add(new Node(id, layer, node.inputs(), node.output(), node.block()));
        }
        return new Graph(graph.inputs(), nodes, graph.head());
    }

    /** Replaces every fused node by its layers. */
    public static Graph layers(Graph graph) {
        Copy copy = new Copy(graph);
        for (Node node : graph.nodes()) {
            copy.values.add(
                    node.layer() instanceof Fused fused
                            ? copy.append(layers(fused.body()), copy.inputs(node))
                            : copy.append(node));
        }
        return copy.graph();
    }

    /**
     * Replaces each group of nodes by one fused node in the position of its last member. Only the value of the last member may be
     * read outside the group.
     */
    public static Graph group(Graph graph, Collection<List<Integer>> groups) {
        Map<Integer, List<Integer>> byLast = new HashMap<>();
        Set<Integer> others = new HashSet<>();
        for (List<Integer> members : groups) {
            int last = members.size() - 1;
            byLast.put(members.get(last), members);
            others.addAll(members.subList(0, last));
        }
        Copy copy = new Copy(graph);
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = byLast.containsKey(i)
                    ? fuse(graph, byLast.get(i))
                    : graph.nodes().get(i);
            copy.values.add(others.contains(i) ? null : copy.append(node));
        }
        return copy.graph();
    }

    /** A graph in the making from the nodes of another. */
    private static final class Copy {
        private final Graph from;
        private final List<Node> nodes = new ArrayList<>();

        /** By value of the other graph, what it is here. */
        private final List<Integer> values = new ArrayList<>();

        Copy(Graph from) {
            this.from = from;
            IntStream.range(0, from.inputs().size()).forEach(values::add);
        }

        List<Integer> inputs(Node node) {
            return node.inputs().stream().map(values::get).toList();
        }

        /** Appends a node of the other graph; returns its value. */
        int append(Node node) {
            return append(node, inputs(node));
        }

        private int append(Node node, List<Integer> inputs) {
            nodes.add(new Node(node.id(), node.layer(), inputs, node.output(), node.block()));
            return from.inputs().size() + nodes.size() - 1;
        }

        /** Appends the nodes of a body whose inputs are these values; returns the value of its head. */
        int append(Graph body, List<Integer> inputs) {
            List<Integer> inside = new ArrayList<>(inputs);
            for (Node node : body.nodes()) {
                inside.add(append(node, node.inputs().stream().map(inside::get).toList()));
            }
            return inside.get(body.head());
        }

        Graph graph() {
            return new Graph(from.inputs(), nodes, values.get(from.head()));
        }
    }

    /** One fused node, still in the numbering of the graph; its body holds the members that the last one needs. */
    public static Node fuse(Graph graph, List<Integer> all) {
        int first = graph.inputs().size();
        List<Integer> members = needed(graph, all);
        TreeSet<Integer> external = new TreeSet<>();
        members.forEach(m -> external.addAll(graph.nodes().get(m).inputs()));
        members.forEach(m -> external.remove(first + m));
        List<Integer> inputs = List.copyOf(external);
        Map<Integer, Integer> inner = new HashMap<>();
        inputs.forEach(v -> inner.put(v, inner.size()));
        List<Node> body = new ArrayList<>();
        for (int m : members) {
            Node node = graph.nodes().get(m);
            body.add(new Node(
                    node.id(),
                    node.layer(),
                    node.inputs().stream().map(inner::get).toList(),
                    node.output(),
                    0));
            inner.put(first + m, inputs.size() + body.size() - 1);
        }
        Node last = graph.nodes().get(members.get(members.size() - 1));
        Graph sub = new Graph(inputs.stream().map(graph::shape).toList(), body, inputs.size() + body.size() - 1);
        return new Node(last.id(), new Fused(sub), inputs, last.output(), last.block());
    }

    /** The last of some nodes, with those of them that it depends on. */
    private static List<Integer> needed(Graph graph, List<Integer> members) {
        int first = graph.inputs().size();
        Set<Integer> read = new HashSet<>(Set.of(first + members.get(members.size() - 1)));
        List<Integer> needed = new ArrayList<>();
        for (int i = members.size() - 1; i >= 0; i--) {
            if (read.contains(first + members.get(i))) {
                read.addAll(graph.nodes().get(members.get(i)).inputs());
                needed.add(0, members.get(i));
            }
        }
        return needed;
    }
}

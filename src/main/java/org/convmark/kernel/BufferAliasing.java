package org.convmark.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Route;
import org.convmark.model.TileLayer;
import org.convmark.model.TileLayer.Grid;

/**
 * Where the values of a fused graph lie, so that routes and the layers of tiles copy little. A value that is part of a concatenation is computed in place
 * there. A slice is a view. A route that only other routes read is never computed; they read its sources. All other channels are
 * copied once. Computed tiles are a view of the map from which they are gathered or to which they are scattered, and of the tiles with
 * a halo that are exchanged. In an unfused graph every route is a kernel, as in an eager framework.
 */
final class BufferAliasing {
    /** A part of another value's tensor. */
    sealed interface Place {
        /** The other value. */
        int whole();
    }

    /**
     * Some channels.
     *
     * @param first channel of the whole at which the part starts
     */
    record Slice(int whole, int first) implements Place {}

    /**
     * The computed tiles of a map.
     *
     * @param mask value that says which these are
     * @param halo pixels around each
     */
    record Tiles(int whole, int mask, Grid grid, int halo) implements Place {}

    /** All but the pixels around a tile. */
    record Inside(int whole, int halo) implements Place {}

    /** A channel of a value that is itself computed. */
    private record Origin(int value, int channel) {}

    /**
     * Channels of a route's result that a kernel must copy.
     *
     * @param first the first of them
     * @param sources for each its index in the concatenation of the inputs
     */
    record Move(int first, int[] sources, List<Integer> inputs) {}

    private final Graph graph;
    private final int channelAlignment;
    private final int inputs;
    private final int[] paddings;

    /** For each value, its part of another, or null if it has a tensor of its own. */
    private final Place[] places;

    /** For each value of a route, the origins of its channels; null for others. */
    private final List<Origin[]> origins = new ArrayList<>();

    private final boolean[] unmade;

    /**
     * @param channelAlignment channel alignment at which a tensor can be viewed, 0 if it cannot
     * @param viewsTiles whether tiles of a tensor can be viewed
     */
    BufferAliasing(Graph graph, int channelAlignment, boolean viewsTiles) {
        this.graph = graph;
        this.inputs = graph.inputs().size();
        this.channelAlignment = graph.isFused() ? channelAlignment : 0;
        int values = inputs + graph.nodes().size();
        this.paddings = graph.paddings();
        this.places = new Place[values];
        this.unmade = new boolean[values];
        for (int v = 0; v < values; v++) {
            origins.add(isRoute(v) ? origins(node(v)) : null);
            unmade[v] = this.channelAlignment > 0 && isRoute(v) && onlyRoutesRead(v);
            if (this.channelAlignment > 0 && isRoute(v) && !unmade[v]) {
                settle(v);
            }
            if (viewsTiles && graph.isFused() && v >= inputs && node(v).layer() instanceof TileLayer layer) {
                settle(v, layer);
            }
        }
    }

    /** Places tiles that fill their map; what reads them sees no zeros around them, so it must not have padding. */
    private void settle(int v, TileLayer layer) {
        List<Integer> read = node(v).inputs();
        if (layer instanceof TileLayer.Gather gather
                && gather.grid().isFilled()
                && v != graph.head()
                && paddings[v] == 0) {
            places[v] = new Tiles(read.get(0), read.get(1), gather.grid(), gather.halo());
        } else if (layer instanceof TileLayer.Exchange exchange
                && exchange.grid().isFilled()
                && isFree(read.get(0))) {
            places[read.get(0)] = new Inside(v, exchange.halo());
        } else if (layer instanceof TileLayer.Scatter scatter
                && scatter.grid().isFilled()
                && isFree(read.get(2))
                && read.get(1) < read.get(2)) {
            places[read.get(2)] = new Tiles(v, read.get(1), scatter.grid(), 0);
        }
    }

    /** Whether a value can be computed in place in another. */
    private boolean isFree(int v) {
        return v >= inputs && v != graph.head() && places[v] == null && paddings[v] == 0 && !isRoute(v);
    }

    private Node node(int v) {
        return graph.nodes().get(v - inputs);
    }

    private boolean isRoute(int v) {
        return v >= inputs && node(v).layer() instanceof Route;
    }

    /** A shuffle is always computed: reading through a permutation of a permutation is slower than computing both. */
    private boolean onlyRoutesRead(int v) {
        return v != graph.head()
                && !(node(v).layer() instanceof Route.Shuffle)
                && graph.nodes().stream()
                        .filter(reader -> reader.inputs().contains(v))
                        .allMatch(reader -> reader.layer() instanceof Route);
    }

    private Origin[] origins(Node node) {
        List<Origin> all = new ArrayList<>();
        for (int v : node.inputs()) {
            if (unmade[v]) {
                all.addAll(Arrays.asList(origins.get(v)));
            } else {
                for (int c = 0; c < graph.shape(v).channels(); c++) {
                    all.add(new Origin(v, c));
                }
            }
        }
        int[] sources = ((Route) node.layer()).sources(graph.shapes(node));
        return Arrays.stream(sources).mapToObj(all::get).toArray(Origin[]::new);
    }

    /**
     * Makes a route a view of its sources, or its sources views of it, where channel alignment allows. The graph's result is
     * never a view of an input: overwriting one would change the other.
     */
    private void settle(int v) {
        Origin[] of = origins.get(v);
        boolean overInput = v == graph.head() && root(of[0].value) < inputs;
        if (run(of, 0) == of.length && fits(of[0].channel, of.length, of[0].value) && !overInput) {
            places[v] = new Slice(of[0].value, of[0].channel);
            return;
        }
        for (int c = 0; c < of.length; c += run(of, c)) {
            int part = of[c].value;
            boolean whole =
                    of[c].channel == 0 && run(of, c) == graph.shape(part).channels();
            if (whole && part >= inputs && part != graph.head() && places[part] == null && fits(c, run(of, c), v)) {
                places[part] = new Slice(v, c);
            }
        }
    }

    /** Channels from c on that are contiguous in one value. */
    private static int run(Origin[] of, int c) {
        int length = 1;
        while (c + length < of.length && of[c + length].equals(new Origin(of[c].value, of[c].channel + length))) {
            length++;
        }
        return length;
    }

    private boolean fits(int first, int channels, int whole) {
        return first % channelAlignment == 0
                && (channels % channelAlignment == 0
                        || first + channels == graph.shape(whole).channels());
    }

    /** Pixels around the map of a value that tiles of it need. */
    int halo(int v) {
        return places[v] instanceof Tiles tiles ? tiles.halo : 0;
    }

    /** Whether a value is never computed. */
    boolean isUnmade(int v) {
        return unmade[v];
    }

    /** Where a value lies in another, or null. */
    Place place(int value) {
        return places[value];
    }

    /** The value whose tensor holds this one. */
    int root(int v) {
        return places[v] == null ? v : root(places[v].whole());
    }

    /** For each value with its own tensor, the last node that reads or writes any part of it; -1 if none does. */
    int[] lastUses() {
        int[] last = new int[places.length];
        Arrays.fill(last, -1);
        for (int i = 0; i < graph.nodes().size(); i++) {
            if (!unmade[inputs + i]) {
                last[root(inputs + i)] = i;
                for (int v : reads(inputs + i)) {
                    last[root(v)] = i;
                }
            }
        }
        return last;
    }

    /** For each value with its own tensor, the first node that writes any part of it; -1 for others. */
    int[] firstUses() {
        int[] firsts = new int[places.length];
        Arrays.fill(firsts, -1);
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            if (!unmade[inputs + i]) {
                firsts[root(inputs + i)] = i;
            }
        }
        return firsts;
    }

    private List<Integer> reads(int v) {
        return isRoute(v)
                ? Arrays.stream(origins.get(v)).map(Origin::value).distinct().toList()
                : node(v).inputs();
    }

    /** What remains to be copied for the value of a route. */
    List<Move> moves(int v) {
        Origin[] of = origins.get(v);
        List<Move> moves = new ArrayList<>();
        int from = 0;
        for (int c = 0; c < of.length; c += run(of, c)) {
            boolean there = new Slice(v, c).equals(places[of[c].value])
                    || places[v] != null && places[v].whole() == of[c].value;
            if (there) {
                addMove(moves, of, from, c);
                from = c + run(of, c);
            }
        }
        addMove(moves, of, from, of.length);
        return moves;
    }

    private void addMove(List<Move> moves, Origin[] of, int from, int to) {
        if (from == to) {
            return;
        }
        Map<Integer, Integer> starts = new LinkedHashMap<>();
        int channels = 0;
        for (int c = from; c < to; c++) {
            if (starts.putIfAbsent(of[c].value, channels) == null) {
                channels += graph.shape(of[c].value).channels();
            }
        }
        int[] sources = new int[to - from];
        for (int c = from; c < to; c++) {
            sources[c - from] = starts.get(of[c].value) + of[c].channel;
        }
        moves.add(new Move(from, sources, List.copyOf(starts.keySet())));
    }
}

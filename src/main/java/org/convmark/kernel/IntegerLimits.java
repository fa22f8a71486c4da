package org.convmark.kernel;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.convmark.model.Affine;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.LayerNorm;
import org.convmark.model.LayerVisitor;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.Shift;
import org.convmark.model.TileLayer;

/**
 * How large integer parameters may be, and how many weights of a filter other than zero, so that floats compute a graph exactly. A float
 * holds every multiple of a power of two up to 2^24 times that power, so all orders of summation agree if the magnitudes of a sum's terms
 * add up to no more. The bounds are those of the worst case and do not depend on the numbers that are drawn. Where they leave too little
 * room for full filters, every layer gets a part in proportion to what it would need; where they leave none, filters are zero.
 */
final class IntegerLimits {
    private static final int INPUT = 3;
    private static final int SCALE = 2;
    private static final int SHIFT = 3;
    private static final int GATE = 16;

    /** Bits of a float's significand. */
    private static final int FLOAT_BITS = 24;

    /** Floats hold every integer up to this one. */
    static final int MOST = 1 << FLOAT_BITS;

    /** A layer with parameters does not read values with more bits behind the point. */
    private static final int MOST_BITS = FLOAT_BITS / 2;

    /** Limits below this one are not handed on to what a layer with parameters reads: it can read less of it. */
    private static final double LEAST = 1 << 8;

    /** By how much rounding to even numbers raises a magnitude, at most. */
    private static final int ROUNDING = 1;

    /** What a layer does to multiples of a power of two. */
    private enum Kind {
        /** Multiplies by parameters and adds some. */
        LINEAR,
        /** Copies, selects or averages. */
        KEEP,
        SUM,
        PRODUCT
    }

    /**
     * @param terms of a sum, or the largest factor of an affine layer
     * @param shifts whether a linear layer adds a parameter
     * @param bits that a result has more behind the point than what is read
     */
    private record Effect(Kind kind, int terms, boolean shifts, int bits) {
        static final Effect KEEP = averaging(0);

        static Effect averaging(int bits) {
            return new Effect(Kind.KEEP, 1, false, bits);
        }

        /** Factor by which full filters raise the bound, as a power of two. */
        double demand() {
            return Math.log(terms + 1) / Math.log(2);
        }
    }

    private final Graph graph;
    private final Effect[] effects;

    /** By value: bits behind the point. */
    private final int[] bits;

    /** By value: summands since the last layer with parameters. */
    private final double[] summands;

    /** By value: the largest magnitude allowed. */
    private final double[] limits;

    /** By value: the demands of all layers after it. */
    private final double[] demands;

    private final int[] inputs;
    private final int[] terms;
    private final int[] shifts;

    /** @throws IllegalArgumentException if the graph has a layer that rounds integers */
    IntegerLimits(Graph graph) {
        int first = graph.inputs().size();
        int values = first + graph.nodes().size();
        this.graph = graph;
        this.effects = graph.nodes().stream().map(this::effect).toArray(Effect[]::new);
        this.bits = new int[values];
        this.summands = new double[values];
        this.limits = new double[values];
        this.demands = new double[values];
        this.inputs = new int[first];
        this.terms = new int[graph.nodes().size()];
        this.shifts = new int[graph.nodes().size()];
        Arrays.fill(summands, 1);
        for (int v = first; v < values; v++) {
            divide(graph.nodes().get(v - first), v, effects[v - first]);
        }
        Arrays.setAll(limits, v -> Math.scalb(1.0, FLOAT_BITS - bits[v]));
        for (int v = values - 1; v >= first; v--) {
            limit(graph.nodes().get(v - first), v, effects[v - first]);
        }
        draw();
    }

    /** Whether a graph computes integers exactly. */
    static boolean exist(Graph graph) {
        try {
            new IntegerLimits(graph);
            return true;
        } catch (IllegalArgumentException rounds) {
            return false;
        }
    }

    /** Largest magnitude of an input. */
    int input(int v) {
        return inputs[v];
    }

    /** Weights of each filter of a convolution that may be other than zero, or the largest factor of an affine layer. */
    int terms(Node node) {
        return terms[node.id()];
    }

    /** Largest magnitude of what a layer adds. */
    int shift(Node node) {
        return shifts[node.id()];
    }

    private Effect effect(Node node) {
        return node.layer().accept(new LayerVisitor<>() {
            @Override
            public Effect conv(Conv conv) {
                int taps = (int) conv.taps(graph.shapes(node).get(0).channels());
                return new Effect(Kind.LINEAR, taps, conv.bias() == Conv.Bias.YES, 0);
            }

            @Override
            public Effect affine(Affine affine) {
                return new Effect(Kind.LINEAR, SCALE, affine.shifts(), 0);
            }

            @Override
            public Effect layerNorm(LayerNorm norm) {
                throw rounds(norm);
            }

            @Override
            public Effect activate(ElementWise.Activate activate) {
                if (activate.function().isClamp()) {
                    return Effect.KEEP;
                }
                throw rounds(activate);
            }

            @Override
            public Effect quantise(ElementWise.Quantise quantise) {
                return Effect.KEEP;
            }

            @Override
            public Effect add(ElementWise.Add add) {
                return new Effect(Kind.SUM, 0, false, 0);
            }

            @Override
            public Effect multiply(ElementWise.Multiply multiply) {
                return new Effect(Kind.PRODUCT, 0, false, 0);
            }

            @Override
            public Effect route(Route route) {
                return Effect.KEEP;
            }

            @Override
            public Effect shift(Shift shift) {
                return Effect.KEEP;
            }

            @Override
            public Effect pool(Pool pool) {
                return switch (pool.kind()) {
                    case MAX -> Effect.KEEP;
                    case BLUR -> Effect.averaging(4);
                    case AVERAGE -> pool.kernel() <= 2 ? Effect.averaging(2) : average(0);
                    case GLOBAL -> average(graph.shapes(node).get(0).pixels());
                };
            }

            @Override
            public Effect tiles(TileLayer layer) {
                return layer instanceof TileLayer.Scatter scatter && scatter.after() != null
                        ? activate(new ElementWise.Activate(scatter.after()))
                        : Effect.KEEP;
            }

            private Effect average(long pixels) {
                if (Long.bitCount(pixels) != 1) {
                    throw rounds(node.layer());
                }
                return Effect.averaging(Long.numberOfTrailingZeros(pixels));
            }

            @Override
            public Effect fused(Fused fused) {
                throw new IllegalArgumentException("parameters are those of the unfused graph");
            }
        });
    }

    private static IllegalArgumentException rounds(Layer layer) {
        return new IllegalArgumentException(layer + " rounds integers");
    }

    /** Bits and summands of a value from those of what it is made of. */
    private void divide(Node node, int v, Effect effect) {
        int point = effect.kind == Kind.PRODUCT
                ? node.inputs().stream().mapToInt(i -> bits[i]).sum()
                : node.inputs().stream().mapToInt(i -> bits[i]).max().orElseThrow();
        if (effect.kind == Kind.LINEAR) {
            bits[v] = point > MOST_BITS ? 0 : point;
            return;
        }
        bits[v] = point + effect.bits;
        DoubleStream parts = node.inputs().stream().mapToDouble(i -> summands[i]);
        summands[v] = effect.kind == Kind.SUM ? parts.sum() : parts.max().orElseThrow();
        if (bits[v] > FLOAT_BITS - 2) {
            throw rounds(node.layer());
        }
    }

    /** Limits and demands of what a layer reads, from those of what it makes. */
    private void limit(Node node, int v, Effect effect) {
        for (int i : node.inputs()) {
            double most =
                    switch (effect.kind) {
                        case LINEAR -> limits[v] < LEAST ? limits[i] : limits[v];
                        case KEEP -> limits[v];
                        case SUM -> limits[v] * summands[i] / summands[v];
                        case PRODUCT -> i == node.inputs().get(0) ? limits[v] / GATE : GATE;
                    };
            limits[i] = Math.min(limits[i], most);
            demands[i] = Math.max(demands[i], demands[v] + (effect.kind == Kind.LINEAR ? effect.demand() : 0));
        }
    }

    /** From the inputs on, the largest parameters that keep the largest magnitudes within the limits. */
    private void draw() {
        double[] most = new double[limits.length];
        for (int v = 0; v < inputs.length; v++) {
            inputs[v] = (int) Math.min(INPUT, limits[v]);
            most[v] = inputs[v];
        }
        for (int n = 0; n < effects.length; n++) {
            Node node = graph.nodes().get(n);
            int v = inputs.length + n;
            DoubleStream read = node.inputs().stream().mapToDouble(i -> most[i]);
            most[v] = switch (effects[n].kind) {
                case LINEAR -> linear(node, v, most[node.inputs().get(0)]);
                case KEEP -> read.max().orElseThrow() + (node.layer() instanceof ElementWise.Quantise ? ROUNDING : 0);
                case SUM -> read.sum();
                case PRODUCT -> read.reduce(1, (x, y) -> x * y);
            };
        }
    }

    /** Chooses the parameters of a layer that reads magnitudes up to this one; returns the largest magnitude of its results. */
    private double linear(Node node, int v, double read) {
        Effect effect = effects[node.id()];
        double part = effect.demand() / (effect.demand() + demands[v]);
        double room = Math.min(limits[v], read * Math.pow(limits[v] / read, part));
        boolean reads = read > 0 && room >= read && bits[node.inputs().get(0)] <= MOST_BITS;
        int added = effect.shifts ? (int) Math.min(SHIFT, reads ? room - read : limits[v]) : 0;
        shifts[node.id()] = added;
        terms[node.id()] = reads ? (int) Math.min(effect.terms, (room - added) / read) : 0;
        return terms[node.id()] * read + added;
    }
}

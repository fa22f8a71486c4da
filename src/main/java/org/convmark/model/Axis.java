package org.convmark.model;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Ways to change how much is computed. By how much arithmetic falls is known before anything runs; by how much time falls is
 * measured. The only list of them.
 */
public enum Axis {
    /** The graph as its extents say. */
    NONE("", text -> Optional.empty()),
    /**
     * Structured pruning: every layer keeps a share of its channels, as in NPAS (Li et al. 2020, arXiv 2012.00596). Which channels go
     * decides the accuracy and not the time.
     */
    KEPT("@ and the share of channels that stay, above 0 and at most 1", Axis::share) {
        @Override
        boolean takes(int multiple) {
            return multiple > 0;
        }

        @Override
        public String together(int multiple) {
            return multiple == 1 ? "" : " to multiples of " + multiple;
        }

        @Override
        Extents applied(AxisPoint point, Extents extents) {
            if (!extents.names().contains(Parameter.WIDTH)) {
                throw new IllegalArgumentException(point + " needs a width, and networks have none");
            }
            int width = extents.get(Parameter.WIDTH);
            int kept = (int) Math.round(width * point.number() / point.multiple()) * point.multiple();
            if (kept == 0) {
                throw new IllegalArgumentException(point + " leaves none of " + width
                        + " channels: keep a larger share, or round to a smaller multiple");
            }
            return extents.with(Parameter.WIDTH, kept);
        }
    },
    /**
     * Unstructured pruning: a share of the weights of every layer that {@linkplain Sparsity pruning reaches} is not zero, anywhere or in
     * blocks of output channels, as in Fast Sparse ConvNets (Elsen et al. 2020, arXiv 1911.09723).
     */
    DENSITY("@ and the share of weights that are not zero, above 0 and at most 1", Axis::share) {
        @Override
        boolean takes(int multiple) {
            return BLOCKS.contains(multiple);
        }

        @Override
        public String together(int multiple) {
            return multiple == 1 ? "" : " in blocks of " + multiple;
        }

        @Override
        Graph applied(AxisPoint point, Graph graph) {
            return compressed(
                    point,
                    graph,
                    new Sparsity(point.number(), point.multiple()),
                    "prune",
                    "an ungrouped",
                    ", on more than one pixel");
        }

        @Override
        Optional<String> refusal(AxisPoint point, Target target, Algorithm algorithm) {
            return target.hasSparseKernels()
                    ? untransformed(algorithm, "the zeros")
                    : Optional.of(target + " has no sparse kernels and would multiply by the zeros of " + this);
        }
    },
    /**
     * Fewer bits: the weights of every layer that a {@linkplain Precision precision reaches} are stored in another format, and become floats
     * when they are used; in INT8, activations have 8 bits too, see {@link Quantisation}.
     */
    PRECISION(
            "@ and the format of weights, FP16, BF16, W8 or POW2, or INT8 for weights and activations", Axis::format) {
        @Override
        Graph applied(AxisPoint point, Graph graph) {
            String kind = precision(point) == Precision.INT8 ? "a" : "an ungrouped";
            return compressed(point, graph, precision(point), "store in fewer bits", kind, "");
        }

        @Override
        public double theory(Cost base, Cost at) {
            return (double) base.bytes() / at.bytes();
        }

        @Override
        Optional<String> refusal(AxisPoint point, Target target, Algorithm algorithm) {
            return target.computesIn(precision(point))
                    ? untransformed(algorithm, "the fewer bits")
                    : Optional.of(target + " has no kernels for " + point + ": it runs on " + on(precision(point)));
        }

        private Precision precision(AxisPoint point) {
            return Precision.valueOf(point.value());
        }

        private static String on(Precision precision) {
            return Arrays.stream(Target.values())
                    .filter(target -> target.computesIn(precision))
                    .map(Enum::name)
                    .collect(Collectors.joining(", "));
        }
    },
    /**
     * Dynamic computation: residual branches leave out a share of the tiles of every map, or of their hidden channels, as in LAUDNet (Han
     * et al. 2023, arXiv 2308.15949). See {@link TileLayer} and {@link Gated}.
     */
    SKIPPED(
            "@ and the share of tiles or hidden channels that residual branches do not compute, 0 to 0.9",
            Axis::skippedShare) {
        @Override
        int alone() {
            return WHOLE_MAP;
        }

        @Override
        boolean takes(int multiple) {
            return TILES.contains(multiple);
        }

        @Override
        public String together(int multiple) {
            return multiple == WHOLE_MAP
                    ? " of whole maps"
                    : multiple == Skipping.CHANNELS ? " of hidden channels" : " in tiles of " + multiple;
        }

        @Override
        Graph applied(AxisPoint point, Graph graph) {
            return new Skipping(graph, point.number(), point.multiple())
                    .rewritten()
                    .orElseThrow(() -> new IllegalArgumentException(point
                            + " finds nothing to skip: it takes a block that adds its input to a chain of convolutions at stride 1, norms and"
                            + " activations, and so many tiles in a batch that this share of them is one or more; without a size, a tile is"
                            + " the whole map of an image. Channels are skipped in groups of " + Gated.GROUP
                            + " between two ungrouped convolutions, for one image"));
        }

        @Override
        Optional<String> refusal(AxisPoint point, Target target, Algorithm algorithm) {
            return target.skipsTiles()
                    ? Optional.empty()
                    : Optional.of(target + " has no kernels that gather tiles or weights in a pass, which " + this
                            + " needs");
        }
    },
    /** The size of the signal: the same layers on an image of another size. */
    IMAGE("@ and the rows and columns of the image", Axis::count) {
        @Override
        Extents applied(AxisPoint point, Extents extents) {
            return extents.with(Parameter.IMAGE, (int) point.number());
        }
    },
    /** Images that pass together. */
    BATCH("@ and the number of images", Axis::count) {
        @Override
        Extents applied(AxisPoint point, Extents extents) {
            return extents.with(Parameter.BATCH, (int) point.number());
        }
    };

    private static final int MOST = 1 << 14;

    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}(?:\\.\\d{1,4})?");

    private static final Set<Integer> BLOCKS = Set.of(4, 8, 16);

    private static final Set<Integer> TILES = Set.of(1, 4, 8, 16, Skipping.CHANNELS);

    /** In place of rows and columns of a tile. */
    private static final int WHOLE_MAP = 0;

    private static final BigDecimal MOST_SKIPPED = new BigDecimal("0.9");

    private final String values;
    private final Function<String, Optional<String>> canonical;

    Axis(String values, Function<String, Optional<String>> canonical) {
        this.values = values;
        this.canonical = canonical;
    }

    private static Optional<String> share(String text) {
        return number(text, value -> value.signum() > 0 && value.compareTo(BigDecimal.ONE) <= 0);
    }

    private static Optional<String> skippedShare(String text) {
        return number(text, value -> value.signum() >= 0 && value.compareTo(MOST_SKIPPED) <= 0);
    }

    private static Optional<String> count(String text) {
        return number(
                text,
                value -> value.signum() > 0 && value.compareTo(BigDecimal.valueOf(MOST)) <= 0 && value.scale() <= 0);
    }

    private static Optional<String> number(String text, Predicate<BigDecimal> holds) {
        return Optional.of(text)
                .filter(number -> NUMBER.matcher(number).matches())
                .map(number -> new BigDecimal(number).stripTrailingZeros())
                .filter(holds)
                .map(BigDecimal::toPlainString);
    }

    private static Optional<String> format(String text) {
        return Arrays.stream(Precision.values())
                .filter(format -> format != Precision.FP32)
                .map(Enum::name)
                .filter(text::equals)
                .findFirst();
    }

    private static Graph compressed(
            AxisPoint point, Graph graph, Compression compression, String purpose, String kind, String condition) {
        Graph compressed = graph.compressed(compression);
        if (compressed.equals(graph)) {
            throw new IllegalArgumentException(point + " finds no layer to " + purpose
                    + ": " + kind + " convolution of " + Compression.LEAST_CHANNELS + " input channels or more"
                    + condition);
        }
        return compressed;
    }

    Optional<String> untransformed(Algorithm algorithm, String saving) {
        return algorithm == Algorithm.AUTO || algorithm == Algorithm.DIRECT
                ? Optional.empty()
                : Optional.of(algorithm + " transforms filters, and " + saving + " of " + this
                        + " with them: give AUTO or DIRECT");
    }

    /** Whether its larger points pass more through the same layers. */
    public boolean grows() {
        return this == IMAGE || this == BATCH;
    }

    /** The factor by which what an axis saves falls: arithmetic, in flops, unless said. */
    public double theory(Cost base, Cost at) {
        return (double) base.flops() / at.flops();
    }

    /**
     * The extents of the graph that runs.
     *
     * @param extents of the graph that it is compared with
     * @throws IllegalArgumentException if nothing is left, or a workload has no such extent
     */
    Extents applied(AxisPoint point, Extents extents) {
        return extents;
    }

    /**
     * The graph that runs.
     *
     * @param graph of the extents that run
     * @throws IllegalArgumentException if no layer can be changed
     */
    Graph applied(AxisPoint point, Graph graph) {
        return graph;
    }

    /** Why a target cannot run it with an algorithm that it has; empty if it can. */
    Optional<String> refusal(AxisPoint point, Target target, Algorithm algorithm) {
        return Optional.empty();
    }

    /** The {@link AxisPoint#multiple} of a point that names none. */
    int alone() {
        return 1;
    }

    /** Whether this many channels may stay or go together, or a tile may have so many rows. */
    boolean takes(int multiple) {
        return false;
    }

    /** How channels or pixels stay or go together, for a reader, after the name of the axis. */
    public String together(int multiple) {
        return "";
    }

    /** The only form of a value; empty if it is none of this axis. */
    Optional<String> canonical(String text) {
        return canonical.apply(text);
    }

    /** How every axis is written, for a reader. */
    static String grammar() {
        return Arrays.stream(values()).map(axis -> axis + axis.values).collect(Collectors.joining("; "));
    }
}

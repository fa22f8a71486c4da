package org.convmark.model;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Ways to change how much is computed. By how much arithmetic falls is known before anything runs; by how much time falls is
 * measured. The only list of them.
 */
public enum Axis {
    /** The graph as its extents say. */
    NONE("", value -> false),
    /**
     * Structured pruning: every layer keeps a share of its channels, as in NPAS (Li et al. 2020, arXiv 2012.00596). Which channels go
     * decides the accuracy and not the time.
     */
    KEPT("@ and the share of channels that stay, above 0 and at most 1", Axis::isShare) {
        @Override
        boolean takes(int multiple) {
            return true;
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
            int kept = (int) Math.round(width * point.value().doubleValue() / point.multiple()) * point.multiple();
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
    DENSITY("@ and the share of weights that are not zero, above 0 and at most 1", Axis::isShare) {
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
            Graph pruned = graph.pruned(new Sparsity(point.value().doubleValue(), point.multiple()));
            if (pruned.equals(graph)) {
                throw new IllegalArgumentException(point + " finds no layer to prune: an ungrouped convolution of "
                        + Sparsity.LEAST_CHANNELS + " input channels or more, on more than one pixel");
            }
            return pruned;
        }

        @Override
        Optional<String> refusal(Target target, Algorithm algorithm) {
            if (!target.hasSparseKernels()) {
                return Optional.of(target + " has no sparse kernels and would multiply by the zeros of " + this);
            }
            return algorithm == Algorithm.AUTO || algorithm == Algorithm.DIRECT
                    ? Optional.empty()
                    : Optional.of(algorithm + " transforms filters, and the zeros of " + this
                            + " with them: give AUTO or DIRECT");
        }
    },
    /**
     * Spatially dynamic computation: a share of the tiles of every map pass by the residual branches, as in LAUDNet (Han et al. 2023,
     * arXiv 2308.15949). See {@link TileLayer}.
     */
    SKIPPED("@ and the share of tiles that residual branches do not compute, 0 to 0.9", Axis::isSkippedShare) {
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
            return multiple == WHOLE_MAP ? " of whole maps" : " in tiles of " + multiple;
        }

        @Override
        Graph applied(AxisPoint point, Graph graph) {
            return new Skipping(graph, point.value().doubleValue(), point.multiple())
                    .rewritten()
                    .orElseThrow(() -> new IllegalArgumentException(point
                            + " finds no tile to skip: it takes a block that adds its input to a chain of convolutions at stride 1, norms and"
                            + " activations, and so many tiles in a batch that this share of them is one or more; without a size, a tile is"
                            + " the whole map of an image"));
        }

        @Override
        Optional<String> refusal(Target target, Algorithm algorithm) {
            return target.skipsTiles()
                    ? Optional.empty()
                    : Optional.of(target + " has no kernels that gather and scatter tiles, which " + this + " needs");
        }
    },
    /** The size of the signal: the same layers on an image of another size. */
    IMAGE("@ and the rows and columns of the image", Axis::isCount) {
        @Override
        Extents applied(AxisPoint point, Extents extents) {
            return extents.with(Parameter.IMAGE, point.value().intValueExact());
        }
    },
    /** Images that pass together. */
    BATCH("@ and the number of images", Axis::isCount) {
        @Override
        Extents applied(AxisPoint point, Extents extents) {
            return extents.with(Parameter.BATCH, point.value().intValueExact());
        }
    };

    private static final int MOST = 1 << 14;

    private static final Set<Integer> BLOCKS = Set.of(4, 8, 16);

    private static final Set<Integer> TILES = Set.of(1, 4, 8, 16);

    /** In place of rows and columns of a tile. */
    private static final int WHOLE_MAP = 0;

    private static final BigDecimal MOST_SKIPPED = new BigDecimal("0.9");

    private final String values;
    private final Predicate<BigDecimal> holds;

    Axis(String values, Predicate<BigDecimal> holds) {
        this.values = values;
        this.holds = holds;
    }

    private static boolean isShare(BigDecimal value) {
        return value.signum() > 0 && value.compareTo(BigDecimal.ONE) <= 0;
    }

    private static boolean isSkippedShare(BigDecimal value) {
        return value.signum() >= 0 && value.compareTo(MOST_SKIPPED) <= 0;
    }

    private static boolean isCount(BigDecimal value) {
        return value.signum() > 0 && value.compareTo(BigDecimal.valueOf(MOST)) <= 0 && value.scale() <= 0;
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
    Optional<String> refusal(Target target, Algorithm algorithm) {
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

    boolean holds(BigDecimal value) {
        return holds.test(value);
    }

    /** How every axis is written, for a reader. */
    static String grammar() {
        return Arrays.stream(values()).map(axis -> axis + axis.values).collect(Collectors.joining("; "));
    }
}

package org.convmark.model;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Ways to change how much is computed. By how much arithmetic falls is known before anything runs; by how much time falls is
 * measured. The only list of them.
 */
public enum Axis {
    /** The graph as its extents say. */
    NONE("", value -> false) {
        @Override
        Extents applied(AxisPoint point, Extents extents) {
            return extents;
        }
    },
    /**
     * Structured pruning: every layer keeps a share of its channels, as in NPAS (Li et al. 2020, arXiv 2012.00596). Which channels go
     * decides the accuracy and not the time.
     */
    KEPT("@ and the share of channels that stay, above 0 and at most 1", Axis::isShare) {
        @Override
        boolean rounds() {
            return true;
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

    private final String values;
    private final Predicate<BigDecimal> holds;

    Axis(String values, Predicate<BigDecimal> holds) {
        this.values = values;
        this.holds = holds;
    }

    private static boolean isShare(BigDecimal value) {
        return value.signum() > 0 && value.compareTo(BigDecimal.ONE) <= 0;
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
    abstract Extents applied(AxisPoint point, Extents extents);

    /** Whether its values may be rounded to a multiple. */
    boolean rounds() {
        return false;
    }

    boolean holds(BigDecimal value) {
        return holds.test(value);
    }

    /** How every axis is written, for a reader. */
    static String grammar() {
        return Arrays.stream(values()).map(axis -> axis + axis.values).collect(Collectors.joining("; "));
    }
}

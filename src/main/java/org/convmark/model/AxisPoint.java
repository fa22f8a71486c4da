package org.convmark.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value on an axis, written {@code KEPT@0.5}, {@code KEPT@0.5@16} if it is rounded to a multiple of 16, {@code DENSITY@0.3@16} if zeros
 * come in blocks of 16, {@code SKIPPED@0.5@8} if tiles have 8 rows and columns, or {@code SKIPPED@0.5@CHANNELS}.
 *
 * @param value a number without needless zeros, or a name; 1 if the axis is {@code NONE}
 * @param multiple channels, or rows and columns of pixels, that stay or go together; 1 if each does alone, 0 if all of a map do, -1 for
 *     groups of hidden channels
 */
public record AxisPoint(Axis axis, String value, int multiple) {
    /** The graph as its extents say. */
    public static final AxisPoint NONE = new AxisPoint(Axis.NONE, "1", 1);

    private static final String CHANNELS = "CHANNELS";

    private static final Pattern TEXT = Pattern.compile("([A-Z]+)@([A-Z0-9.]+)(?:@([1-9]\\d{0,3}|CHANNELS))?");

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException with what is allowed
     */
    public static AxisPoint of(String text) {
        if (text.equals(Axis.NONE.name())) {
            return NONE;
        }
        Matcher parts = TEXT.matcher(text);
        for (Axis axis : Axis.values()) {
            if (parts.matches() && parts.group(1).equals(axis.name())) {
                Optional<String> value = axis.canonical(parts.group(2));
                int multiple = parts.group(3) == null ? axis.alone() : multiple(parts.group(3));
                if (value.isPresent() && (multiple == axis.alone() || axis.takes(multiple))) {
                    return new AxisPoint(axis, value.get(), multiple);
                }
            }
        }
        throw new IllegalArgumentException("axis='" + text + "' is not a point of an axis: give " + Axis.grammar()
                + ". A second @ and a number round to a multiple, as in KEPT@0.5@16, make zeros in blocks of 4, 8 or 16"
                + " output channels, as in DENSITY@0.3@16, or tiles of 1, 4, 8 or 16 rows and columns, as in SKIPPED@0.5@8. SKIPPED@0.5@CHANNELS"
                + " skips hidden channels");
    }

    private static int multiple(String text) {
        return text.equals(CHANNELS) ? Skipping.CHANNELS : Integer.parseInt(text);
    }

    /** The value of an axis of numbers. */
    double number() {
        return Double.parseDouble(value);
    }

    /** Whether the graph stays as it is. */
    public boolean isNone() {
        return axis == Axis.NONE;
    }

    /**
     * The extents of the graph that runs.
     *
     * @param extents of the graph that it is compared with
     * @throws IllegalArgumentException if they do not make one
     */
    public Extents applied(Extents extents) {
        return axis.applied(this, extents);
    }

    /**
     * The graph that runs.
     *
     * @param graph of the extents that run
     * @throws IllegalArgumentException if no layer can be changed
     */
    Graph applied(Graph graph) {
        return axis.applied(this, graph);
    }

    @Override
    public String toString() {
        return isNone()
                ? axis.name()
                : axis + "@" + value
                        + (multiple == axis.alone() ? "" : "@" + (multiple == Skipping.CHANNELS ? CHANNELS : multiple));
    }
}

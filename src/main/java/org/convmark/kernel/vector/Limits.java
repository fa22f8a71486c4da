package org.convmark.kernel.vector;

import org.convmark.model.Activation;

/**
 * The interval that an activation by comparison confines its values to, as the bits of floats: floats that are not negative
 * order as their bits do, and all others lie below. So a limit is one integer instruction, where a float maximum takes six to
 * respect NaN and -0.
 *
 * @param low the least value
 * @param high the largest
 */
public record Limits(int low, int high) {
    /** Everything. */
    static final Limits NONE = new Limits(Integer.MIN_VALUE, Integer.MAX_VALUE);

    private static final Limits RELU = new Limits(0, Integer.MAX_VALUE);
    private static final Limits RELU6 = new Limits(0, Float.floatToRawIntBits(6f));

    /** Whether an activation, or null for none, is nothing but limits. */
    static boolean suffice(Activation activation) {
        return activation == null || activation == Activation.RELU || activation == Activation.RELU6;
    }

    /** Those of an activation; everything where limits do not suffice. */
    static Limits of(Activation activation) {
        return activation == Activation.RELU ? RELU : activation == Activation.RELU6 ? RELU6 : NONE;
    }
}

package org.convmark.kernel.vector.lane;

import org.convmark.model.Activation;

/**
 * The interval that an activation by comparison confines its values to. Loops compare and blend, where a
 * float maximum takes six instructions to respect NaN and -0. Vectors of ints would take one, but on JDK 17 they share methods
 * with vectors of floats, whose compiled forms then trap; C2 counts those traps again for every inlining, and from a hundred on it
 * no longer trusts its type profiles and boxes vectors: one of four JVMs ran FFN at a third of its speed (docs/log/compilation.md).
 *
 * @param low the least value
 * @param high the largest
 */
public record Clamp(float low, float high) {
    /** Everything. */
    public static final Clamp NONE = new Clamp(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

    private static final Clamp RELU = new Clamp(0, Float.POSITIVE_INFINITY);
    private static final Clamp RELU6 = new Clamp(0, 6);

    /** Whether an activation, or null for none, is nothing but limits. */
    static boolean suffice(Activation activation) {
        return activation == null || activation == Activation.RELU || activation == Activation.RELU6;
    }

    /** Those of an activation; everything where limits do not suffice. */
    static Clamp of(Activation activation) {
        return activation == Activation.RELU ? RELU : activation == Activation.RELU6 ? RELU6 : NONE;
    }
}

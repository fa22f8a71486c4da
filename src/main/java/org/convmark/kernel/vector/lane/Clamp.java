package org.convmark.kernel.vector.lane;

import org.convmark.model.Activation;

/**
 * The interval to which an activation limits its values. Loops compare and blend, because a float maximum takes six instructions
 * to respect NaN and -0. A maximum of int vectors would take one, but on JDK 17 int vectors share methods with float vectors,
 * whose compiled code then traps. C2 counts those traps again for every inlining, and from a hundred on it no longer trusts its
 * type profiles and boxes vectors: one of four JVMs ran FFN at a third of its speed (docs/log/compilation.md).
 *
 * @param low the smallest value
 * @param high the largest
 */
public record Clamp(float low, float high) {
    /** All values. */
    public static final Clamp NONE = new Clamp(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

    private static final Clamp RELU = new Clamp(0, Float.POSITIVE_INFINITY);
    private static final Clamp RELU6 = new Clamp(0, 6);

    /** Which bounds are finite. Those that are not need no comparisons. */
    public enum Bounds {
        /** Neither. */
        NONE,
        /** The lower one, as of ReLU. */
        LOWER,
        /** Both, or the upper one alone. */
        BOTH
    }

    /** Which bounds results must be compared with. */
    public Bounds bounds() {
        return high < Float.POSITIVE_INFINITY
                ? Bounds.BOTH
                : low > Float.NEGATIVE_INFINITY ? Bounds.LOWER : Bounds.NONE;
    }

    /** Whether an activation (null for none) is nothing but a clamp. */
    public static boolean suffice(Activation activation) {
        return activation == null || activation.isClamp();
    }

    /** The clamp of an activation; all values if the activation is more than a clamp. */
    public static Clamp of(Activation activation) {
        return activation == Activation.RELU ? RELU : activation == Activation.RELU6 ? RELU6 : NONE;
    }
}

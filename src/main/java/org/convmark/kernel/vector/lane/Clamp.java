package org.convmark.kernel.vector.lane;

import org.convmark.model.Activation;

/**
 * The interval to which an activation limits its values, as bits of floats. Floats of zero and above have the order of their bits
 * as ints, and every float below zero has a negative int, so {@code max} and {@code min} of int vectors clamp in an instruction
 * each. A comparison and a blend of floats take four, and a maximum of floats six, because it respects NaN and -0. A NaN may end
 * as a bound. Vectors change their type by {@code reinterpretShape} and a constant species: {@code reinterpretAsInts} looks the species up,
 * and in a large tile C2 of JDK 17 then does not know it and boxes the vector.
 *
 * @param low zero, or the smallest int for no limit
 * @param high a positive float, or the largest int for no limit
 */
public record Clamp(int low, int high) {
    /** All values. */
    public static final Clamp NONE = new Clamp(Integer.MIN_VALUE, Integer.MAX_VALUE);

    private static final Clamp RELU = new Clamp(0, Integer.MAX_VALUE);
    static final Clamp RELU6 = new Clamp(0, Float.floatToRawIntBits(6));

    /** Whether an activation (null for none) is nothing but a clamp. */
    static boolean suffice(Activation activation) {
        return activation == null || activation == Activation.RELU || activation == Activation.RELU6;
    }

    /** The clamp of an activation; all values if the activation is more than a clamp. */
    static Clamp of(Activation activation) {
        return activation == Activation.RELU ? RELU : activation == Activation.RELU6 ? RELU6 : NONE;
    }
}

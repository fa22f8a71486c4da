package org.convmark.kernel;

import org.convmark.model.Activation;

/**
 * What a convolution does with a finished sum: {@code after(before(sum + bias) + residual)}. Scales are already folded into the
 * filter and the bias.
 *
 * @param before what comes before the residual is added
 * @param after what comes after the residual; the only one if nothing is added
 */
public record Epilogue(Stage before, Stage after) {
    /** Nothing but the bias. */
    public static final Epilogue NONE = new Epilogue(Stage.NONE, Stage.NONE);

    /**
     * An activation, and rounding to 8 bits on either side of it or in its place.
     *
     * @param first rounding before the activation, or without one; or null
     * @param function the activation, or null
     * @param last rounding after the activation, or null
     */
    public record Stage(Quantiser first, Activation function, Quantiser last) {
        /** Values stay as they are. */
        public static final Stage NONE = new Stage(null, null, null);

        /** With an activation behind it. */
        public Stage then(Activation next) {
            return new Stage(first, next, last);
        }

        /** With rounding behind it. */
        public Stage then(Quantiser next) {
            return function == null ? new Stage(next, null, null) : new Stage(first, function, next);
        }

        /** The rounding at its end, or null. */
        public Quantiser end() {
            return function == null ? first : last;
        }

        /** Whether values stay as they are. */
        public boolean isNone() {
            return equals(NONE);
        }
    }
}

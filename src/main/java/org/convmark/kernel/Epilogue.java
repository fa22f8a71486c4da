package org.convmark.kernel;

import org.convmark.model.Activation;

/**
 * What a convolution does with a finished sum: {@code after(before(sum + bias) + residual)}. Scales are already folded into the
 * filter and the bias.
 *
 * @param before activation before the residual is added, or null
 * @param after activation after the residual, or null; the only one if nothing is added
 */
public record Epilogue(Activation before, Activation after) {
    /** Nothing but the bias. */
    public static final Epilogue NONE = new Epilogue(null, null);
}

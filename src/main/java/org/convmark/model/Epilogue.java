package org.convmark.model;

/**
 * The layers that a convolution absorbs, in the order in which inference engines fold them: affine layers, an activation, a sum
 * with another value, an activation. Other layers, or another order, would be a different function.
 */
final class Epilogue {
    private boolean added;

    /** Whether an activation came since the sum, or since the convolution. */
    private boolean activated;

    /** Takes the next layer if it may follow those taken so far; returns whether it did. */
    boolean takes(Layer layer) {
        if (layer instanceof Affine || layer instanceof Gated gated && gated.layer() instanceof Affine) {
            return !activated && !added;
        }
        if (layer instanceof ElementWise.Activate && !activated) {
            activated = true;
            return true;
        }
        if (layer instanceof ElementWise.Add && !added) {
            added = true;
            activated = false;
            return true;
        }
        return false;
    }
}

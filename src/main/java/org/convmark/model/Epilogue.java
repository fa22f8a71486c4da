package org.convmark.model;

/**
 * The layers that a convolution absorbs, in the order in which inference engines fold them: affine layers, an activation, a
 * sum with another value, an activation. Anything else, or these in another order, is another function.
 */
final class Epilogue {
    private boolean added;

    /** Since the sum, or the convolution. */
    private boolean activated;

    /** Takes the next layer, unless it may not come behind those taken so far. */
    boolean takes(Layer layer) {
        if (layer instanceof Affine) {
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

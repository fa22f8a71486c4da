package org.convmark.model;

/**
 * The layers that a convolution absorbs, in the order in which inference engines fold them: affine layers, an activation, a sum
 * with another value, an activation. Before and after each activation, or in its place, the value may be rounded to 8 bits. Other layers,
 * or another order, would be a different function.
 */
final class Epilogue {
    private enum Last {
        SUM,
        ROUNDED_SUM,
        ACTIVATION,
        ROUNDED_ACTIVATION
    }

    private boolean added;
    private Last last = Last.SUM;

    /** Takes the next layer if it may follow those taken so far; returns whether it did. */
    boolean takes(Layer layer) {
        if (layer instanceof Affine || layer instanceof Gated gated && gated.layer() instanceof Affine) {
            return last == Last.SUM && !added;
        }
        if (layer instanceof ElementWise.Activate && last.compareTo(Last.ACTIVATION) < 0) {
            last = Last.ACTIVATION;
            return true;
        }
        if (layer instanceof ElementWise.Quantise && (last == Last.SUM || last == Last.ACTIVATION)) {
            last = last == Last.SUM ? Last.ROUNDED_SUM : Last.ROUNDED_ACTIVATION;
            return true;
        }
        if (layer instanceof ElementWise.Add && !added) {
            added = true;
            last = Last.SUM;
            return true;
        }
        return false;
    }
}

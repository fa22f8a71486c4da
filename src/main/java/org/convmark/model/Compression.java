package org.convmark.model;

/** How the filter of a convolution is made smaller than one float per tap: with fewer weights, or with fewer bits per weight. */
public sealed interface Compression permits Precision, Sparsity {
    /** A filter of floats, none of which is left out. */
    Compression NONE = Precision.FP32;

    /** Filters of fewer input channels stay as they are: the first layer of a network, and layers with few weights to lose. */
    int LEAST_CHANNELS = 16;

    /** Whether a filter stays as it is. */
    boolean isNone();

    /** Whether it reaches a convolution. */
    boolean reaches(Conv conv, Shape in, Shape out);

    /** The share of weights that are not zero. */
    double density();

    /**
     * Weights of a filter that are multiplied.
     *
     * @param taps products behind one result of a filter that is not compressed
     */
    long weights(int outChannels, long taps);

    /** Bytes of these weights; where zeros lie is not counted. */
    long bytes(int outChannels, long taps);

    /** Whether every filter of an ungrouped convolution sees {@value #LEAST_CHANNELS} channels or more. */
    static boolean isWide(Conv conv, Shape in) {
        return in.channels() >= LEAST_CHANNELS && conv.groupWidth(in.channels()) == in.channels();
    }
}

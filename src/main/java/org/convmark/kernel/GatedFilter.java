package org.convmark.kernel;

import org.convmark.model.Conv;

/**
 * A convolution of which masks choose channels: the parameters of the whole one, and room for those of a pass.
 *
 * @param whole with the chosen channels' convolution, and the filter and the bias of all
 * @param chosen the convolution that runs; its filter and its bias change in each pass
 * @param taps rows times columns of the filter, or products in their place
 * @param channels chosen input channels of a filter
 * @param all input channels of a filter of the whole convolution
 */
public record GatedFilter(FoldedConv whole, FoldedConv chosen, int taps, int channels, int all) {
    /** @param inputs channels of the chosen input */
    public static GatedFilter of(FoldedConv whole, int inputs) {
        Conv conv = whole.conv();
        return of(whole, conv.kernel() * conv.kernel(), conv.groupWidth(inputs));
    }

    private static GatedFilter of(FoldedConv whole, int taps, int channels) {
        int outputs = whole.conv().outChannels();
        FoldedConv chosen = with(whole, new float[outputs * channels * taps], new float[outputs]);
        return new GatedFilter(whole, chosen, taps, channels, whole.filter().length / whole.bias().length / taps);
    }

    /** The same with a transformed filter. */
    public GatedFilter with(float[] filter, int products) {
        return of(with(whole, filter, whole.bias()), products, channels);
    }

    private static FoldedConv with(FoldedConv like, float[] filter, float[] bias) {
        return new FoldedConv(
                like.conv(),
                like.epilogue(),
                filter,
                bias,
                new float[bias.length],
                like.reads(),
                like.source(),
                like.residual());
    }

    /**
     * The convolution that runs, with the number of each weight in its filter, counted from 1, in place of the weight, and that of each
     * output channel, counted from -1 down, in place of the bias: what a kernel makes of it says how the kernel packs its parameters.
     */
    public FoldedConv numbered() {
        float[] filter = new float[chosen.filter().length];
        if (filter.length > IntegerLimits.MOST) {
            throw new IllegalArgumentException("a gated filter of " + filter.length + " weights is too large, at most "
                    + IntegerLimits.MOST + " can be numbered: choose a smaller width");
        }
        for (int i = 0; i < filter.length; i++) {
            filter[i] = i + 1;
        }
        float[] bias = new float[chosen.bias().length];
        for (int c = 0; c < bias.length; c++) {
            bias[c] = -1 - c;
        }
        return with(whole, filter, bias);
    }

    /**
     * Gathers the parameters of a pass.
     *
     * @param inputs the whole layer's input channels that are read, or null for all
     * @param outputs the whole layer's output channels that are computed, or null for all
     */
    public void choose(int[] inputs, int[] outputs) {
        float[] from = whole.filter();
        float[] to = chosen.filter();
        for (int o = 0; o < chosen.bias().length; o++) {
            int output = outputs == null ? o : outputs[o];
            chosen.bias()[o] = whole.bias()[output];
            for (int c = 0; c < channels; c++) {
                int input = inputs == null ? c : inputs[c];
                System.arraycopy(from, (output * all + input) * taps, to, (o * channels + c) * taps, taps);
            }
        }
    }
}

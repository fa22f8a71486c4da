package org.convmark.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How a target computes a convolution that has several algorithms. */
public enum Algorithm {
    /** The target's choice: a measured rule picks the algorithm that should be fastest for the shape. */
    AUTO {
        @Override
        Optional<Double> flops(Conv conv, Shape in) {
            return Optional.empty();
        }
    },
    /** Directly: every product of the definition. */
    DIRECT {
        @Override
        Optional<Double> flops(Conv conv, Shape in) {
            double weights = conv.compression().weights(conv.outChannels(), conv.taps(in.channels()));
            double places = (double) conv.tapsInside(in.height()) * conv.tapsInside(in.width());
            return Optional.of(2 * in.batch() * weights / (conv.kernel() * conv.kernel()) * places);
        }
    },
    /** Winograd's F(2x2, 3x3): 16 products instead of 36; for 3x3 at stride 1, otherwise direct (Lavin and Gray 2016). */
    WINOGRAD_2 {
        @Override
        Optional<Double> flops(Conv conv, Shape in) {
            return conv.kernel() == 3 ? winograd(conv, in, 2, 32, 24) : Optional.empty();
        }
    },
    /**
     * Winograd's forms of 36 products: F(4x4, 3x3) instead of 144, and F(2x2, 5x5) instead of 100; at stride 1, otherwise direct (Lavin
     * and Gray 2016; the output transform of the latter is counted here, a fused multiply-add as one operation).
     */
    WINOGRAD_4 {
        @Override
        Optional<Double> flops(Conv conv, Shape in) {
            return conv.kernel() == 3 ? winograd(conv, in, 4, 156, 90) : winograd(conv, in, 2, 156, 64);
        }
    };

    /**
     * A lower bound of what this algorithm computes for a convolution without its bias, in flops, two for a multiply-add. Products with
     * zeros, of padding or of tiles beyond the map, are not counted, nor are transforms of filters, which are made before. Empty if it
     * is no algorithm for this convolution.
     */
    abstract Optional<Double> flops(Conv conv, Shape in);

    /** The same for the algorithm that computes least. */
    static double leastFlops(Conv conv, Shape in) {
        return Stream.of(values())
                .flatMap(algorithm -> algorithm.flops(conv, in).stream())
                .min(Double::compare)
                .orElseThrow();
    }

    /**
     * Whether Winograd's algorithms compute a convolution. Not if its filter is compressed: transformed filters have no zeros to leave
     * out, and more bits.
     */
    public static boolean hasWinograd(Conv conv) {
        return (conv.kernel() == 3 || conv.kernel() == 5)
                && conv.stride() == 1
                && conv.dilation() == 1
                && conv.compression().isNone();
    }

    /** Whether a convolution of this many channels has Winograd's algorithms, and sees all of them. */
    public static boolean hasWinograd(Conv conv, int channels) {
        return hasWinograd(conv) && conv.groupWidth(channels) == channels;
    }

    /**
     * Flops by tiles of m x m results.
     *
     * @param input operations that transform a tile of one input channel (Lavin and Gray 2016)
     * @param output the same for one output channel
     */
    private static Optional<Double> winograd(Conv conv, Shape in, int m, int input, int output) {
        if (!hasWinograd(conv)) {
            return Optional.empty();
        }
        double tiles = (double) conv.output(List.of(in)).pixels() * in.batch() / (m * m);
        double side = m + conv.kernel() - 1;
        double products = side * side * conv.groupWidth(in.channels());
        return Optional.of(tiles * (conv.outChannels() * (2 * products + output) + (double) in.channels() * input));
    }
}

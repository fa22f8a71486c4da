package org.convmark.model;

/**
 * The format in which the weights of a filter are stored. Except for {@link #INT8}, arithmetic is that of floats: a weight is read, becomes
 * a float and is multiplied. Except for {@link #FP32}, a weight is a number of the format times a scale of its output channel, and the
 * numbers of a channel use the whole range of the format.
 */
public enum Precision implements Compression {
    /** Single precision of IEEE 754: 24 bits of significand. */
    FP32(Float.SIZE, 1) {
        @Override
        public int encode(float number) {
            return Float.floatToRawIntBits(number);
        }

        @Override
        public float decode(int code) {
            return Float.intBitsToFloat(code);
        }
    },
    /** Half precision of IEEE 754: 11 bits of significand, gradual underflow below 2^-14. */
    FP16(16, 1) {
        @Override
        public int encode(float number) {
            int sign = number < 0 ? 1 << 15 : 0;
            float magnitude = Math.abs(number);
            return sign
                    | (magnitude < HALF_NORMAL
                            ? (int) Math.rint(magnitude / HALF_STEP)
                            : nearest(Float.floatToRawIntBits(magnitude) - HALF_BIAS, 13));
        }

        @Override
        public float decode(int code) {
            int magnitude = code & 0x7fff;
            float number =
                    magnitude < 1 << 10 ? magnitude * HALF_STEP : Float.intBitsToFloat((magnitude << 13) + HALF_BIAS);
            return code >>> 15 == 0 ? number : -number;
        }
    },
    /** The upper half of a float (bfloat16): 8 bits of significand. */
    BF16(16, 1) {
        @Override
        public int encode(float number) {
            return nearest(Float.floatToRawIntBits(number), 16);
        }

        @Override
        public float decode(int code) {
            return Float.intBitsToFloat(code << 16);
        }
    },
    /** Integers of 8 bits, -127 to 127, over 128: symmetric quantisation, a scale per channel (Krishnamoorthi 2018, arXiv 1806.08342). */
    W8(8, 127 / 128f) {
        @Override
        public int encode(float number) {
            return integer(number);
        }

        @Override
        public float decode(int code) {
            return (byte) code / 128f;
        }
    },
    /**
     * Weights as in {@link #W8}, and activations of 8 bits too, so that products and sums are those of integers: see {@link
     * Quantisation}. It reaches depthwise and grouped convolutions as well.
     */
    INT8(8, 127 / 128f) {
        @Override
        public int encode(float number) {
            return integer(number);
        }

        @Override
        public float decode(int code) {
            return W8.decode(code);
        }

        @Override
        public boolean reaches(Conv conv, Shape in, Shape out) {
            return in.channels() >= Compression.LEAST_CHANNELS;
        }
    },
    /** A sign and one of 2^0 to 2^-6 or zero, in 4 bits: products become shifts (Zhou et al. 2017, arXiv 1702.03044). */
    POW2(4, 1) {
        @Override
        public int encode(float number) {
            int code = 0;
            for (int i = 1; i < 8; i++) {
                code = Math.abs(Math.abs(number) - decode(i)) < Math.abs(Math.abs(number) - decode(code)) ? i : code;
            }
            return code == 0 || number > 0 ? code : code | 8;
        }

        @Override
        public float decode(int code) {
            float magnitude = (code & 7) == 0 ? 0 : Math.scalb(1f, (code & 7) - 7);
            return code < 8 ? magnitude : -magnitude;
        }
    };

    /** The least half of full precision, and the distance of those below. */
    private static final float HALF_NORMAL = 0x1p-14f, HALF_STEP = 0x1p-24f;

    /** How much larger the exponent of a float is than that of a half, at its place in a float. */
    private static final int HALF_BIAS = 112 << 23;

    private final int bits;
    private final float largest;

    Precision(int bits, float largest) {
        this.bits = bits;
        this.largest = largest;
    }

    /** Bits of a weight: 32, 16, 8 or 4. */
    public int bits() {
        return bits;
    }

    /** The code, in the lowest bits, of the number of this format that is nearest to one of magnitude 1 or less. */
    public abstract int encode(float number);

    /** The code of a weight of a channel; that of zero where the scale is zero, and all weights with it. */
    public int encode(float weight, float scale) {
        return encode(scale == 0 ? 0 : weight / scale);
    }

    /** The number that a code stands for. */
    public abstract float decode(int code);

    private static int integer(float number) {
        return (int) Math.max(-127, Math.min(127, Math.rint(number * 128))) & 0xff;
    }

    /** Bits of an activation that a convolution reads: 32 or 8. */
    public int activationBits() {
        return this == INT8 ? 8 : Float.SIZE;
    }

    /** Drops low bits of a positive number's pattern, or of a sign and its pattern, to the nearest; ties to even. */
    private static int nearest(int pattern, int dropped) {
        return (pattern + (1 << dropped - 1) - 1 + (pattern >>> dropped & 1)) >>> dropped;
    }

    /**
     * The scale of a channel: the least power of two that brings its weights into the range of this format; 1 for zeros and for floats.
     * Weights that have been rounded have the same scale, or a smaller one at which they need no rounding either.
     *
     * @param from index of the channel's first weight
     */
    public float scale(float[] filter, int from, int taps) {
        if (this == FP32) {
            return 1;
        }
        float most = 0;
        for (int i = from; i < from + taps; i++) {
            most = Math.max(most, Math.abs(filter[i]));
        }
        if (most == 0) {
            return 1;
        }
        int exponent = Math.getExponent(most);
        return Math.scalb(1f, most <= largest * Math.scalb(1f, exponent) ? exponent : exponent + 1);
    }

    @Override
    public boolean isNone() {
        return this == FP32;
    }

    /** Ungrouped convolutions of some channels, classifiers too. */
    @Override
    public boolean reaches(Conv conv, Shape in, Shape out) {
        return Compression.isWide(conv, in);
    }

    @Override
    public double density() {
        return 1;
    }

    @Override
    public long weights(int outChannels, long taps) {
        return outChannels * taps;
    }

    /** With a float per channel for its scale. */
    @Override
    public long bytes(int outChannels, long taps) {
        return (outChannels * taps * bits + 7) / 8 + (isNone() ? 0 : outChannels * (long) Shape.ELEMENT_BYTES);
    }
}

package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.FoldedConv;
import org.convmark.model.Precision;

/**
 * The parameters of a convolution as words of 32 bits, in the form that kernels read, see {@code NUMBERS} in {@code vec.cl}.
 *
 * @param format of a weight
 * @param numbers output channel x channel in group x row x column: the weights, over their channel's scale where they become codes
 * @param bias one per output channel
 * @param scales one per output channel
 */
record StoredConv(Precision format, float[] numbers, float[] bias, float[] scales) {
    /** Words that arrays of weights fill. */
    private static final int QUAD = 4;

    /** What bytes without a sign have to give to have one. */
    private static final int SIGN = 128;

    static StoredConv of(FoldedConv folded) {
        Precision format = folded.conv().precision();
        float[] numbers = folded.filter();
        if (!format.isNone()) {
            int taps = numbers.length / folded.scales().length;
            numbers = numbers.clone();
            for (int i = 0; i < numbers.length; i++) {
                float scale = folded.scales()[i / taps];
                numbers[i] = scale == 0 ? 0 : numbers[i] / scale;
            }
        }
        return new StoredConv(format, numbers, folded.bias(), folded.scales());
    }

    /** Build option that tells a kernel the format. */
    String option(String name) {
        return " -D" + name + "=" + format;
    }

    /** Biases, then scales where weights are codes, each padded with zeros to so many channels. */
    int[] ends(int channels) {
        int[] biases = bits(Arrays.copyOf(bias, channels));
        return format.isNone() ? biases : joined(biases, bits(Arrays.copyOf(scales, channels)));
    }

    /**
     * What dot products of integers begin with and what they stand for, see {@code DOTS} in {@code vec.cl}. Integers there have a sign, so
     * those that have none here are 128 less there, and a sum begins with as much more.
     */
    static int[] integerEnds(FoldedConv folded) {
        int[] begin = folded.biasCodes();
        byte[] codes = folded.codes();
        int taps = codes.length / begin.length;
        for (int i = 0; i < codes.length && folded.reads().isUnsigned(); i++) {
            begin[i / taps] += SIGN * codes[i];
        }
        return joined(begin, bits(folded.units()));
    }

    /** Build options that tell how floats become those integers. */
    static String integers(FoldedConv folded) {
        return " -DIN_STEP=" + Tuning.number(folded.reads().step()) + " -DIN_OFFSET="
                + Tuning.number(folded.reads().isUnsigned() ? -SIGN : 0);
    }

    /** Numbers that were put into the order of a kernel, padded with zeros to quads of words. */
    int[] words(float[] packed) {
        int[] words = room(packed.length);
        for (int i = 0; i < packed.length; i++) {
            put(words, i, packed[i]);
        }
        return words;
    }

    /** Words for so many numbers, all zero, in whole quads. Large filters are put here one by one, so that there is no other copy. */
    int[] room(int numbers) {
        return new int[DeviceTensor.blocks(numbers, perWord() * QUAD) * QUAD];
    }

    /** Puts a number where a zero is. */
    void put(int[] words, int i, float number) {
        put(format, words, i, number);
    }

    private int perWord() {
        return Integer.SIZE / format.bits();
    }

    /** Puts a number of a format into words where a zero is. */
    static void put(Precision format, int[] words, int i, float number) {
        int perWord = Integer.SIZE / format.bits();
        words[i / perWord] |= format.encode(number) << i % perWord * format.bits();
    }

    /** A number of a format, from words. */
    static float get(Precision format, int[] words, int i) {
        int perWord = Integer.SIZE / format.bits();
        int code = words[i / perWord] >>> i % perWord * format.bits();
        return format.decode(format.isNone() ? code : code & (1 << format.bits()) - 1);
    }

    /** Floats as words. */
    static int[] bits(float... values) {
        return IntStream.range(0, values.length)
                .map(i -> Float.floatToRawIntBits(values[i]))
                .toArray();
    }

    /** Words after words. */
    static int[] joined(int[]... parts) {
        return Stream.of(parts).flatMapToInt(IntStream::of).toArray();
    }
}

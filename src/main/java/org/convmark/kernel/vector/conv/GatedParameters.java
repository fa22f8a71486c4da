package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.GatedFilter;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.model.Gated;

/**
 * Gathers the parameters of a gated convolution where its kernel reads them. Kernels pack weights in vectors of output channels, and a
 * group of channels is whole vectors, so a pass copies vectors: from filters in the order input channel x row and column x output
 * channel. Where to is seen from the same kernel with {@linkplain GatedFilter#numbered numbers} for parameters.
 */
public final class GatedParameters implements Kernel.Whole {
    /** A kernel whose parameters can be changed between passes. */
    public interface Packed extends Kernel {
        /** Weights and biases as it reads them. */
        List<FloatBuffer> parameters();
    }

    /** The whole filter, then the whole bias as if it were one more input channel. */
    private final float[] whole;

    /** Floats of the whole from one input channel to the next. */
    private final int row;

    private final Choice inputs;
    private final Choice outputs;
    private final Copies[] copies;

    /** Channels that a pass reads or computes: of the first channel of each chosen group its number in the whole layer. */
    private record Choice(BlockedTensor mask, int[] groups) {
        /** @param mask or null if all channels are chosen */
        static Choice of(BlockedTensor mask, int channels) {
            int groups = (channels + Gated.GROUP - 1) / Gated.GROUP;
            return new Choice(
                    mask, IntStream.range(0, groups).map(g -> g * Gated.GROUP).toArray());
        }

        void read() {
            if (mask == null) {
                return;
            }
            int columns = mask.shape.width();
            for (int g = 0; g < columns * mask.shape.height(); g++) {
                int place = (int) mask.data[mask.at(0, 0, g / columns, g % columns)];
                if (place >= 0) {
                    groups[place] = g * Gated.GROUP;
                }
            }
        }
    }

    /**
     * Vectors of one array.
     *
     * @param to where they are
     * @param inputs by vector: the group of its input channel among those chosen
     * @param outputs by vector: the group of its output channels
     * @param rests by vector: the part of its place in the whole that no mask decides
     */
    private record Copies(float[] data, int[] to, int[] inputs, int[] outputs, int[] rests) {}

    /**
     * @param kernel whose parameters are gathered
     * @param numbered the same kernel with numbers in their place
     */
    public GatedParameters(
            GatedFilter filter, BlockedTensor inputs, BlockedTensor outputs, Packed kernel, Packed numbered) {
        List<FloatBuffer> packed = kernel.parameters();
        List<FloatBuffer> numbers = numbered.parameters();
        this.whole = transposed(filter);
        this.row = filter.taps() * filter.whole().bias().length;
        this.inputs = Choice.of(inputs, filter.channels());
        this.outputs = Choice.of(outputs, filter.chosen().bias().length);
        this.copies = IntStream.range(0, packed.size())
                .mapToObj(i -> copies(filter, packed.get(i), numbers.get(i)))
                .toArray(Copies[]::new);
    }

    /** With room for a last vector whose lanes are not all used. */
    private static float[] transposed(GatedFilter filter) {
        int rows = filter.all() * filter.taps();
        int channels = filter.whole().bias().length;
        float[] transposed = new float[(rows + 1) * channels + L];
        for (int o = 0; o < channels; o++) {
            for (int row = 0; row < rows; row++) {
                transposed[row * channels + o] = filter.whole().filter()[o * rows + row];
            }
            transposed[rows * channels + o] = filter.whole().bias()[o];
        }
        return transposed;
    }

    private static Copies copies(GatedFilter filter, FloatBuffer packed, FloatBuffer numbers) {
        int[] vectors = IntStream.range(0, packed.remaining() / L)
                .map(i -> i * L)
                .filter(i -> numbers.get(numbers.position() + i) != 0)
                .toArray();
        Copies copies = new Copies(
                packed.array(),
                IntStream.of(vectors).map(i -> packed.position() + i).toArray(),
                new int[vectors.length],
                new int[vectors.length],
                new int[vectors.length]);
        int channels = filter.whole().bias().length;
        int perOutput = filter.channels() * filter.taps();
        for (int i = 0; i < vectors.length; i++) {
            int number = (int) numbers.get(numbers.position() + vectors[i]);
            int output = number < 0 ? -1 - number : (number - 1) / perOutput;
            int input = number < 0 ? 0 : (number - 1) % perOutput / filter.taps();
            int row = number < 0
                    ? filter.all() * filter.taps()
                    : input % Gated.GROUP * filter.taps() + (number - 1) % filter.taps();
            copies.inputs[i] = number < 0 ? -1 : input / Gated.GROUP;
            copies.outputs[i] = output / Gated.GROUP;
            copies.rests[i] = row * channels + output % Gated.GROUP;
        }
        return copies;
    }

    @Override
    public void run() {
        inputs.read();
        outputs.read();
        for (Copies some : copies) {
            copy(whole, row, inputs.groups, outputs.groups, some.data, some.to, some.inputs, some.outputs, some.rests);
        }
    }

    /** @param row floats from one input channel to the next */
    private static void copy(
            float[] from,
            int row,
            int[] inputs,
            int[] outputs,
            float[] to,
            int[] at,
            int[] ofInputs,
            int[] ofOutputs,
            int[] rests) {
        for (int i = 0; i < at.length; i++) {
            int first = ofInputs[i] < 0 ? 0 : inputs[ofInputs[i]] * row;
            FloatVector.fromArray(FLOATS, from, first + outputs[ofOutputs[i]] + rests[i])
                    .intoArray(to, at[i]);
        }
    }
}

package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.nio.FloatBuffer;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.lane.AlignedFloats;
import org.convmark.kernel.vector.lane.Clamp;
import org.convmark.kernel.vector.lane.Lanes;
import org.convmark.kernel.vector.lane.TileSize;
import org.convmark.kernel.vector.lane.Tiling;
import org.convmark.kernel.vector.tile.LaneTiles;
import org.convmark.model.Conv;

/**
 * A filter in which every output lane reads the same lane of some input planes: one plane for a depthwise convolution, one per
 * channel of a group for a convolution with narrow groups. Neighbouring taps of a row are taken in runs of three and two.
 */
final class LaneFilter {
    private static final int PIXELS = TileSize.LANE_PIXELS;

    /** Last pixels of a row that take less time one by one than as part of a tile. */
    private static final int ALONE = 1;

    private final Conv conv;

    /** Offsets of the runs: first those of three taps, then those of two; or only single taps. */
    private final int[] runs;

    private final int threes;
    private final boolean inRuns;

    /** Offsets of the taps in the order of the runs. */
    private final int[] taps;

    private final AlignedFloats weights;
    private final float[] bias;
    private final Clamp clamp;

    /**
     * @param filter output channel x plane x row x column
     * @param clamp of the results
     * @param planes planes of input
     * @param plane floats from one plane to the next
     * @param row floats from one row of a plane to the next
     */
    LaneFilter(Conv conv, float[] filter, float[] bias, Clamp clamp, int planes, int plane, int row) {
        this.conv = conv;
        this.bias = Lanes.padded(bias);
        this.clamp = clamp;
        int k = conv.kernel();
        int lines = planes * k;
        this.inRuns = conv.dilation() == 1 && k >= 3 && k % 2 == 1;
        int triples = inRuns ? 1 : 0;
        int pairs = inRuns ? (k - 3) / 2 : 0;
        this.threes = lines * triples;
        this.runs = new int[lines * (inRuns ? triples + pairs : k)];
        this.taps = new int[lines * k];
        this.weights = AlignedFloats.of(this.bias.length * taps.length);
        int run = 0;
        int tap = 0;
        for (int length = inRuns ? 3 : 1; length > 0; length = length == 3 ? 2 : 0) {
            int first = length == 2 ? 3 : 0;
            int last = length == 3 ? 3 : k;
            for (int line = 0; line < lines; line++) {
                for (int s = first; s < last; s++) {
                    taps[tap] = line / k * plane + line % k * conv.dilation() * row + s * conv.dilation() * L;
                    if ((s - first) % length == 0) {
                        runs[run++] = taps[tap];
                    }
                    fill(tap++, filter, line * k + s);
                }
            }
        }
    }

    /** Weights and biases as they are read. */
    List<FloatBuffer> parameters() {
        return List.of(
                FloatBuffer.wrap(weights.data(), weights.first(), bias.length * taps.length), FloatBuffer.wrap(bias));
    }

    /** Index of the first weight of a block. */
    private int weights(int block) {
        return weights.first() + block * taps.length * L;
    }

    private void fill(int tap, float[] filter, int source) {
        for (int c = 0; c < conv.outChannels(); c++) {
            weights.data()[weights(c / L) + tap * L + c % L] = filter[c * taps.length + source];
        }
    }

    /**
     * One row of results.
     *
     * @param p offset of the first tap of the first result, in the first plane
     * @param b output block
     * @param q offset of the first result
     * @param width number of results
     */
    void row(float[] in, int p, int b, float[] out, int q, int width) {
        int covered = Tiling.hasStep(conv.stride()) ? width / PIXELS * PIXELS : 0;
        if (covered > 0) {
            tiles(in, p, b, out, q, covered);
        }
        if (covered > 0 && covered + ALONE < width) {
            int x = (width - PIXELS) * L;
            tiles(in, p + x * conv.stride(), b, out, q + x, PIXELS);
        } else {
            int w0 = weights(b);
            for (int x = covered * L; x < width * L; x += L) {
                one(in, p + x * conv.stride(), taps, weights.data(), w0, bias, b * L, clamp, out, q + x);
            }
        }
    }

    private void tiles(float[] in, int p, int b, float[] out, int q, int pixels) {
        int w0 = weights(b);
        float[] w = weights.data();
        int end = q + pixels * L;
        int second = inRuns && runs.length > threes ? 2 : 0;
        LaneTiles.row(
                inRuns ? 3 : 1, second, conv.stride(), in, p, runs, threes, w, w0, bias, b * L, clamp, out, q, end);
    }

    /** One pixel, tap by tap, for pixels that no tile covers. */
    private static void one(
            float[] in,
            int p,
            int[] taps,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            Clamp clamp,
            float[] out,
            int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, bias, o);
        for (int t = 0; t < taps.length; t++) {
            a = FloatVector.fromArray(FLOATS, weights, w0 + t * L)
                    .fma(FloatVector.fromArray(FLOATS, in, p + taps[t]), a);
        }
        FloatVector low = FloatVector.broadcast(FLOATS, clamp.low());
        FloatVector high = FloatVector.broadcast(FLOATS, clamp.high());
        a = a.blend(low, a.lt(low));
        a.blend(high, high.lt(a)).intoArray(out, q);
    }
}

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
 * channel of a group for a convolution with narrow groups. Neighbouring taps of a row are taken in runs: all taps of a row together
 * where registers hold their weights, else three and two.
 */
final class LaneFilter {
    private static final int PIXELS = TileSize.LANE_PIXELS;

    /** Last pixels of a row that take less time one by one than as part of a tile. */
    private static final int ALONE = 1;

    private final Conv conv;

    /** Offsets of the runs: first the longer ones, then those of two taps. */
    private final int[] runs;

    /** Number of longer runs. */
    private final int longer;

    /** Taps of a longer run. */
    private final int run;

    /** Pixels of most tiles. */
    private final int pixels;

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
        boolean wholeRows = Tiling.HAS_LARGE && k <= TileSize.LANE_RUN;
        this.run = conv.dilation() > 1 || k % 2 == 0 ? 1 : wholeRows ? k : Math.min(k, 3);
        this.pixels = wholeRows && run > 1 ? TileSize.LONG_LANE_PIXELS : PIXELS;
        int first = run > 1 ? run : k;
        this.longer = lines * (first / run);
        this.runs = new int[longer + lines * ((k - first) / 2)];
        this.taps = new int[lines * k];
        this.weights = AlignedFloats.of(this.bias.length * taps.length);
        place(filter, 0, first, run, 0, plane, row);
        place(filter, first, k, 2, longer, plane, row);
    }

    /**
     * Places the taps of some columns of every row of the filter.
     *
     * @param length of their runs
     * @param first number of their first run
     */
    private void place(float[] filter, int from, int to, int length, int first, int plane, int row) {
        int k = conv.kernel();
        int lines = taps.length / k;
        int run = first;
        int tap = lines * from;
        for (int line = 0; line < lines; line++) {
            for (int s = from; s < to; s++) {
                taps[tap] = line / k * plane + (line % k * row + s * L) * conv.dilation();
                if ((s - from) % length == 0) {
                    runs[run++] = taps[tap];
                }
                fill(tap++, filter, line * k + s);
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
     * Some rows of results.
     *
     * @param p offset of the first tap of the first result, in the first plane
     * @param inRow floats from what one row reads to what the next one reads
     * @param b output block
     * @param q offset of the first result
     * @param outRow floats from one row to the next
     * @param width results of a row
     * @param rows number of rows
     */
    void rows(float[] in, int p, int inRow, int b, float[] out, int q, int outRow, int width, int rows) {
        int covered = 0;
        if (Tiling.hasStep(conv.stride())) {
            covered = tiles(pixels, 0, width, in, p, inRow, b, out, q, outRow, rows);
            covered = tiles(PIXELS, covered, width, in, p, inRow, b, out, q, outRow, rows);
            if (covered > 0 && covered + ALONE < width) {
                covered = tiles(PIXELS, width - PIXELS, width, in, p, inRow, b, out, q, outRow, rows);
            }
        }
        int w0 = weights(b);
        for (int y = 0; y < rows; y++) {
            for (int x = covered * L; x < width * L; x += L) {
                int i = p + y * inRow + x * conv.stride();
                one(in, i, taps, weights.data(), w0, bias, b * L, clamp, out, q + y * outRow + x);
            }
        }
    }

    /**
     * Tiles of this many pixels from a column on, as many as fit before another.
     *
     * @return the column after them
     */
    private int tiles(
            int pixels,
            int from,
            int to,
            float[] in,
            int p,
            int inRow,
            int b,
            float[] out,
            int q,
            int outRow,
            int rows) {
        int wide = (to - from) / pixels * pixels;
        if (wide > 0) {
            LaneTiles.rows(
                    pixels,
                    run,
                    runs.length > longer ? 2 : 0,
                    conv.stride(),
                    in,
                    p + from * L * conv.stride(),
                    inRow,
                    runs,
                    longer,
                    weights.data(),
                    weights(b),
                    bias,
                    b * L,
                    clamp,
                    out,
                    q + from * L,
                    outRow,
                    wide * L,
                    rows);
        }
        return from + wide;
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

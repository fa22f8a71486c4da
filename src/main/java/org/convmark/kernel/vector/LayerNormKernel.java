package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.Lanes;
import org.convmark.kernel.vector.lane.RowRangeKernel;

/**
 * Layer normalisation. A unit is one row of pixels of one image. Seven pixels at a time pass three times over their channel
 * blocks: mean, variance, result. The seven sums stay in registers, which hides the latency of the addition. Lanes after the last
 * channel are multiplied by zero.
 */
final class LayerNormKernel implements RowRangeKernel {
    /** Pixels of a tile. */
    private static final int PIXELS = 7;

    /** Index, after the moments of a tile, of the vectors that the moments are summed from. */
    private static final int VECTORS = 2 * PIXELS;

    private final float epsilon;
    private final float[] gain;
    private final float[] bias;
    private final float[] lanes;
    private final BlockedTensor in;
    private final BlockedTensor out;

    /** Means of the pixels of a tile, one over their deviations, and a vector for each. */
    private final ThreadLocal<float[]> moments = ThreadLocal.withInitial(() -> new float[(2 + L) * PIXELS]);

    LayerNormKernel(float epsilon, float[] gain, float[] bias, BlockedTensor in, BlockedTensor out) {
        this.epsilon = epsilon;
        this.gain = Lanes.padded(gain);
        this.bias = Lanes.padded(bias);
        this.in = in;
        this.out = out;
        float[] ones = new float[in.shape.channels()];
        Arrays.fill(ones, 1);
        this.lanes = Lanes.padded(ones);
    }

    @Override
    public int units() {
        return in.shape.batch() * in.shape.height();
    }

    @Override
    public void run(int from, int to) {
        for (int unit = from; unit < to; unit++) {
            row(unit / in.shape.height(), unit % in.shape.height());
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        for (int y = from; y < to; y++) {
            row(n, y);
        }
    }

    /** The last tile starts early enough to end with the row; rows shorter than a tile are computed pixel by pixel. */
    private void row(int n, int y) {
        int p = in.at(n, 0, y, 0);
        int q = out.at(n, 0, y, 0);
        int width = in.shape.width();
        for (int x = 0; x < width; x += width < PIXELS ? 1 : PIXELS) {
            if (width < PIXELS) {
                pixel(p + x * L, q + x * L);
            } else {
                int first = Math.min(x, width - PIXELS) * L;
                tile(p + first, q + first);
            }
        }
    }

    private void tile(int p, int q) {
        float[] of = moments.get();
        int end = p + in.blocks * in.block;
        int channels = in.shape.channels();
        sums(in.data, p, end, in.block, lanes, of);
        for (int i = 0; i < PIXELS; i++) {
            of[i] = sum(of, VECTORS + i * L) / channels;
        }
        squares(in.data, p, end, in.block, lanes, of);
        for (int i = 0; i < PIXELS; i++) {
            of[PIXELS + i] = factor(sum(of, VECTORS + i * L) / channels);
        }
        normalise(in.data, p, end, in.block, of, gain, bias, out.data, q, out.block);
    }

    /** The factor that scales differences from the mean. In single precision, whose root and quotient are faster. */
    private float factor(float variance) {
        return 1 / (float) Math.sqrt(variance + epsilon);
    }

    /**
     * The sum of a vector in memory, always in this order. The Vector API does not specify the order of its own reduction;
     * interpreter and C2 differ, and the bits of a result would change when a method is compiled.
     */
    private static float sum(float[] of, int v) {
        float a = of[v];
        float b = of[v + 1];
        float c = of[v + 2];
        float d = of[v + 3];
        for (int i = v + 4; i < v + L; i += 4) {
            a += of[i];
            b += of[i + 1];
            c += of[i + 2];
            d += of[i + 3];
        }
        return (a + b) + (c + d);
    }

    private static void sums(float[] in, int p, int end, int block, float[] lanes, float[] of) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector a4 = FloatVector.zero(FLOATS);
        FloatVector a5 = FloatVector.zero(FLOATS);
        FloatVector a6 = FloatVector.zero(FLOATS);
        for (int c = 0; p < end; p += block, c += L) {
            FloatVector w = FloatVector.fromArray(FLOATS, lanes, c);
            a0 = w.fma(FloatVector.fromArray(FLOATS, in, p), a0);
            a1 = w.fma(FloatVector.fromArray(FLOATS, in, p + L), a1);
            a2 = w.fma(FloatVector.fromArray(FLOATS, in, p + 2 * L), a2);
            a3 = w.fma(FloatVector.fromArray(FLOATS, in, p + 3 * L), a3);
            a4 = w.fma(FloatVector.fromArray(FLOATS, in, p + 4 * L), a4);
            a5 = w.fma(FloatVector.fromArray(FLOATS, in, p + 5 * L), a5);
            a6 = w.fma(FloatVector.fromArray(FLOATS, in, p + 6 * L), a6);
        }
        a0.intoArray(of, VECTORS);
        a1.intoArray(of, VECTORS + L);
        a2.intoArray(of, VECTORS + 2 * L);
        a3.intoArray(of, VECTORS + 3 * L);
        a4.intoArray(of, VECTORS + 4 * L);
        a5.intoArray(of, VECTORS + 5 * L);
        a6.intoArray(of, VECTORS + 6 * L);
    }

    /** Squared differences from the mean. */
    private static void squares(float[] in, int p, int end, int block, float[] lanes, float[] of) {
        FloatVector m0 = FloatVector.broadcast(FLOATS, of[0]);
        FloatVector m1 = FloatVector.broadcast(FLOATS, of[1]);
        FloatVector m2 = FloatVector.broadcast(FLOATS, of[2]);
        FloatVector m3 = FloatVector.broadcast(FLOATS, of[3]);
        FloatVector m4 = FloatVector.broadcast(FLOATS, of[4]);
        FloatVector m5 = FloatVector.broadcast(FLOATS, of[5]);
        FloatVector m6 = FloatVector.broadcast(FLOATS, of[6]);
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector a4 = FloatVector.zero(FLOATS);
        FloatVector a5 = FloatVector.zero(FLOATS);
        FloatVector a6 = FloatVector.zero(FLOATS);
        for (int c = 0; p < end; p += block, c += L) {
            FloatVector w = FloatVector.fromArray(FLOATS, lanes, c);
            FloatVector d;
            d = m0.sub(FloatVector.fromArray(FLOATS, in, p)).mul(w);
            a0 = d.fma(d, a0);
            d = m1.sub(FloatVector.fromArray(FLOATS, in, p + L)).mul(w);
            a1 = d.fma(d, a1);
            d = m2.sub(FloatVector.fromArray(FLOATS, in, p + 2 * L)).mul(w);
            a2 = d.fma(d, a2);
            d = m3.sub(FloatVector.fromArray(FLOATS, in, p + 3 * L)).mul(w);
            a3 = d.fma(d, a3);
            d = m4.sub(FloatVector.fromArray(FLOATS, in, p + 4 * L)).mul(w);
            a4 = d.fma(d, a4);
            d = m5.sub(FloatVector.fromArray(FLOATS, in, p + 5 * L)).mul(w);
            a5 = d.fma(d, a5);
            d = m6.sub(FloatVector.fromArray(FLOATS, in, p + 6 * L)).mul(w);
            a6 = d.fma(d, a6);
        }
        a0.intoArray(of, VECTORS);
        a1.intoArray(of, VECTORS + L);
        a2.intoArray(of, VECTORS + 2 * L);
        a3.intoArray(of, VECTORS + 3 * L);
        a4.intoArray(of, VECTORS + 4 * L);
        a5.intoArray(of, VECTORS + 5 * L);
        a6.intoArray(of, VECTORS + 6 * L);
    }

    private static void normalise(
            float[] in,
            int p,
            int end,
            int block,
            float[] of,
            float[] gain,
            float[] bias,
            float[] out,
            int q,
            int outBlock) {
        for (int c = 0; p < end; p += block, q += outBlock, c += L) {
            FloatVector g = FloatVector.fromArray(FLOATS, gain, c);
            FloatVector t = FloatVector.fromArray(FLOATS, bias, c);
            for (int i = 0; i < PIXELS; i++) {
                FloatVector.fromArray(FLOATS, in, p + i * L)
                        .sub(of[i])
                        .mul(of[PIXELS + i])
                        .fma(g, t)
                        .intoArray(out, q + i * L);
            }
        }
    }

    private void pixel(int p, int q) {
        float[] of = moments.get();
        float mean = sum(p, of) / in.shape.channels();
        write(p, q, mean, factor(squares(p, mean, of) / in.shape.channels()));
    }

    private float sum(int p, float[] of) {
        FloatVector a = FloatVector.zero(FLOATS);
        for (int b = 0; b < in.blocks; b++) {
            a = FloatVector.fromArray(FLOATS, in.data, p + b * in.block)
                    .fma(FloatVector.fromArray(FLOATS, lanes, b * L), a);
        }
        a.intoArray(of, VECTORS);
        return sum(of, VECTORS);
    }

    private float squares(int p, float mean, float[] of) {
        FloatVector a = FloatVector.zero(FLOATS);
        for (int b = 0; b < in.blocks; b++) {
            FloatVector d = FloatVector.fromArray(FLOATS, in.data, p + b * in.block)
                    .sub(mean)
                    .mul(FloatVector.fromArray(FLOATS, lanes, b * L));
            a = d.fma(d, a);
        }
        a.intoArray(of, VECTORS);
        return sum(of, VECTORS);
    }

    private void write(int p, int q, float mean, float factor) {
        for (int b = 0; b < in.blocks; b++) {
            FloatVector.fromArray(FLOATS, in.data, p + b * in.block)
                    .sub(mean)
                    .mul(factor)
                    .fma(FloatVector.fromArray(FLOATS, gain, b * L), FloatVector.fromArray(FLOATS, bias, b * L))
                    .intoArray(out.data, q + b * out.block);
        }
    }
}

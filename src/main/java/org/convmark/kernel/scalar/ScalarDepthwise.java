package org.convmark.kernel.scalar;

import java.util.Arrays;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * Depthwise convolution at stride 1 in plain loops. A unit is one map. Every shifted map serves a single sum, so shifting must be
 * cheap: the input is copied with its padding, and sums are spaced like the rows of that copy, so a shift is one copy of a range.
 * The sums between rows have no meaning and are dropped at the end.
 */
final class ScalarDepthwise implements Kernel {
    /** Padded input, sums, shifted inputs; one set per thread, grows to the largest map. */
    private static final ThreadLocal<float[][]> SCRATCH =
            ThreadLocal.withInitial(() -> new float[2 + ScalarConv.TAPS][0]);

    private final Conv conv;
    private final PostOps postOps;
    private final float[] filter;
    private final float[] bias;
    private final PlanarTensor in;
    private final PlanarTensor out;

    /** Floats from one row of the padded input to the next. */
    private final int pitch;

    /** Floats from the first sum to the last, inclusive. */
    private final int sums;

    ScalarDepthwise(Conv conv, PostOps postOps, float[] filter, float[] bias, PlanarTensor in, PlanarTensor out) {
        this.conv = conv;
        this.postOps = postOps;
        this.filter = filter;
        this.bias = bias;
        this.in = in;
        this.out = out;
        this.pitch = in.shape().width() + 2 * conv.padding();
        this.sums = (out.shape().height() - 1) * pitch + out.shape().width();
    }

    static boolean fits(Conv conv, Shape in) {
        return conv.stride() == 1 && conv.groupWidth(in.channels()) == 1 && conv.groupOut(in.channels()) == 1;
    }

    @Override
    public int units() {
        return out.maps().length;
    }

    @Override
    public void run(int from, int to) {
        for (int m = from; m < to; m++) {
            map(m, m % out.shape().channels());
        }
    }

    private void map(int m, int c) {
        float[][] scratch = scratch();
        float[] padded = scratch[0];
        float[] y = scratch[1];
        pad(in.maps()[m], padded);
        Arrays.fill(y, 0, sums, bias[c]);
        int taps = conv.kernel() * conv.kernel();
        int t = 0;
        for (; t + ScalarConv.TAPS <= taps; t += ScalarConv.TAPS) {
            for (int j = 0; j < ScalarConv.TAPS; j++) {
                System.arraycopy(padded, offset(t + j), scratch[2 + j], 0, sums);
            }
            int k = c * taps + t;
            ScalarConv.add(
                    y,
                    0,
                    sums,
                    scratch[2],
                    scratch[3],
                    scratch[4],
                    scratch[5],
                    filter[k],
                    filter[k + 1],
                    filter[k + 2],
                    filter[k + 3]);
        }
        for (; t < taps; t++) {
            System.arraycopy(padded, offset(t), scratch[2], 0, sums);
            ScalarConv.add(y, 0, sums, scratch[2], filter[c * taps + t]);
        }
        int width = out.shape().width();
        for (int row = 0; row < out.shape().height(); row++) {
            System.arraycopy(y, row * pitch, out.maps()[m], row * width, width);
        }
        postOps.map(out, m, 0, out.maps()[m].length);
    }

    private int offset(int t) {
        return conv.dilation() * (t / conv.kernel() * pitch + t % conv.kernel());
    }

    private void pad(float[] map, float[] padded) {
        Arrays.fill(padded, 0, (in.shape().height() + 2 * conv.padding()) * pitch, 0);
        int width = in.shape().width();
        for (int row = 0; row < in.shape().height(); row++) {
            System.arraycopy(map, row * width, padded, (row + conv.padding()) * pitch + conv.padding(), width);
        }
    }

    private float[][] scratch() {
        float[][] scratch = SCRATCH.get();
        int length = (in.shape().height() + 2 * conv.padding()) * pitch;
        if (scratch[0].length < length) {
            for (int j = 0; j < scratch.length; j++) {
                scratch[j] = new float[length];
            }
        }
        return scratch;
    }
}

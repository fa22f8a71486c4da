package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.convmark.kernel.Kernel;

/**
 * Layer normalisation. A unit is one row of pixels of one image; each pixel passes three times over its channel blocks:
 * mean, variance, result. Lanes behind the last channel are multiplied by zero.
 */
final class LayerNormKernel implements Kernel {
    private final float epsilon;
    private final float[] gain;
    private final float[] bias;
    private final float[] lanes;
    private final Blocked in;
    private final Blocked out;

    LayerNormKernel(float epsilon, float[] gain, float[] bias, Blocked in, Blocked out) {
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
        int height = in.shape.height();
        for (int unit = from; unit < to; unit++) {
            for (int x = 0; x < in.shape.width(); x++) {
                pixel(in.at(unit / height, 0, unit % height, x), out.at(unit / height, 0, unit % height, x));
            }
        }
    }

    private void pixel(int p, int q) {
        float mean = sum(p) / in.shape.channels();
        float variance = squares(p, mean) / in.shape.channels();
        normalise(p, q, mean, (float) (1 / Math.sqrt(variance + epsilon)));
    }

    private float sum(int p) {
        FloatVector a = FloatVector.zero(FLOATS);
        for (int b = 0; b < in.blocks; b++) {
            a = FloatVector.fromArray(FLOATS, in.data, p + b * in.block)
                    .fma(FloatVector.fromArray(FLOATS, lanes, b * L), a);
        }
        return a.reduceLanes(VectorOperators.ADD);
    }

    private float squares(int p, float mean) {
        FloatVector a = FloatVector.zero(FLOATS);
        for (int b = 0; b < in.blocks; b++) {
            FloatVector d = FloatVector.fromArray(FLOATS, in.data, p + b * in.block)
                    .sub(mean)
                    .mul(FloatVector.fromArray(FLOATS, lanes, b * L));
            a = d.fma(d, a);
        }
        return a.reduceLanes(VectorOperators.ADD);
    }

    private void normalise(int p, int q, float mean, float factor) {
        for (int b = 0; b < in.blocks; b++) {
            FloatVector.fromArray(FLOATS, in.data, p + b * in.block)
                    .sub(mean)
                    .mul(factor)
                    .fma(FloatVector.fromArray(FLOATS, gain, b * L), FloatVector.fromArray(FLOATS, bias, b * L))
                    .intoArray(out.data, q + b * out.block);
        }
    }
}

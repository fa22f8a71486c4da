package org.convmark.kernel.scalar;

import java.util.Arrays;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.Kernel;
import org.convmark.model.Layer;

/**
 * Convolution in plain loops. A unit is one output feature map: for each input channel of its group and each filter tap,
 * one multiply-add over a row, which C2 vectorises at stride 1. A pointwise filter at stride 1 takes the whole map as
 * one row.
 */
final class ScalarConv implements Kernel {
    private final Layer.Conv conv;
    private final Epilogue epilogue;
    private final float[] filter;
    private final float[] bias;
    private final Plane in;
    private final Plane residual;
    private final Plane out;
    private final int group;
    private final int groupOut;

    ScalarConv(Layer.Conv conv, Epilogue epilogue, float[] filter, float[] bias, Plane in, Plane residual, Plane out) {
        this.conv = conv;
        this.epilogue = epilogue;
        this.filter = filter;
        this.bias = bias;
        this.in = in;
        this.residual = residual;
        this.out = out;
        this.group = conv.groupWidth(in.shape().channels());
        this.groupOut = conv.groupOut(in.shape().channels());
    }

    @Override
    public int units() {
        return out.maps();
    }

    @Override
    public void run(int from, int to) {
        for (int m = from; m < to; m++) {
            map(m);
        }
    }

    private void map(int m) {
        int channel = m % out.shape().channels();
        int firstIn = m / out.shape().channels() * in.shape().channels() + channel / groupOut * group;
        int start = out.map(m);
        int end = out.map(m + 1);
        Arrays.fill(out.data(), start, end, bias[channel]);
        int k = conv.kernel();
        for (int c = 0; c < group; c++) {
            for (int r = 0; r < k; r++) {
                for (int s = 0; s < k; s++) {
                    tap(filter[((channel * group + c) * k + r) * k + s], in.map(firstIn + c), start, r, s);
                }
            }
        }
        if (epilogue.before() != null) {
            ScalarLoops.activate(epilogue.before(), out.data(), start, end);
        }
        if (residual != null) {
            ScalarLoops.add(out.data(), residual.data(), out.data(), start, end);
        }
        if (epilogue.after() != null) {
            ScalarLoops.activate(epilogue.after(), out.data(), start, end);
        }
    }

    /** Adds one filter tap times one input map. */
    private void tap(float weight, int source, int target, int r, int s) {
        int height = in.shape().height();
        int width = in.shape().width();
        int outWidth = out.shape().width();
        int stride = conv.stride();
        int dy = r * conv.dilation() - conv.padding();
        int dx = s * conv.dilation() - conv.padding();
        if (conv.kernel() == 1 && stride == 1 && conv.padding() == 0) {
            row(in.data(), out.data(), source, target, height * width, weight);
            return;
        }
        int left = Math.max(0, (-dx + stride - 1) / stride);
        int right = Math.min(outWidth, (width - 1 - dx) / stride + 1);
        for (int p = 0; p < out.shape().height(); p++) {
            int y = p * stride + dy;
            if (y < 0 || y >= height || left >= right || width - 1 - dx < 0) {
                continue;
            }
            int from = source + y * width + left * stride + dx;
            if (stride == 1) {
                row(in.data(), out.data(), from, target + p * outWidth + left, right - left, weight);
            } else {
                row(in.data(), out.data(), from, target + p * outWidth + left, right - left, weight, stride);
            }
        }
    }

    private static void row(float[] x, float[] y, int from, int to, int count, float weight) {
        for (int i = 0; i < count; i++) {
            y[to + i] += weight * x[from + i];
        }
    }

    private static void row(float[] x, float[] y, int from, int to, int count, float weight, int stride) {
        for (int i = 0; i < count; i++) {
            y[to + i] += weight * x[from + i * stride];
        }
    }
}

package org.convmark.kernel.vector.conv;

import java.nio.FloatBuffer;
import java.util.List;
import org.convmark.kernel.vector.lane.BlockRowsKernel;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.PostOps;
import org.convmark.model.Conv;
import org.convmark.model.Pool;

/** Depthwise convolution: a {@link LaneFilter} on the input in place. */
public final class DepthwiseKernel implements BlockRowsKernel, GatedParameters.Packed {
    /** Floats of the results of a call, 16 KiB, so that what is left to do with them is done in L1. */
    private static final int BAND = 4 << 10;

    private final Conv conv;
    private final LaneFilter filter;
    private final PostOps postOps;
    private final BlockedTensor in;
    private final BlockedTensor out;

    /** Rows of a call. */
    private final int band;

    /** @param filter channel x row x column */
    public DepthwiseKernel(
            Conv conv, float[] filter, float[] bias, PostOps postOps, BlockedTensor in, BlockedTensor out) {
        this.conv = conv;
        this.filter = new LaneFilter(conv, filter, bias, postOps.clamp(), 1, 0, in.row);
        this.postOps = postOps.afterLimits();
        this.in = in;
        this.out = out;
        this.band = Math.max(1, BAND / out.rowLength());
    }

    @Override
    public List<FloatBuffer> parameters() {
        return filter.parameters();
    }

    @Override
    public BlockedTensor out() {
        return out;
    }

    @Override
    public void rows(int n, int b, int from, int to) {
        for (int y = from; y < to; y += band) {
            int end = Math.min(to, y + band);
            int p = in.at(n, b, y * conv.stride() - conv.padding(), -conv.padding());
            int inRow = in.row * conv.stride();
            filter.rows(in.data, p, inRow, b, out.data, out.at(n, b, y, 0), out.row, out.shape.width(), end - y);
            postOps.rows(out, n, b, y, end);
        }
    }

    /** Blur pooling is a depthwise convolution whose filter is known. */
    public static DepthwiseKernel blur(Pool pool, BlockedTensor in, BlockedTensor out) {
        int channels = out.shape.channels();
        return new DepthwiseKernel(
                pool.blurConv(channels), pool.blurFilter(channels), new float[channels], PostOps.NOTHING, in, out);
    }
}

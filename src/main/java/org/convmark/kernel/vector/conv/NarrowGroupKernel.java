package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import org.convmark.kernel.VectorLength;
import org.convmark.kernel.vector.lane.AlignedFloats;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.PackedFilter;
import org.convmark.kernel.vector.lane.PostOps;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.kernel.vector.lane.ThreadMemory;
import org.convmark.model.Conv;

/**
 * Convolution in groups of g channels in and out, where several groups share a vector. A unit is a band of rows of one block.
 * Each input row is first spread over g planes: plane j has channel j of a group in all lanes of that group. On these planes the
 * convolution is lane-wise, a {@link LaneFilter} of g planes, and no product is with a padding zero. A row is spread just before
 * the first result row that needs it, so planes are read from L1 or L2.
 */
public final class NarrowGroupKernel implements RowRangeKernel {
    /** Rows of a band. Taller bands spread fewer rows twice; shorter ones leave more units to share. */
    private static final int BAND = 14;

    /** Floats of planes, 128 KiB, from which reading them costs as much as a few products with zeros. */
    private static final int FAR = 1 << 15;

    /** Where a vector takes twice the time, products with zeros cost more than reading planes, however large these are. */
    private static final boolean HALVED = Boolean.getBoolean(VectorLength.HALVED);

    private final Conv conv;
    private final PostOps postOps;
    private final BlockedTensor in;
    private final BlockedTensor out;
    private final LaneFilter filter;
    private final VectorShuffle<Float>[] spreads;
    private final int bands;

    /** Floats of a row of one plane; rows of all planes follow one another. */
    private final int row;

    /** @param filter output channel x channel in group x row x column */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public NarrowGroupKernel(
            Conv conv, float[] filter, float[] bias, PostOps postOps, BlockedTensor in, BlockedTensor out) {
        this.conv = conv;
        this.postOps = postOps.afterLimits();
        this.in = in;
        this.out = out;
        int g = conv.groupWidth(in.shape.channels());
        this.bands = (out.shape.height() + BAND - 1) / BAND;
        this.row = row(conv, out);
        this.filter = new LaneFilter(conv, filter, bias, postOps.clamp(), g, row, g * row);
        this.spreads = new VectorShuffle[g];
        for (int j = 0; j < g; j++) {
            int channel = j;
            spreads[j] = VectorShuffle.fromOp(FLOATS, lane -> lane / g * g + channel);
        }
        ThreadMemory.reserve(planes(conv, g, out));
    }

    private static int window(Conv conv) {
        return (conv.kernel() - 1) * conv.dilation() + 1;
    }

    private static int row(Conv conv, BlockedTensor out) {
        return ((out.shape.width() - 1) * conv.stride() + window(conv)) * L;
    }

    /** Floats of the planes of a band. */
    private static int planes(Conv conv, int g, BlockedTensor out) {
        int rows = (Math.min(BAND, out.rows) - 1) * conv.stride() + window(conv);
        return Math.multiplyExact(rows * g, row(conv, out));
    }

    /**
     * Whether whole groups share a vector, have as many channels in as out, and are faster here than in register tiles, which need no
     * planes but multiply by the zeros of the other groups of a vector. A group that has a vector to itself is not, unless its channels do
     * not fill a run of taps. Others are as measured: docs/log/lane-wise-kernels.md, "Narrow groups or tiles".
     */
    public static boolean fits(Conv conv, int inChannels, BlockedTensor out) {
        int g = conv.groupWidth(inChannels);
        boolean alone = g == inChannels && g >= PackedFilter.RUN;
        if (g >= L || L % g != 0 || conv.groupOut(inChannels) != g || alone) {
            return false;
        }
        boolean far = !HALVED && planes(conv, g, out) >= FAR;
        return far ? L / g > 2 * conv.stride() : L / g > 2 || conv.stride() == 1;
    }

    @Override
    public int units() {
        return out.shape.batch() * out.blocks * bands;
    }

    @Override
    public void run(int from, int to) {
        AlignedFloats scratch = ThreadMemory.lines();
        for (int unit = from; unit < to; unit++) {
            int top = unit % bands * BAND;
            int bottom = Math.min(top + BAND, out.shape.height());
            band(scratch, unit / bands / out.blocks, unit / bands % out.blocks, top, bottom);
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        AlignedFloats scratch = ThreadMemory.lines();
        for (int b = 0; b < out.blocks; b++) {
            for (int top = from; top < to; top += BAND) {
                band(scratch, n, b, top, Math.min(top + BAND, to));
            }
        }
    }

    private void band(AlignedFloats scratch, int n, int b, int top, int bottom) {
        int step = conv.stride() * spreads.length * row;
        int spread = 0;
        for (int y = 0; y < bottom - top; y++) {
            int needed = y * conv.stride() + (conv.kernel() - 1) * conv.dilation() + 1;
            for (; spread < needed; spread++) {
                int p = in.at(n, b, top * conv.stride() - conv.padding() + spread, -conv.padding());
                for (int j = 0; j < spreads.length; j++) {
                    int q = scratch.first() + (spread * spreads.length + j) * row;
                    spread(in.data, p, scratch.data(), q, spreads[j], row);
                }
            }
            int q = out.at(n, b, top + y, 0);
            filter.rows(scratch.data(), scratch.first() + y * step, 0, b, out.data, q, out.row, out.shape.width(), 1);
            postOps.row(out, n, b, top + y);
        }
    }

    private static void spread(float[] in, int p, float[] out, int q, VectorShuffle<Float> lanes, int length) {
        for (int i = 0; i < length; i += L) {
            FloatVector.fromArray(FLOATS, in, p + i).rearrange(lanes).intoArray(out, q + i);
        }
    }
}

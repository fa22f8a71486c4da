package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.RowKernel;

/**
 * Average of whole maps. A unit is one map of one channel block: seven independent sums, which hide the latency of the addition,
 * over the rows of the map, or over all pixels as one row if no border lies between rows. Sums go through memory between rows:
 * kept in registers across two nested loops, C2 of JDK 17 boxes them.
 */
final class GlobalPoolKernel implements RowKernel.Row {
    /** Independent sums; maps of 56, 28, 14 and 7 pixels are multiples of this. */
    private static final int SUMS = 7;

    private final BlockedTensor in;
    private final BlockedTensor out;

    GlobalPoolKernel(BlockedTensor in, BlockedTensor out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public void run(int index) {
        int p = in.at(index / out.blocks, index % out.blocks, 0, 0);
        int q = out.rowAt(index);
        int height = in.shape.height();
        boolean asOneRow = in.joined();
        int length = asOneRow ? height * in.row : in.rowLength();
        int sevens = length / (SUMS * L) * (SUMS * L);
        FloatVector.zero(FLOATS).intoArray(out.data, q);
        for (int y = 0; y < (asOneRow ? 1 : height); y++) {
            int i = p + y * in.row;
            if (sevens > 0) {
                addSevens(in.data, i, i + sevens, out.data, q);
            }
            if (sevens < length) {
                add(in.data, i + sevens, i + length, out.data, q);
            }
        }
        FloatVector.fromArray(FLOATS, out.data, q)
                .div(height * in.shape.width())
                .intoArray(out.data, q);
    }

    private static void addSevens(float[] in, int i, int end, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, out, q);
        FloatVector b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS);
        FloatVector d = FloatVector.zero(FLOATS);
        FloatVector e = FloatVector.zero(FLOATS);
        FloatVector f = FloatVector.zero(FLOATS);
        FloatVector g = FloatVector.zero(FLOATS);
        for (; i < end; i += SUMS * L) {
            a = a.add(FloatVector.fromArray(FLOATS, in, i));
            b = b.add(FloatVector.fromArray(FLOATS, in, i + L));
            c = c.add(FloatVector.fromArray(FLOATS, in, i + 2 * L));
            d = d.add(FloatVector.fromArray(FLOATS, in, i + 3 * L));
            e = e.add(FloatVector.fromArray(FLOATS, in, i + 4 * L));
            f = f.add(FloatVector.fromArray(FLOATS, in, i + 5 * L));
            g = g.add(FloatVector.fromArray(FLOATS, in, i + 6 * L));
        }
        a.add(b).add(c.add(d)).add(e.add(f).add(g)).intoArray(out, q);
    }

    private static void add(float[] in, int i, int end, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, out, q);
        for (; i < end; i += L) {
            a = a.add(FloatVector.fromArray(FLOATS, in, i));
        }
        a.intoArray(out, q);
    }
}

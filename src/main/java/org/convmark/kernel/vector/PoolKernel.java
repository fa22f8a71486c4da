package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.ElementwiseKernels;
import org.convmark.kernel.vector.lane.RowKernel;
import org.convmark.model.Pool;

/**
 * Maximum and average pooling. A unit is one row of one channel block. First the rows of the window inside the map are reduced to
 * one row, which stays in L1; then its columns are reduced: 2 (k - 1) operations per result instead of k * k. The intermediate
 * row is padded on both sides with the neutral element, so no pixel is a special case. Each step is a loop over two rows that
 * keeps nothing in registers across iterations, so no JDK spills or boxes vectors.
 */
final class PoolKernel implements RowKernel.Row {
    private final Pool pool;
    private final BlockedTensor in;
    private final BlockedTensor out;
    private final Operation operation;

    /** One over the number of window columns inside the map, for each result of a row. */
    private final float[] share;

    /**
     * The intermediate row with its padding, followed by a row for results that are not stored as they are: those that a stride
     * skips, and sums that are scaled.
     */
    private final ThreadLocal<float[]> between;

    PoolKernel(Pool pool, BlockedTensor in, BlockedTensor out) {
        this.pool = pool;
        this.in = in;
        this.out = out;
        this.share = new float[out.shape.width()];
        for (int x = 0; x < share.length; x++) {
            share[x] = 1f / inside(x, in.shape.width());
        }
        boolean isMaximum = pool.kind() == Pool.Kind.MAX;
        this.operation = isMaximum ? ElementwiseKernels::maximum : ElementwiseKernels::add;
        float neutral = isMaximum ? Float.NEGATIVE_INFINITY : 0;
        int columns = in.shape.width() + pool.padding() + pool.after();
        this.between = ThreadLocal.withInitial(() -> {
            float[] row = new float[2 * columns * L];
            Arrays.fill(row, neutral);
            return row;
        });
    }

    /** Rows or columns of a window that lie inside a map of this size. */
    private int inside(int window, int size) {
        int first = window * pool.stride() - pool.padding();
        return Math.min(first + pool.kernel(), size) - Math.max(0, first);
    }

    @Override
    public void run(int index) {
        int height = out.shape.height();
        int y = index % height;
        int rows = inside(y, in.shape.height());
        int p = in.at(
                index / height / out.blocks,
                index / height % out.blocks,
                Math.max(0, y * pool.stride() - pool.padding()),
                0);
        int q = out.rowAt(index);
        float[] row = between.get();
        reduce(in.data, p, in.row, rows, row, pool.padding() * L, in.rowLength());
        int step = pool.stride() * L;
        int length = (out.shape.width() - 1) * step + L;
        if (pool.kind() == Pool.Kind.AVERAGE) {
            reduce(row, 0, L, pool.kernel(), row, row.length / 2, length);
            scale(row, row.length / 2, step, share, 1f / rows, out.data, q);
        } else if (pool.stride() == 1) {
            reduce(row, 0, L, pool.kernel(), out.data, q, length);
        } else {
            reduce(row, 0, L, pool.kernel(), row, row.length / 2, length);
            pick(row, row.length / 2, step, out.data, q, out.rowLength());
        }
    }

    /** A row of results, each from taps that lie {@code apart} floats from each other. */
    private void reduce(float[] in, int i, int apart, int taps, float[] out, int o, int length) {
        if (taps == 1) {
            ElementwiseKernels.copy(in, i, out, o, length);
            return;
        }
        operation.run(in, i, in, i + apart, out, o, length);
        for (int t = 2; t < taps; t++) {
            operation.run(in, i + t * apart, out, o, out, o, length);
        }
    }

    /** Two rows to one. */
    private interface Operation {
        void run(float[] a, int i, float[] b, int j, float[] out, int o, int length);
    }

    private static void pick(float[] in, int i, int step, float[] out, int o, int length) {
        for (int k = 0; k < length; k += L, i += step) {
            FloatVector.fromArray(FLOATS, in, i).intoArray(out, o + k);
        }
    }

    private static void scale(float[] in, int i, int step, float[] factors, float common, float[] out, int o) {
        for (int x = 0; x < factors.length; x++) {
            FloatVector.fromArray(FLOATS, in, i + x * step)
                    .mul(factors[x] * common)
                    .intoArray(out, o + x * L);
        }
    }
}

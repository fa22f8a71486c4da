package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.model.Layer;

/**
 * Maximum, average and global pooling of one row of one channel block: one vector of channels per pixel, a loop over the
 * part of the window that lies inside the map. Sums pass through memory from row to row of the window: kept in a register
 * through both loops, they are boxed by C2 of JDK 17.
 */
final class PoolKernel implements RowKernel.Row {
    private final Layer.Pool pool;
    private final Blocked in;
    private final Blocked out;

    PoolKernel(Layer.Pool pool, Blocked in, Blocked out) {
        this.pool = pool;
        this.in = in;
        this.out = out;
    }

    @Override
    public void run(int index) {
        int height = out.shape.height();
        int map = index / height;
        int n = map / out.blocks;
        int b = map % out.blocks;
        int y = index % height;
        if (pool.kind() == Layer.Pool.Kind.GLOBAL) {
            average(
                    in.data,
                    in.at(n, b, 0, 0),
                    in.row,
                    in.shape.height(),
                    in.shape.width(),
                    out.data,
                    out.at(n, b, 0, 0));
            return;
        }
        int top = y * pool.stride() - pool.padding();
        int r0 = Math.max(0, top);
        int rows = Math.min(top + pool.kernel(), in.shape.height()) - r0;
        for (int x = 0; x < out.shape.width(); x++) {
            int left = x * pool.stride() - pool.padding();
            int s0 = Math.max(0, left);
            int columns = Math.min(left + pool.kernel(), in.shape.width()) - s0;
            int p = in.at(n, b, r0, s0);
            int q = out.at(n, b, y, x);
            if (pool.kind() == Layer.Pool.Kind.MAX) {
                maximum(in.data, p, in.row, rows, columns, out.data, q);
            } else {
                average(in.data, p, in.row, rows, columns, out.data, q);
            }
        }
    }

    private static void maximum(float[] in, int p, int row, int rows, int columns, float[] out, int q) {
        FloatVector.fromArray(FLOATS, in, p).intoArray(out, q);
        for (int r = 0; r < rows; r++) {
            maximumOfRow(in, p + r * row, columns, out, q);
        }
    }

    private static void maximumOfRow(float[] in, int p, int columns, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, out, q);
        for (int s = 0; s < columns; s++) {
            a = a.max(FloatVector.fromArray(FLOATS, in, p + s * L));
        }
        a.intoArray(out, q);
    }

    private static void average(float[] in, int p, int row, int rows, int columns, float[] out, int q) {
        FloatVector.zero(FLOATS).intoArray(out, q);
        for (int r = 0; r < rows; r++) {
            addRow(in, p + r * row, columns, out, q);
        }
        FloatVector.fromArray(FLOATS, out, q).div(rows * columns).intoArray(out, q);
    }

    private static void addRow(float[] in, int p, int columns, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, out, q);
        for (int s = 0; s < columns; s++) {
            a = a.add(FloatVector.fromArray(FLOATS, in, p + s * L));
        }
        a.intoArray(out, q);
    }
}

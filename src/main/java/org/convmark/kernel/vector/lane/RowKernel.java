package org.convmark.kernel.vector.lane;

/** A kernel whose units are the rows of all maps of its result: element-wise layers and others that work row by row. */
public record RowKernel(BlockedTensor out, Row row) implements RowRangeKernel {
    /** One row. */
    public interface Row {
        /** @param index the row, counted over images, channel blocks and rows of a map */
        void run(int index);
    }

    @Override
    public int units() {
        return out.rows();
    }

    @Override
    public void run(int from, int to) {
        for (int index = from; index < to; index++) {
            row.run(index);
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        for (int b = 0; b < out.blocks; b++) {
            int map = (n * out.blocks + b) * out.shape.height();
            run(map + from, map + to);
        }
    }

    /** Channel block of a row. */
    public static int block(BlockedTensor tensor, int index) {
        return index / tensor.shape.height() % tensor.blocks;
    }
}

package org.convmark.kernel.vector.lane;

/** A kernel that works row by row: element-wise layers and others. */
public record RowKernel(BlockedTensor out, Row row) implements BlockRowsKernel {
    /** One row. */
    public interface Row {
        /** @param index the row, counted over images, channel blocks and rows of a map */
        void run(int index);
    }

    @Override
    public void rows(int n, int b, int from, int to) {
        int map = (n * out.blocks + b) * out.shape.height();
        for (int y = from; y < to; y++) {
            row.run(map + y);
        }
    }

    /** Channel block of a row. */
    public static int block(BlockedTensor tensor, int index) {
        return index / tensor.shape.height() % tensor.blocks;
    }
}

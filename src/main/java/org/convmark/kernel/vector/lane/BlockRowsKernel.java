package org.convmark.kernel.vector.lane;

/**
 * A kernel that computes rows of one channel block at a time. Its units are the rows of all maps of its result, those of the same place in
 * all blocks next to one another. So workers share a map by its rows, as convolutions do, and most of what a worker reads is what it
 * wrote before.
 */
public interface BlockRowsKernel extends RowRangeKernel {
    /** The result. */
    BlockedTensor out();

    /** Computes rows {@code from} to {@code to - 1} of block b of image n. */
    void rows(int n, int b, int from, int to);

    @Override
    default int units() {
        return out().rows();
    }

    @Override
    default void run(int from, int to) {
        int blocks = out().blocks;
        int image = blocks * out().shape.height();
        for (int n = from / image; n * image < to; n++) {
            int first = Math.max(0, from - n * image);
            int end = Math.min(image, to - n * image);
            for (int b = 0; b < blocks; b++) {
                // Unit y * blocks + b is row y of block b.
                rows(n, b, (first - b + blocks - 1) / blocks, (end - b + blocks - 1) / blocks);
            }
        }
    }

    @Override
    default void rows(int n, int from, int to) {
        for (int b = 0; b < out().blocks; b++) {
            rows(n, b, from, to);
        }
    }
}

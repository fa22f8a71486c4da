package org.convmark.model;

/**
 * The loops that measure a machine's roofs: what it can do when only arithmetic, or only memory, limits it. The size of a loop is
 * its flops per run for arithmetic, its working set in bytes for memory.
 */
public enum RoofLoop {
    /** Independent chains of fused multiply-adds in registers. */
    COMPUTE,
    /**
     * As COMPUTE, with one operand of each multiply-add loaded from the nearest cache, as in convolutions. It is as fast while
     * nothing else uses the core; another thread on the same core slows it as much as it slows convolutions, but does not slow
     * COMPUTE. The same as COMPUTE on OpenCL devices.
     */
    COMPUTE_L1,
    /** Sum of one array: one stream read. */
    READ {
        @Override
        public double bytesMoved(long size) {
            return (double) size * passes(size);
        }
    },
    /** Copy of one half of the working set to the other: one stream read, one written. */
    COPY {
        @Override
        public double bytesMoved(long size) {
            return (double) size * passes(size);
        }
    },
    /** a[i] = b[i] + s * c[i] on thirds of the working set: two streams read, one written (McCalpin, STREAM). */
    TRIAD {
        @Override
        public double bytesMoved(long size) {
            return (double) size * passes(size);
        }
    };

    /**
     * Usual operations of one arithmetic run, 2^20 * 3^4 * 5^2: divisible by any usual number of lanes, chains and workers; 20 ms
     * of a CPU core at 100 GFLOP/s, and ten times the launch of a kernel on a GPU at 50 TFLOP/s.
     */
    public static final long COMPUTE_FLOPS = 2_123_366_400L;

    private static final long BYTES_PER_RUN = 1 << 24;

    /** Bytes that one run moves between registers and memory; 0 for arithmetic. */
    public double bytesMoved(long size) {
        return 0;
    }

    /** Whether it only computes, and moves nothing. */
    public boolean isArithmetic() {
        return this == COMPUTE || this == COMPUTE_L1;
    }

    /** Passes of one run over a working set, so that call overhead does not dominate small ones. */
    public static int passes(long bytes) {
        return (int) Math.max(1, BYTES_PER_RUN / Math.max(1, bytes));
    }
}

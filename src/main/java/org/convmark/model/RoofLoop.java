package org.convmark.model;

import java.util.stream.Stream;

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
    /** Independent chains of products of half precision with sums of floats; OPENCL on GPUs that multiply halves. */
    HALVES,
    /** Independent chains of sums of four products of 8-bit integers; OPENCL on GPUs. */
    INTEGERS,
    /** Sum of one array: one stream read. */
    READ,
    /** Copy of one half of the working set to the other: one stream read, one written. */
    COPY,
    /** a[i] = b[i] + s * c[i] on thirds of the working set: two streams read, one written (McCalpin, STREAM). */
    TRIAD;

    /**
     * Usual operations of one arithmetic run, 2^20 * 3^4 * 5^2: divisible by any usual number of lanes, chains and workers; 20 ms
     * of a CPU core at 100 GFLOP/s, and ten times the launch of a kernel on a GPU at 50 TFLOP/s.
     */
    public static final long COMPUTE_FLOPS = 2_123_366_400L;

    /** Those of units that multiply halves or integers: as long a run at ten to twenty times the rate. */
    private static final long NARROW_FLOPS = 32 * COMPUTE_FLOPS;

    private static final long BYTES_PER_RUN = 1 << 24;

    /**
     * The loop that multiplies numbers of a format.
     *
     * @throws IllegalArgumentException if no unit multiplies them
     */
    public static RoofLoop of(Precision format) {
        return switch (format) {
            case FP32 -> COMPUTE;
            case FP16 -> HALVES;
            case INT8 -> INTEGERS;
            default ->
                throw new IllegalArgumentException(
                        "operands=" + format + " is a format of weights, which become floats: give FP32, FP16 or INT8");
        };
    }

    /** The format of what an arithmetic loop multiplies. */
    public Precision format() {
        return this == HALVES ? Precision.FP16 : this == INTEGERS ? Precision.INT8 : Precision.FP32;
    }

    /** The loop with the multiply-adds of a row, if its device has units for its format. */
    public static RoofLoop of(Target target, AxisPoint axis) {
        return Stream.of(HALVES, INTEGERS)
                .filter(loop -> target == Target.OPENCL
                        && axis.axis() == Axis.PRECISION
                        && axis.value().equals(loop.format().name()))
                .findFirst()
                .orElse(COMPUTE);
    }

    /** Usual operations of a run of an arithmetic loop. */
    public long usualFlops() {
        return format() == Precision.FP32 ? COMPUTE_FLOPS : NARROW_FLOPS;
    }

    /** Bytes that one run moves between registers and memory; 0 for arithmetic. */
    public double bytesMoved(long size) {
        return isArithmetic() ? 0 : (double) size * passes(size);
    }

    /** Whether it only computes, and moves nothing. */
    public boolean isArithmetic() {
        return compareTo(READ) < 0;
    }

    /** Passes of one run over a working set, so that call overhead does not dominate small ones. */
    public static int passes(long bytes) {
        return (int) Math.max(1, BYTES_PER_RUN / Math.max(1, bytes));
    }
}

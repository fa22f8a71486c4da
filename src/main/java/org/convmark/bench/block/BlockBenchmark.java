package org.convmark.bench.block;

import org.convmark.bench.WorkloadBenchmark;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a stack of equal residual blocks. */
public abstract class BlockBenchmark extends WorkloadBenchmark {
    /** Rows and columns of the input. */
    @Param("56")
    protected int image;
}

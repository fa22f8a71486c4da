package org.convmark.bench;

import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a {@link org.convmark.model.Stack}. */
public abstract class StackBenchmark extends WorkloadBenchmark {
    /** Rows and columns of the input. */
    @Param("56")
    protected int image;
}

package org.convmark.bench.operator;

import org.convmark.bench.WorkloadBenchmark;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a chain of equal layers. */
public abstract class OperatorBenchmark extends WorkloadBenchmark {
    /** Rows and columns of every layer. */
    @Param("56")
    protected int image;
}

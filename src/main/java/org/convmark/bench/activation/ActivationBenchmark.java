package org.convmark.bench.activation;

import org.convmark.bench.WorkloadBenchmark;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a chain of pointwise convolutions with an activation behind each. */
public abstract class ActivationBenchmark extends WorkloadBenchmark {
    /** Rows and columns of every layer. */
    @Param("56")
    protected int image;
}

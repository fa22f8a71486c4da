package org.convmark.bench.pattern;

import org.convmark.bench.WorkloadBenchmark;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a macro-architecture of three stages. */
public abstract class PatternBenchmark extends WorkloadBenchmark {
    /** Rows and columns of the first stage; each later stage halves them. */
    @Param("56")
    protected int image;
}

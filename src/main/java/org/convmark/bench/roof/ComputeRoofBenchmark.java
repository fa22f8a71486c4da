package org.convmark.bench.roof;

import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.model.Precision;
import org.convmark.model.RoofLoop;
import org.openjdk.jmh.annotations.Param;

/** Peak rate of multiply-adds in registers. */
public class ComputeRoofBenchmark extends RoofBenchmark {
    /** What is multiplied. */
    @Param("FP32")
    Precision operands;

    /** Operations of one run. */
    @Param("" + RoofLoop.COMPUTE_FLOPS)
    long flops;

    @Override
    protected Program compile(Engine on) {
        return on.compile(RoofLoop.of(operands), flops);
    }
}

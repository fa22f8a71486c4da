package org.convmark.bench.roof;

import org.convmark.bench.ForkedJvm;
import org.convmark.bench.ProgramBenchmark;
import org.convmark.kernel.Engine;
import org.convmark.model.Algorithm;
import org.convmark.model.RoofLoop;
import org.convmark.model.Target;
import org.openjdk.jmh.annotations.Param;

/** Time of one run of a {@link RoofLoop}; its parameters give the flops and bytes of a run. */
public abstract class RoofBenchmark extends ProgramBenchmark {
    /** The target whose loops run; plain Java and peers have none of their own. */
    @Param({"VECTOR", "OPENCL"})
    protected Target target;

    @Override
    protected final Target target() {
        return target;
    }

    @Override
    protected final Engine open() {
        return ForkedJvm.open(target, workers, Algorithm.AUTO);
    }
}

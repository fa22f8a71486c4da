package org.convmark.bench.roof;

import org.convmark.kernel.Backend;
import org.convmark.kernel.Program;
import org.convmark.model.RoofLoop;

/** Peak floating-point rate: fused multiply-adds in registers. */
public class ComputeRoofBenchmark extends RoofBenchmark {
    @Override
    Program compile(Backend<?> backend) {
        return backend.compile(RoofLoop.COMPUTE, 0);
    }
}

package org.convmark.bench.roof;

import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.model.RoofLoop;
import org.openjdk.jmh.annotations.Param;

/** Bandwidth of the level of the memory hierarchy that holds a working set. */
public class MemoryRoofBenchmark extends RoofBenchmark {
    /** Streams read and written. */
    @Param({"READ", "COPY", "TRIAD"})
    RoofLoop loop;

    /** Working set in bytes. */
    @Param({"16384", "262144", "8388608", "268435456"})
    long bytes;

    @Override
    protected Program compile(Engine on) {
        return on.compile(loop, bytes);
    }
}

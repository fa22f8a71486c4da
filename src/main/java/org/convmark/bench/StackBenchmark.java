package org.convmark.bench;

import org.convmark.model.Extents;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a {@link org.convmark.model.Stack}. */
public abstract class StackBenchmark extends WorkloadBenchmark {
    /** Units, blocks or layers; for a pattern, per stage. */
    @Param({"1", "2", "4"})
    protected int depth;

    /** Channels of the first stage; each stage of a pattern doubles them. */
    @Param({"16", "32", "64"})
    protected int width;

    /** Rows and columns of the input. */
    @Param("56")
    protected int image;

    @Override
    protected final Extents extents() {
        return new Extents(depth, width, image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.bench.WorkloadBenchmark;
import org.convmark.model.Extents;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a whole network. */
public abstract class NetworkBenchmark extends WorkloadBenchmark {
    /** Rows and columns of the images. */
    @Param("224")
    protected int image;

    @Override
    protected final Extents extents() {
        return new Extents(image, batch);
    }
}

package org.convmark.bench.network;

import java.util.Map;
import org.convmark.bench.WorkloadBenchmark;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through a whole network. */
public abstract class NetworkBenchmark extends WorkloadBenchmark {
    /** Rows and columns of the images. */
    @Param("224")
    protected int image;

    @Override
    protected final Map<String, Integer> extents() {
        return Map.of("image", image, "batch", batch);
    }
}

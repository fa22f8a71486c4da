package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.Graph;
import org.convmark.model.Pattern;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of an inverted bottleneck (MobileNet-V2) macro-architecture. */
public class DepthwiseBottleneckBenchmark extends StackBenchmark {
    /** Inverted bottleneck units per stage. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels of the first stage; each stage doubles them. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return Pattern.DEPTHWISE_BOTTLENECK.graph(depth, width, image, batch);
    }
}

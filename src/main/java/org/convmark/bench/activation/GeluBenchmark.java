package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.ActivationChain;
import org.convmark.model.Graph;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of a chain of pointwise convolutions with GELU behind each. */
public class GeluBenchmark extends StackBenchmark {
    /** Convolutions. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return ActivationChain.GELU.graph(depth, width, image, batch);
    }
}

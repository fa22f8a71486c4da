package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.Graph;
import org.convmark.model.Operator;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of a chain of depthwise 3x3 convolutions. */
public class Depthwise3x3Benchmark extends StackBenchmark {
    /** Layers. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return Operator.DEPTHWISE_3X3.graph(depth, width, image, batch);
    }
}

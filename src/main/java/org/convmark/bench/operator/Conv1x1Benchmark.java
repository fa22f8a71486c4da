package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.Graph;
import org.convmark.model.Operator;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of a chain of pointwise convolutions. */
public class Conv1x1Benchmark extends StackBenchmark {
    /** Layers. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return Operator.CONV_1X1.graph(depth, width, image, batch);
    }
}

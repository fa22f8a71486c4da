package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.Block;
import org.convmark.model.Graph;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of stacked ResNet basic blocks. */
public class ResNetBasicBenchmark extends StackBenchmark {
    /** Blocks. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels between blocks. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return Block.RESNET_BASIC.graph(depth, width, image, batch);
    }
}

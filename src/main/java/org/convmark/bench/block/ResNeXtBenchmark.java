package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.Block;
import org.convmark.model.Graph;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of stacked ResNeXt blocks. */
public class ResNeXtBenchmark extends StackBenchmark {
    /** Blocks. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels between blocks. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return Block.RESNEXT.graph(depth, width, image, batch);
    }
}

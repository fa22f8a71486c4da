package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.Graph;
import org.convmark.model.Pattern;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of a plain (VGG) macro-architecture. */
public class PlainBenchmark extends StackBenchmark {
    /** 3x3 convolutions per stage. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels of the first stage; each stage doubles them. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return Pattern.PLAIN.graph(depth, width, image, batch);
    }
}

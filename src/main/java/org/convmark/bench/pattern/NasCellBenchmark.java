package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;
import org.convmark.model.Graph;
import org.convmark.model.Pattern;
import org.openjdk.jmh.annotations.Param;

/** Depth and width of a searched (DARTS) macro-architecture. */
public class NasCellBenchmark extends StackBenchmark {
    /** Cells per stage. */
    @Param({"1", "2", "4"})
    int depth;

    /** Channels of the first stage; each stage doubles them. */
    @Param({"16", "32", "64"})
    int width;

    @Override
    protected Graph graph() {
        return Pattern.NAS_CELL.graph(depth, width, image, batch);
    }
}

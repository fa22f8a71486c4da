package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ResNeXt-50. */
public class ResNeXt50Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.RESNEXT_50.graph(image, batch);
    }
}

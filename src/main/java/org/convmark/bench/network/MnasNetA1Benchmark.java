package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** MnasNet-A1. */
public class MnasNetA1Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.MNASNET_A1.graph(image, batch);
    }
}

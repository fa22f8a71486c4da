package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** SqueezeNet 1.1. */
public class SqueezeNet11Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.SQUEEZENET_1_1.graph(image, batch);
    }
}

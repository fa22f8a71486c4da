package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** MobileNet-V1. */
public class MobileNetV1Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.MOBILENET_V1.graph(image, batch);
    }
}

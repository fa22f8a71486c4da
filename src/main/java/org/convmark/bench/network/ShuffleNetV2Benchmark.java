package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ShuffleNet-V2. */
public class ShuffleNetV2Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.SHUFFLENET_V2.graph(image, batch);
    }
}

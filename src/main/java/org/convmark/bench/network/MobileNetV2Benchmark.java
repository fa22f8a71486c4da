package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** MobileNet-V2. */
public class MobileNetV2Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.MOBILENET_V2.graph(image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** EfficientNet-B0. */
public class EfficientNetB0Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.EFFICIENTNET_B0.graph(image, batch);
    }
}

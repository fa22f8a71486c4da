package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** DenseNet-121. */
public class DenseNet121Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.DENSENET_121.graph(image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ResNet-50. */
public class ResNet50Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.RESNET_50.graph(image, batch);
    }
}

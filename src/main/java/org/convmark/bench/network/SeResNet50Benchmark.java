package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** SE-ResNet-50. */
public class SeResNet50Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.SE_RESNET_50.graph(image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ResNet-18. */
public class ResNet18Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.RESNET_18.graph(image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** VGG-16. */
public class Vgg16Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.VGG_16.graph(image, batch);
    }
}

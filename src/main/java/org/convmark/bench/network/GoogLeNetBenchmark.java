package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** GoogLeNet. */
public class GoogLeNetBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.GOOGLENET.graph(image, batch);
    }
}

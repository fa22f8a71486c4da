package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** NASNet-A. */
public class NasNetAMobileBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.NASNET_A_MOBILE.graph(image, batch);
    }
}

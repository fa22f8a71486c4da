package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ProxylessNAS found for a GPU. */
public class ProxylessNasGpuBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.PROXYLESSNAS_GPU.graph(image, batch);
    }
}

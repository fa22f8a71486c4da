package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ProxylessNAS found for a CPU. */
public class ProxylessNasCpuBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.PROXYLESSNAS_CPU.graph(image, batch);
    }
}

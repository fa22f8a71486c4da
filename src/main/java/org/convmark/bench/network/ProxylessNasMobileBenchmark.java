package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ProxylessNAS found for a phone. */
public class ProxylessNasMobileBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.PROXYLESSNAS_MOBILE.graph(image, batch);
    }
}

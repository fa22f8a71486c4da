package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** DARTS-V2. */
public class DartsV2Benchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.DARTS_V2.graph(image, batch);
    }
}

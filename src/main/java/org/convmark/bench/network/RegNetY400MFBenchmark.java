package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** RegNetY-400MF. */
public class RegNetY400MFBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.REGNET_Y_400MF.graph(image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** A reconstruction of ConvFirst Nano. */
public class ConvFirstNanoReconstructionBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVFIRST_NANO_RECONSTRUCTION.graph(image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** A reconstruction of ConvFirst Tiny. */
public class ConvFirstTinyReconstructionBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVFIRST_TINY_RECONSTRUCTION.graph(image, batch);
    }
}

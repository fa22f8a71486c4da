package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** A reconstruction of ConvFirst Small. */
public class ConvFirstSmallReconstructionBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVFIRST_SMALL_RECONSTRUCTION.graph(image, batch);
    }
}

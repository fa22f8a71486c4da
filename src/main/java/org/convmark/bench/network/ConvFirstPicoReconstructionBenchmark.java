package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** A reconstruction of ConvFirst Pico. */
public class ConvFirstPicoReconstructionBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVFIRST_PICO_RECONSTRUCTION.graph(image, batch);
    }
}

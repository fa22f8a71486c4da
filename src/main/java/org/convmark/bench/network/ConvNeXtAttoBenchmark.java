package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ConvNeXt-Atto. */
public class ConvNeXtAttoBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVNEXT_ATTO.graph(image, batch);
    }
}

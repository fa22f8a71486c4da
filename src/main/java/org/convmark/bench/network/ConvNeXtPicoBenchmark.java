package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ConvNeXt-Pico. */
public class ConvNeXtPicoBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVNEXT_PICO.graph(image, batch);
    }
}

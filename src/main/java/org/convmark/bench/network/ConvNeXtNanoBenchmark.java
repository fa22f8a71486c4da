package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ConvNeXt-Nano. */
public class ConvNeXtNanoBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVNEXT_NANO.graph(image, batch);
    }
}

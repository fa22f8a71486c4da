package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ConvNeXt-Tiny. */
public class ConvNeXtTinyBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVNEXT_TINY.graph(image, batch);
    }
}

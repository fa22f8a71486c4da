package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** ConvNeXt-Femto. */
public class ConvNeXtFemtoBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.CONVNEXT_FEMTO.graph(image, batch);
    }
}

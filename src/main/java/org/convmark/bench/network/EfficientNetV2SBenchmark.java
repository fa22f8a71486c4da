package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** EfficientNetV2-S. */
public class EfficientNetV2SBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.EFFICIENTNET_V2_S.graph(image, batch);
    }
}

package org.convmark.bench.network;

import org.convmark.model.Graph;
import org.convmark.model.Network;

/** MobileNet-V3-Large. */
public class MobileNetV3LargeBenchmark extends NetworkBenchmark {
    @Override
    protected Graph graph() {
        return Network.MOBILENET_V3_LARGE.graph(image, batch);
    }
}

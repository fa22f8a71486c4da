package org.convmark.fusion;

import java.util.List;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Shape;

/** The capabilities of a target's fused kernels: everything about them that a planner needs. */
public interface FusionCapabilities {
    /**
     * Capabilities of CPU kernels, which start at almost no cost and compete with unfused layers that have faster algorithms for
     * whole maps.
     */
    FusionCapabilities CPU = new FusionCapabilities() {
        @Override
        public double flopsOfStart() {
            return 0;
        }

        @Override
        public List<Integer> chunks() {
            return List.of(32, 64, 128, 256, 512); // multiples of every vector length
        }

        @Override
        public String obstacle(Graph body) {
            return body.nodes().stream()
                    .map(node -> obstacle(node, body.shapes(node)))
                    .filter(words -> !words.isEmpty())
                    .findFirst()
                    .orElse("");
        }

        private String obstacle(Node node, List<Shape> inputs) {
            if (node.layer().cost(inputs).flops() == 0) {
                return "copies little between kernels: parts are computed in place";
            }
            Layer layer = node.layer() instanceof Fused fused
                    ? fused.body().nodes().get(0).layer()
                    : node.layer();
            return layer instanceof Conv conv
                            && isFasterAlone(conv, inputs.get(0).channels())
                    ? "dense 3x3 and 5x5 at stride 1 have faster algorithms for whole maps"
                    : "";
        }

        /** Winograd saves more than fusion can. */
        private boolean isFasterAlone(Conv conv, int channels) {
            return Algorithm.hasWinograd(conv, channels) && Math.min(channels, conv.outChannels()) >= 8;
        }
    };

    /** Cost of starting a kernel, in operations of a core. */
    double flopsOfStart();

    /** Chunk sizes that hidden channels may be cut into, besides all at once. */
    List<Integer> chunks();

    /** Why these layers, convolutions with their epilogues, cannot be one kernel; empty if they can. */
    String obstacle(Graph body);
}

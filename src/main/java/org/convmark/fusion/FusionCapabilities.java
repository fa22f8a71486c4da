package org.convmark.fusion;

import java.util.List;
import org.convmark.model.Conv;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;
import org.convmark.model.Shape;

/** What a target's kernels of several layers can do: all that a planner must know of them. */
public interface FusionCapabilities {
    /** Those of a CPU that cost next to nothing to start, beside layers that know better algorithms for whole maps. */
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
                return "moves little between kernels: parts are computed in their place";
            }
            Layer layer = node.layer() instanceof Fused fused
                    ? fused.body().nodes().get(0).layer()
                    : node.layer();
            return layer instanceof Conv conv
                            && isFasterAlone(conv, inputs.get(0).channels())
                    ? "dense 3x3 at stride 1 has faster algorithms for whole maps"
                    : "";
        }

        /** Winograd's algorithms save more than fusion can. */
        private boolean isFasterAlone(Conv conv, int channels) {
            return conv.kernel() == 3
                    && conv.stride() == 1
                    && conv.dilation() == 1
                    && conv.groupWidth(channels) == channels
                    && Math.min(channels, conv.outChannels()) >= 8;
        }
    };

    /** What starting a kernel costs, in operations of a core. */
    double flopsOfStart();

    /** Hidden channels that may be taken at a time, besides all at once. */
    List<Integer> chunks();

    /** Why layers, convolutions with their epilogues, cannot be one kernel; empty if they can. */
    String obstacle(Graph body);
}

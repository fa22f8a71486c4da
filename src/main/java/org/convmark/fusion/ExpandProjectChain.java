package org.convmark.fusion;

import java.util.List;
import java.util.Optional;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer;

/**
 * The part of a fused body that can be computed for some hidden channels at a time: a dense convolution that expands,
 * convolutions that keep channels (or groups) apart, and a dense convolution that projects, summing over the hidden channels.
 *
 * @param first index of the expanding node
 * @param last index of the projecting node
 * @param channels number of hidden channels
 * @param channelAlignment channels that must stay together: the groups of the convolutions between
 */
public record ExpandProjectChain(int first, int last, int channels, int channelAlignment) {
    /** The chain with the most hidden channels, if a body has any. */
    public static Optional<ExpandProjectChain> of(Graph body) {
        ExpandProjectChain most = null;
        for (int i = 0; i < body.nodes().size(); i++) {
            ExpandProjectChain found = from(body, i);
            most = found != null && (most == null || found.channels > most.channels) ? found : most;
        }
        return Optional.ofNullable(most);
    }

    private static ExpandProjectChain from(Graph body, int first) {
        if (!isDense(body, first) || adds(body, first)) {
            return null;
        }
        int channelAlignment = 1;
        for (int i = first + 1; i < body.nodes().size() && follows(body, i); i++) {
            if (isDense(body, i)) {
                return activatesBeforeSum(body, i)
                        ? null
                        : new ExpandProjectChain(
                                first, i, body.nodes().get(first).output().channels(), channelAlignment);
            }
            Conv conv = conv(body, i);
            int channels = body.shape(source(body.nodes().get(i))).channels();
            if (conv == null || adds(body, i) || conv.groupOut(channels) != conv.groupWidth(channels)) {
                return null;
            }
            channelAlignment = Math.max(channelAlignment, conv.groupWidth(channels));
        }
        return null;
    }

    /**
     * Whether a node filters the result of the one before it and nothing else reads that result, not even the node's own residual
     * sum.
     */
    private static boolean follows(Graph body, int i) {
        int value = body.inputs().size() + i - 1;
        Node node = body.nodes().get(i);
        return reads(body, value) == 1 && conv(body, i) != null && source(node) == value;
    }

    /** How often the layers of a body read a value. */
    private static int reads(Graph body, int value) {
        int reads = 0;
        for (Node node : body.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                if (node.inputs().get(i) == value) {
                    reads += node.layer() instanceof Fused fused ? reads(fused.body(), i) : 1;
                }
            }
        }
        return reads;
    }

    /** The value that a convolution filters. */
    private static int source(Node node) {
        return node.layer() instanceof Fused fused
                ? node.inputs().get(fused.body().nodes().get(0).inputs().get(0))
                : node.inputs().get(0);
    }

    private static List<Layer> layers(Graph body, int i) {
        Layer layer = body.nodes().get(i).layer();
        return layer instanceof Fused fused
                ? fused.body().nodes().stream().map(Node::layer).toList()
                : List.of(layer);
    }

    private static Conv conv(Graph body, int i) {
        return layers(body, i).get(0) instanceof Conv conv ? conv : null;
    }

    private static boolean isDense(Graph body, int i) {
        Conv conv = conv(body, i);
        if (conv == null) {
            return false;
        }
        int channels = body.shape(source(body.nodes().get(i))).channels();
        return conv.groupWidth(channels) == channels && channels > 1;
    }

    private static boolean adds(Graph body, int i) {
        return layers(body, i).stream().anyMatch(ElementWise.Add.class::isInstance);
    }

    /** An activation, or rounding, before the residual sum needs the complete sum over all hidden channels. */
    private static boolean activatesBeforeSum(Graph body, int i) {
        List<Layer> layers = layers(body, i);
        return layers.stream()
                .dropWhile(layer -> !(layer instanceof ElementWise.Activate || layer instanceof ElementWise.Quantise))
                .anyMatch(ElementWise.Add.class::isInstance);
    }
}

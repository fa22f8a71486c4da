package org.convmark.kernel.opencl;

import java.util.List;
import org.convmark.fusion.FusionCapabilities;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.LayerVisitor;

/** What one launch can run of a block: stages that stream rows on CPUs, or a tile in local memory on GPUs. */
record FusedLaunch(DeviceInfo device, Tuning tuning) implements FusionCapabilities {
    /** Why a layer cannot be a stage of {@link PartLowering}; empty if it can. */
    private static final LayerVisitor<String> OBSTACLE = new LayerVisitor<>() {
        @Override
        public String conv(Layer.Conv conv) {
            return "";
        }

        @Override
        public String affine(Layer.Affine affine) {
            return "";
        }

        @Override
        public String layerNorm(Layer.LayerNorm norm) {
            return "";
        }

        @Override
        public String activate(Layer.Activate activate) {
            return "";
        }

        @Override
        public String add(Layer.Add add) {
            return "";
        }

        @Override
        public String multiply(Layer.Multiply multiply) {
            return "";
        }

        @Override
        public String route(Layer.Route route) {
            return "";
        }

        @Override
        public String shift(Layer.Shift shift) {
            return "shifts the map";
        }

        /** A blur is a convolution; other pooling does not pad with zeros. */
        @Override
        public String pool(Layer.Pool pool) {
            return pool.kind() == Layer.Pool.Kind.BLUR ? "" : "pools windows whose padding is not zero";
        }

        @Override
        public String fused(Layer.Fused fused) {
            return "";
        }
    };

    @Override
    public double flopsOfStart() {
        return tuning.flopsOfLaunch();
    }

    /** None: the GPU kernel cuts them into its own chunks. */
    @Override
    public List<Integer> chunks() {
        return List.of();
    }

    @Override
    public String obstacle(Graph body) {
        if (tuning.family() == Tuning.Family.GPU) {
            return FusedTile.fits(device, body) ? "" : "no kernel of a tile in local memory has its form";
        }
        if (body.inputs().size() > FusedRows.INPUTS) {
            return "reads more than " + FusedRows.INPUTS + " tensors";
        }
        return body.nodes().stream()
                .map(node -> node.layer().accept(OBSTACLE))
                .filter(words -> !words.isEmpty())
                .findFirst()
                .orElse("");
    }
}

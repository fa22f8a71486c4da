package org.convmark.kernel.opencl;

import java.util.List;
import org.convmark.fusion.FusionCapabilities;
import org.convmark.model.Affine;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.LayerNorm;
import org.convmark.model.LayerVisitor;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.Shift;
import org.convmark.model.TileLayer;

/** What one launch can run of a block: stages that stream rows on CPUs, or a tile in local memory on GPUs. */
record FusedLaunch(FusedTile tiles, Tuning tuning) implements FusionCapabilities {
    /** Why a layer cannot be a stage of {@link PartLowering}; empty if it can. */
    private static final LayerVisitor<String> OBSTACLE = new LayerVisitor<>() {
        @Override
        public String conv(Conv conv) {
            return "";
        }

        @Override
        public String affine(Affine affine) {
            return "";
        }

        @Override
        public String layerNorm(LayerNorm norm) {
            return "";
        }

        @Override
        public String activate(ElementWise.Activate activate) {
            return "";
        }

        @Override
        public String add(ElementWise.Add add) {
            return "";
        }

        @Override
        public String multiply(ElementWise.Multiply multiply) {
            return "";
        }

        @Override
        public String quantise(ElementWise.Quantise quantise) {
            return "";
        }

        @Override
        public String route(Route route) {
            return "";
        }

        @Override
        public String shift(Shift shift) {
            return "shifts the map";
        }

        /** A blur is a convolution; other pooling does not pad with zeros. */
        @Override
        public String pool(Pool pool) {
            return pool.kind() == Pool.Kind.BLUR ? "" : "pools windows whose padding is not zero";
        }

        @Override
        public String tiles(TileLayer layer) {
            return "reads tiles anywhere in a map";
        }

        @Override
        public String fused(Fused fused) {
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
            return tiles.obstacle(body);
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

package org.convmark.kernel.opencl;

import java.util.List;
import org.convmark.model.FusedKernels;
import org.convmark.model.Graph;

/** What one launch can run of a block: stages that stream rows on CPUs, a tile in local memory on GPUs. */
record FusedLaunch(DeviceInfo device, Tuning tuning) implements FusedKernels {
    @Override
    public double flopsOfStart() {
        return tuning.flopsOfLaunch();
    }

    /** None: the kernel of GPUs takes them in chunks of its own. */
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
        return body.nodes().stream().map(Graph.Node::layer).allMatch(Stages::isStage)
                ? ""
                : "shifts the map, or pools windows whose padding is not zero";
    }
}

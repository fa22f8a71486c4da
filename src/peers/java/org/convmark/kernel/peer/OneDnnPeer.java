package org.convmark.kernel.peer;

import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Peer;
import org.convmark.model.Target;

/** oneDNN, the library of primitives behind most CPU engines, in its build for JavaCPP. */
public final class OneDnnPeer implements Peer {
    @Override
    public Target target() {
        return Target.ONEDNN;
    }

    @Override
    public String unavailable() {
        return Natives.unavailable(() -> Dnnl.version());
    }

    @Override
    public Engine open(EngineOptions options) {
        return new OneDnnBackend(options.workers());
    }
}

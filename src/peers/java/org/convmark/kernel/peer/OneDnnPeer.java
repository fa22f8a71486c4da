package org.convmark.kernel.peer;

import org.convmark.kernel.Engine;
import org.convmark.kernel.Peer;
import org.convmark.kernel.Target;

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
    public Engine open(Target.Settings settings) {
        return new OneDnnBackend(settings.workers());
    }
}

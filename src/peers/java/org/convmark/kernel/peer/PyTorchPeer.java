package org.convmark.kernel.peer;

import org.bytedeco.pytorch.global.torch;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Peer;
import org.convmark.model.Target;

/** PyTorch, the native framework, in its build for JavaCPP. */
public final class PyTorchPeer implements Peer {
    @Override
    public Target target() {
        return Target.PYTORCH;
    }

    @Override
    public String unavailable() {
        return Natives.unavailable(torch::get_num_threads);
    }

    @Override
    public Engine open(EngineOptions options) {
        return new PyTorchBackend(options.workers());
    }
}

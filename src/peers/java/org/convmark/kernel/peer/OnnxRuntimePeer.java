package org.convmark.kernel.peer;

import ai.onnxruntime.OrtEnvironment;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Peer;
import org.convmark.model.Target;

/** ONNX Runtime: https://onnxruntime.ai. */
public final class OnnxRuntimePeer implements Peer {
    @Override
    public Target target() {
        return Target.ONNXRUNTIME;
    }

    @Override
    public String unavailable() {
        OrtEnvironment.getEnvironment();
        return null;
    }

    @Override
    public Engine open(EngineOptions options) {
        return new OnnxRuntimeEngine(options.workers());
    }
}

package org.convmark.engine;

import java.util.Optional;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Peer;
import org.convmark.kernel.Reference;
import org.convmark.kernel.Weights;
import org.convmark.kernel.Workers;
import org.convmark.kernel.opencl.OpenClBackend;
import org.convmark.kernel.opencl.OpenClDevices;
import org.convmark.kernel.scalar.ScalarBackend;
import org.convmark.kernel.vector.VectorBackend;
import org.convmark.model.Target;

/** Opens targets. The only list of backends. */
public final class Engines {
    private Engines() {}

    /**
     * An engine, ready to compile graphs.
     *
     * @throws UnsupportedOperationException with the reason if the target is not available here
     */
    public static Engine open(Target target, EngineOptions options) {
        unavailable(target, options).ifPresent(reason -> {
            throw new UnsupportedOperationException(target + " is not available: " + reason);
        });
        return switch (target) {
            case SCALAR -> new ScalarBackend(new Workers(options.workers()));
            case VECTOR ->
                new VectorBackend(new Workers(options.workers()), options.algorithm(), options.constraints());
            case OPENCL -> OpenClBackend.open(options);
            case ONNXRUNTIME, ONEDNN, PYTORCH -> Peer.open(target, options);
        };
    }

    /** The right answer of a graph: the unfused output of plain Java. */
    public static Reference reference(Weights weights) {
        return new Reference(weights, () -> open(Target.SCALAR, new EngineOptions(0, null)));
    }

    /** Why a target cannot be opened here; empty if it can. */
    public static Optional<String> unavailable(Target target, EngineOptions options) {
        return Optional.ofNullable(
                switch (target) {
                    case SCALAR -> null;
                    case VECTOR -> withoutVectors();
                    case OPENCL -> OpenClDevices.unavailable(options);
                    case ONNXRUNTIME, ONEDNN, PYTORCH -> Peer.unavailable(target);
                });
    }

    /** Why a target that runs here cannot be measured meaningfully; empty if it can. Takes a moment, so only plans ask. */
    public static Optional<String> unmeasurable(Target target) {
        return target == Target.VECTOR ? Optional.ofNullable(VectorBackend.unmeasurable()) : Optional.empty();
    }

    /** Why the Vector API is missing; classes of the backend do not load without its module. */
    private static String withoutVectors() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()
                ? "this JVM runs without the module jdk.incubator.vector: add --add-modules=jdk.incubator.vector"
                : VectorBackend.unavailable();
    }
}

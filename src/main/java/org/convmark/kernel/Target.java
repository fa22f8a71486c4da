package org.convmark.kernel;

import org.convmark.kernel.opencl.OpenClBackend;
import org.convmark.kernel.scalar.ScalarBackend;
import org.convmark.kernel.vector.VectorBackend;

/** What kernels can be written for. The only list of backends. */
public enum Target {
    /** Plain Java loops: the definition of the right answer, and the baseline without acceleration. */
    SCALAR {
        @Override
        public Backend<?> open(Settings settings) {
            return new ScalarBackend(new Workers(settings.workers()));
        }
    },
    /** The Vector API (jdk.incubator.vector). */
    VECTOR {
        @Override
        public Backend<?> open(Settings settings) {
            requireAvailable(settings);
            return new VectorBackend(new Workers(settings.workers()));
        }

        @Override
        public String unavailable(Settings settings) {
            if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
                return "this JVM runs without the module jdk.incubator.vector: add --add-modules=jdk.incubator.vector";
            }
            return VectorBackend.unavailable();
        }
    },
    /** OpenCL on a GPU or a CPU. */
    OPENCL {
        @Override
        public Backend<?> open(Settings settings) {
            requireAvailable(settings);
            return OpenClBackend.open(settings);
        }

        @Override
        public String unavailable(Settings settings) {
            return OpenClBackend.unavailable(settings);
        }
    };

    /**
     * How to open a target.
     *
     * @param workers threads of a CPU target, 0 for one per processor
     * @param device part of the name of an OpenCL device, or null for the first GPU, then the first CPU
     */
    public record Settings(int workers, String device) {}

    /**
     * A backend, ready to compile.
     *
     * @throws UnsupportedOperationException with the reason if the target is not available here
     */
    public abstract Backend<?> open(Settings settings);

    /** Why this target cannot be opened here, or null if it can. */
    public String unavailable(Settings settings) {
        return null;
    }

    /** @throws UnsupportedOperationException with the reason if the target is not available here */
    void requireAvailable(Settings settings) {
        String reason = unavailable(settings);
        if (reason != null) {
            throw new UnsupportedOperationException(this + " is not available: " + reason);
        }
    }
}

package org.convmark.kernel;

import java.util.EnumSet;
import java.util.Set;
import org.convmark.kernel.opencl.OpenClBackend;
import org.convmark.kernel.scalar.ScalarBackend;
import org.convmark.kernel.vector.VectorBackend;
import org.convmark.model.Fusion;
import org.convmark.model.Planning;

/** What kernels can be written for. The only list of engines. */
public enum Target {
    /** Plain Java loops: the definition of the right answer, and the baseline without acceleration. */
    SCALAR {
        @Override
        public Engine open(Settings settings) {
            return new ScalarBackend(new Workers(settings.workers()));
        }
    },
    /** The Vector API (jdk.incubator.vector). */
    VECTOR {
        @Override
        public Engine open(Settings settings) {
            requireAvailable(settings);
            return new VectorBackend(new Workers(settings.workers()), settings.algorithm(), settings.planning());
        }

        @Override
        public String unavailable(Settings settings) {
            if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
                return "this JVM runs without the module jdk.incubator.vector: add --add-modules=jdk.incubator.vector";
            }
            return VectorBackend.unavailable();
        }

        @Override
        public String unmeasurable() {
            return VectorBackend.unmeasurable();
        }

        @Override
        public Set<Fusion> fusions() {
            return EnumSet.allOf(Fusion.class);
        }

        @Override
        public Set<Algorithm> algorithms() {
            return EnumSet.allOf(Algorithm.class);
        }
    },
    /** OpenCL on a GPU or a CPU. */
    OPENCL {
        @Override
        public Engine open(Settings settings) {
            requireAvailable(settings);
            return OpenClBackend.open(settings);
        }

        @Override
        public String unavailable(Settings settings) {
            return OpenClBackend.unavailable(settings);
        }

        @Override
        public Set<Fusion> fusions() {
            return EnumSet.allOf(Fusion.class);
        }
    },
    /** ONNX Runtime on the CPU: an inference engine. {@code NONE} turns its graph optimisations off. */
    ONNXRUNTIME {
        @Override
        public Engine open(Settings settings) {
            return Peer.open(this, settings);
        }

        @Override
        public String unavailable(Settings settings) {
            return Peer.unavailable(this);
        }
    },
    /** oneDNN on the CPU: a library of primitives, with weights packed once and post-ops. */
    ONEDNN {
        @Override
        public Engine open(Settings settings) {
            return Peer.open(this, settings);
        }

        @Override
        public String unavailable(Settings settings) {
            return Peer.unavailable(this);
        }
    },
    /** PyTorch's eager mode on the CPU: a native framework, which runs every layer by itself. */
    PYTORCH {
        @Override
        public Engine open(Settings settings) {
            return Peer.open(this, settings);
        }

        @Override
        public String unavailable(Settings settings) {
            return Peer.unavailable(this);
        }

        @Override
        public Set<Fusion> fusions() {
            return EnumSet.of(Fusion.NONE);
        }
    };

    private static final EnumSet<Target> PEERS = EnumSet.of(ONNXRUNTIME, ONEDNN, PYTORCH);

    /**
     * How to open a target.
     *
     * @param workers threads of a CPU target, 0 for one per processor
     * @param device part of the name of an OpenCL device, or null for the first GPU, then the first CPU
     * @param algorithm of convolutions, where the target knows several
     * @param planning what fused blocks are planned for
     */
    public record Settings(int workers, String device, Algorithm algorithm, Planning planning) {
        /** Blocks planned for a machine that does not tell. */
        public Settings(int workers, String device, Algorithm algorithm) {
            this(workers, device, algorithm, Planning.TYPICAL);
        }

        /** The target's own choice of algorithm. */
        public Settings(int workers, String device) {
            this(workers, device, Algorithm.AUTO);
        }
    }

    /**
     * An engine, ready to compile.
     *
     * @throws UnsupportedOperationException with the reason if the target is not available here
     */
    public abstract Engine open(Settings settings);

    /** Why this target cannot be opened here, or null if it can. */
    public String unavailable(Settings settings) {
        return null;
    }

    /** Why what runs here would not be measured, or null; takes a moment, so only who makes a plan asks. */
    public String unmeasurable() {
        return null;
    }

    /** Fusions that mean something here. */
    public Set<Fusion> fusions() {
        return EnumSet.of(Fusion.NONE, Fusion.EPILOGUE);
    }

    /** Algorithms that can be asked for. */
    public Set<Algorithm> algorithms() {
        return EnumSet.of(Algorithm.AUTO);
    }

    /** The targets with kernels of ours; all others are peers. */
    public static Set<Target> own() {
        return EnumSet.complementOf(PEERS);
    }

    /** The target whose roof loops run on the same hardware: OpenCL's device, or the processor's vectors. */
    public Target roof() {
        return this == OPENCL ? OPENCL : VECTOR;
    }

    /** The targets that others wrote. */
    public static Set<Target> peers() {
        return EnumSet.copyOf(PEERS);
    }

    /** Whether others wrote it. */
    public boolean isPeer() {
        return PEERS.contains(this);
    }

    /** @throws UnsupportedOperationException with the reason if the target is not available here */
    void requireAvailable(Settings settings) {
        String reason = unavailable(settings);
        if (reason != null) {
            throw new UnsupportedOperationException(this + " is not available: " + reason);
        }
    }
}

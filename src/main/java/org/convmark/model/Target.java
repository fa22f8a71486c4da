package org.convmark.model;

import java.util.EnumSet;
import java.util.Set;

/** What runs a graph: kernels of this project, or an engine that others wrote. The only list of them, and of what they can do. */
public enum Target {
    /** Plain Java loops: the definition of the right answer, and the baseline without acceleration. */
    SCALAR(Author.OWN, EnumSet.of(Fusion.NONE, Fusion.EPILOGUE), EnumSet.of(Algorithm.AUTO)),
    /** The Vector API (jdk.incubator.vector). */
    VECTOR(Author.OWN, EnumSet.allOf(Fusion.class), EnumSet.allOf(Algorithm.class)),
    /** OpenCL on a GPU or a CPU. */
    OPENCL(Author.OWN, EnumSet.allOf(Fusion.class), EnumSet.of(Algorithm.AUTO)),
    /** ONNX Runtime on the CPU: an inference engine. {@code NONE} turns its graph optimisations off. */
    ONNXRUNTIME(Author.OTHERS, EnumSet.of(Fusion.NONE, Fusion.EPILOGUE), EnumSet.of(Algorithm.AUTO)),
    /** oneDNN on the CPU: a library of primitives, with weights packed once and post-ops. */
    ONEDNN(Author.OTHERS, EnumSet.of(Fusion.NONE, Fusion.EPILOGUE), EnumSet.of(Algorithm.AUTO)),
    /** PyTorch's eager mode on the CPU: a native framework, which runs every layer by itself. */
    PYTORCH(Author.OTHERS, EnumSet.of(Fusion.NONE), EnumSet.of(Algorithm.AUTO));

    private enum Author {
        OWN,
        OTHERS
    }

    private final Author author;
    private final Set<Fusion> fusions;
    private final Set<Algorithm> algorithms;

    Target(Author author, Set<Fusion> fusions, Set<Algorithm> algorithms) {
        this.author = author;
        this.fusions = fusions;
        this.algorithms = algorithms;
    }

    /** The targets with kernels of ours; all others are peers. */
    public static Set<Target> own() {
        return EnumSet.complementOf(EnumSet.copyOf(peers()));
    }

    /** The targets that others wrote. */
    public static Set<Target> peers() {
        EnumSet<Target> peers = EnumSet.allOf(Target.class);
        peers.removeIf(target -> !target.isPeer());
        return peers;
    }

    /** Whether others wrote it. */
    public boolean isPeer() {
        return author == Author.OTHERS;
    }

    /** The target whose roof loops run on the same hardware: OpenCL's device, or the processor's vectors. */
    public Target roof() {
        return this == OPENCL ? OPENCL : VECTOR;
    }

    /** Fusions that mean something here. */
    public Set<Fusion> fusions() {
        return EnumSet.copyOf(fusions);
    }

    /** Algorithms that can be asked for. */
    public Set<Algorithm> algorithms() {
        return EnumSet.copyOf(algorithms);
    }
}

package org.convmark.model;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What runs a graph: kernels of this project, or a peer engine from elsewhere. The only list of targets and their capabilities.
 */
public enum Target {
    /** Plain Java loops: the definition of the right answer, and the baseline without acceleration. */
    SCALAR(Kind.JAVA, EnumSet.of(Fusion.NONE, Fusion.EPILOGUE), EnumSet.of(Algorithm.AUTO)),
    /** The Vector API (jdk.incubator.vector). */
    VECTOR(Kind.JAVA, EnumSet.allOf(Fusion.class), EnumSet.allOf(Algorithm.class)),
    /** OpenCL on a GPU or a CPU. */
    OPENCL(Kind.DEVICE, EnumSet.allOf(Fusion.class), EnumSet.of(Algorithm.AUTO)),
    /** ONNX Runtime on the CPU: an inference engine. {@code NONE} turns its graph optimisations off. */
    ONNXRUNTIME(Kind.LIBRARY, EnumSet.of(Fusion.NONE, Fusion.EPILOGUE), EnumSet.of(Algorithm.AUTO)),
    /** oneDNN on the CPU: a library of primitives, with weights packed once and post-ops. */
    ONEDNN(Kind.LIBRARY, EnumSet.of(Fusion.NONE, Fusion.EPILOGUE), EnumSet.of(Algorithm.AUTO)),
    /** PyTorch's eager mode on the CPU: a native framework, which runs every layer by itself. */
    PYTORCH(Kind.LIBRARY, EnumSet.of(Fusion.NONE), EnumSet.of(Algorithm.AUTO));

    /** Whose kernels run, and what compiles them. */
    public enum Kind {
        /** Ours, by the JVM. */
        JAVA,
        /** Ours, by the driver of a device. */
        DEVICE,
        /** Those of a peer engine, compiled ahead of time. */
        LIBRARY
    }

    private final Kind kind;
    private final Set<Fusion> fusions;
    private final Set<Algorithm> algorithms;

    Target(Kind kind, Set<Fusion> fusions, Set<Algorithm> algorithms) {
        this.kind = kind;
        this.fusions = fusions;
        this.algorithms = algorithms;
    }

    /** The target of a name; empty for a name that only other versions know. */
    public static Optional<Target> named(String name) {
        return Arrays.stream(values())
                .filter(target -> target.name().equals(name))
                .findFirst();
    }

    /** The targets with kernels of this project; all others are peers. */
    public static Set<Target> own() {
        return all(target -> !target.isPeer());
    }

    /** The targets of this project that are compared with plain Java. */
    public static Set<Target> accelerated() {
        return all(target -> !target.isPeer() && target != SCALAR);
    }

    /** The targets from outside this project. */
    public static Set<Target> peers() {
        return all(Target::isPeer);
    }

    private static Set<Target> all(Predicate<Target> which) {
        EnumSet<Target> all = EnumSet.allOf(Target.class);
        all.removeIf(which.negate());
        return all;
    }

    /** Whose kernels run. */
    public Kind kind() {
        return kind;
    }

    /** Whether it comes from outside this project. */
    public boolean isPeer() {
        return kind == Kind.LIBRARY;
    }

    /** The target whose roof loops run on the same hardware: a device's own, or the processor's vectors. */
    public Target roof() {
        return kind == Kind.DEVICE ? this : VECTOR;
    }

    /** Whether it has kernels that leave out the zeros of a pruned filter; others would multiply by them. */
    public boolean hasSparseKernels() {
        return this == VECTOR;
    }

    /** Whether it has kernels for a format of weights. Those of peers have activations of as many bits. */
    public boolean computesIn(Precision precision) {
        return switch (precision) {
            case FP32 -> true;
            case INT8 -> this != PYTORCH;
            case FP16, BF16, W8, POW2 -> !isPeer();
        };
    }

    /** Whether it has kernels that compute some tiles of a map only, or some channels. */
    public boolean skipsTiles() {
        return !isPeer();
    }

    /** Fusions that this target runs. */
    public Set<Fusion> fusions() {
        return EnumSet.copyOf(fusions);
    }

    /** Algorithms that can be asked for. */
    public Set<Algorithm> algorithms() {
        return EnumSet.copyOf(algorithms);
    }
}

package org.convmark.bench;

import org.convmark.engine.Engines;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.kernel.Weights;
import org.convmark.model.Algorithm;
import org.convmark.model.AxisPoint;
import org.convmark.model.Case;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through the graph of a workload, compiled for a target and checked before it is timed. */
public abstract class WorkloadBenchmark extends ProgramBenchmark {
    /** Seed of weights and input. */
    public static final long SEED = 42;

    /** Last part of the package names that JMH generates. */
    private static final String GENERATED = ".jmh_generated";

    /** The target. */
    @Param({"SCALAR", "VECTOR", "OPENCL"})
    protected Target target;

    /** How many layers share one kernel. */
    @Param({"NONE", "EPILOGUE"})
    protected Fusion fusion;

    /** How convolutions are computed. */
    @Param("AUTO")
    protected Algorithm algorithm;

    /** A point of an axis, as {@link AxisPoint} writes it. */
    @Param("NONE")
    protected String axis;

    /** Images per pass. */
    @Param("1")
    protected int batch;

    /** Values of the workload's {@link Workload#extents()}. */
    protected abstract Extents extents();

    /** The unfused graph that is timed: that of the {@link Workload} that the class is named after, at a point of an axis. */
    final Graph graph() {
        Workload workload = Workload.ofBenchmark(simpleName()).orElseThrow();
        return new Case.Problem(workload, extents(), AxisPoint.of(axis)).graph();
    }

    /** Name of the hand-written class, of which JMH generates subclasses. */
    private String simpleName() {
        Class<?> type = getClass();
        while (type.getPackageName().endsWith(GENERATED)) {
            type = type.getSuperclass();
        }
        return type.getSimpleName();
    }

    @Override
    protected final Target target() {
        return target;
    }

    @Override
    protected final Engine open() {
        return ForkedJvm.open(target, workers, algorithm);
    }

    @Override
    protected final Program compile(Engine on) {
        Graph graph = graph();
        Weights weights = new Weights(graph, SEED, Weights.Fill.RANDOM);
        Program program = on.compile(graph.fuse(fusion), weights);
        program.verify(Engines.reference(weights));
        ErrorProfiler.keep(weights, program.output());
        return program;
    }
}

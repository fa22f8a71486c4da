package org.convmark.bench;

import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.kernel.Weights;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Target;
import org.openjdk.jmh.annotations.Param;

/** Time of one pass through the graph of a workload, compiled for a target and checked before it is timed. */
public abstract class WorkloadBenchmark extends ProgramBenchmark {
    /** What weights and input are made from. */
    public static final long SEED = 42;

    /** What runs it. */
    @Param({"SCALAR", "VECTOR", "OPENCL"})
    protected Target target;

    /** How many layers share one kernel. */
    @Param({"NONE", "EPILOGUE"})
    protected Fusion fusion;

    /** How convolutions are computed. */
    @Param("AUTO")
    protected Algorithm algorithm;

    /** Images per pass. */
    @Param("1")
    protected int batch;

    /** What is timed, unfused. */
    protected abstract Graph graph();

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
        program.verify(weights);
        return program;
    }
}

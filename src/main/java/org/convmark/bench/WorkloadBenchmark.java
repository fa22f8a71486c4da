package org.convmark.bench;

import java.util.concurrent.TimeUnit;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.kernel.Target;
import org.convmark.kernel.Weights;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time of one pass through the graph of a pattern or block, compiled for a target and checked before it is timed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public abstract class WorkloadBenchmark {
    /** What weights and input are made from. */
    public static final long SEED = 42;

    /** What the kernels are written for. */
    @Param
    protected Target target;

    /** How many layers share one kernel. */
    @Param({"NONE", "EPILOGUE"})
    protected Fusion fusion;

    /** Images per pass. */
    @Param("1")
    protected int batch;

    /** Threads of a CPU target; 0 for one per processor. */
    @Param("1")
    protected int workers;

    private Engine engine;
    private Program program;

    /** What is timed, unfused. */
    protected abstract Graph graph();

    /** Compiles and checks the program, then runs it until the JIT compiler has done its work. */
    @Setup(Level.Trial)
    public void setup() {
        engine = ForkedJvm.open(target, workers);
        Graph graph = graph();
        Weights weights = new Weights(graph, SEED, Weights.Fill.RANDOM);
        program = engine.compile(graph.fuse(fusion), weights);
        program.verify(weights);
        ForkedJvm.warmUp(this::run);
    }

    /** One pass; not inlined, so that what the warm-up compiled is what is timed. */
    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void run() {
        program.run();
    }

    /** Frees the device. */
    @TearDown(Level.Trial)
    public void tearDown() {
        engine.close();
    }
}

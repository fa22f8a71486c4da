package org.convmark.bench.roof;

import java.util.concurrent.TimeUnit;
import org.convmark.bench.ForkedJvm;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.kernel.Target;
import org.convmark.model.RoofLoop;
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

/** Time of one run of a {@link RoofLoop}; the loop knows the flops and bytes of a run. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public abstract class RoofBenchmark {
    /** What the loops are written for; plain Java has no roof of its own. */
    @Param({"VECTOR", "OPENCL"})
    protected Target target;

    /** Threads of a CPU target; 0 for one per processor. */
    @Param("1")
    protected int workers;

    private Engine engine;
    private Program program;

    /** Compiles a loop. */
    abstract Program compile(Engine engine);

    /** Compiles the loop and runs it until the JIT compiler has done its work. */
    @Setup(Level.Trial)
    public void setup() {
        engine = ForkedJvm.open(target, workers);
        program = compile(engine);
        ForkedJvm.warmUp(this::run);
    }

    /** One run; not inlined, so that what the warm-up compiled is what is timed. */
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

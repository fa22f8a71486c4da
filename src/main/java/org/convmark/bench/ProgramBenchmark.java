package org.convmark.bench;

import java.util.concurrent.TimeUnit;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.machine.ForkArguments;
import org.convmark.model.Target;
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
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.runner.IterationType;

/** Time of one run of a program; subclasses say which program. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {ForkArguments.VECTOR_MODULE, ForkArguments.TRUST_PROFILES})
public abstract class ProgramBenchmark {
    /** Threads of a CPU target; 0 for one per processor. */
    @Param("1")
    protected int workers;

    private Engine engine;
    private Program program;

    /** The target. */
    protected abstract Target target();

    /** Opens the engine. */
    protected abstract Engine open();

    /** Compiles the program that is timed, and checks its result. */
    protected abstract Program compile(Engine on);

    /** Compiles the program and runs it until the JIT compiler has done its work, then takes it apart. */
    @Setup(Level.Trial)
    public void setup() {
        engine = open();
        program = compile(engine);
        ForkedJvm.warmUp(target(), program, this::run);
        ProgramProfiler.inspect(engine, program);
    }

    /** One run. Not inlined, so that the code compiled during warm-up is the code that is timed. */
    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void run() {
        program.run();
    }

    /**
     * Looks for the fastest pass, here because profilers run on another thread, for which OpenMP has other threads.
     *
     * @throws NotCompiled if passes allocate by now
     */
    @TearDown(Level.Iteration)
    public void observe(IterationParams iteration) {
        if (iteration.getType() == IterationType.MEASUREMENT) {
            ForkedJvm.requireCompiled(target(), ProgramProfiler.observe(program), "while it was measured");
        }
    }

    /** Frees the device, and the memory of the program for profilers that end later. */
    @TearDown(Level.Trial)
    public void tearDown() {
        engine.close();
        program = null;
    }
}

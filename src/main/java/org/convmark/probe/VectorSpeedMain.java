package org.convmark.probe;

import org.convmark.bench.ForkedJvm;
import org.convmark.engine.Engines;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Program;
import org.convmark.model.RoofLoop;
import org.convmark.model.Target;

/**
 * Main class of a child JVM that measures its vector speed, one vector length per JVM. Prints one line: flop/s of the arithmetic roof's
 * best run, and what {@link Target#VECTOR} says it runs on.
 */
public final class VectorSpeedMain {
    /** Start of the line. */
    static final String MARK = "convmark vectors ";

    private static final long FLOPS = RoofLoop.COMPUTE_FLOPS / 100;
    private static final int RUNS = 300;

    private VectorSpeedMain() {}

    /** @param arguments none */
    public static void main(String[] arguments) {
        try (Engine engine = Engines.open(Target.VECTOR, new EngineOptions(1, null))) {
            Program loop = engine.compile(RoofLoop.COMPUTE, FLOPS);
            ForkedJvm.warmUp(Target.VECTOR, loop, loop::run);
            long fastest = Long.MAX_VALUE;
            for (int i = 0; i < RUNS; i++) {
                long start = System.nanoTime();
                loop.run();
                fastest = Math.min(fastest, System.nanoTime() - start);
            }
            System.out.println(MARK + FLOPS * 1_000_000_000L / fastest + " " + engine.describe());
        }
    }
}

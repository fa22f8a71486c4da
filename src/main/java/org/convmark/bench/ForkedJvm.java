package org.convmark.bench;

import java.time.Duration;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionConstraints;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.jvm.EngineId;
import org.convmark.jvm.ForkContract;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Program;
import org.convmark.model.Algorithm;
import org.convmark.model.Target;

/** What a forked JVM measures, by its {@link ForkContract}. */
public final class ForkedJvm {
    /** Our kernels allocate nothing; a driver's call may. */
    static final long BYTES_PER_RUN = 1000;

    private static final Duration WINDOW = Duration.ofMillis(30);
    private static final Duration AGAIN = Duration.ofSeconds(5);

    private ForkedJvm() {}

    /**
     * The engine that this fork measures.
     *
     * @throws IllegalStateException if it is not what the plan expects
     */
    public static Engine open(Target target, int workers, Algorithm algorithm) {
        return open(target, workers, algorithm, schedule());
    }

    /** The same with another schedule of fused blocks than the contract's. */
    public static Engine open(Target target, int workers, Algorithm algorithm, ScheduleOverride schedule) {
        Engine engine = openAny(target, workers, algorithm, schedule);
        EngineId expected = ForkContract.current().expected();
        EngineId actual = EngineId.parse(engine.describe());
        if (expected != null && !expected.equals(actual)) {
            engine.close();
            throw new IllegalStateException("this JVM runs " + target + " on " + actual.unlike(expected)
                    + ", but the plan was made for " + expected.unlike(actual));
        }
        return engine;
    }

    /** An engine on the device that this fork measures, whatever the plan expects. */
    static Engine openAny(Target target, int workers, Algorithm algorithm) {
        return openAny(target, workers, algorithm, schedule());
    }

    private static ScheduleOverride schedule() {
        return ForkContract.current().overrides().scheduleOrNone();
    }

    private static Engine openAny(Target target, int workers, Algorithm algorithm, ScheduleOverride schedule) {
        ForkContract contract = ForkContract.current();
        return Engines.open(
                target,
                new EngineOptions(
                        workers,
                        contract.device(),
                        algorithm,
                        constraints(schedule),
                        contract.dump(),
                        contract.kernels()));
    }

    /** The limits for planning fused blocks in this fork, with a schedule. */
    public static FusionConstraints constraints(ScheduleOverride schedule) {
        return new FusionConstraints(ForkContract.current().caches(), FusionConstraints.TYPICAL.memory(), schedule);
    }

    /**
     * Runs a program on a target until it no longer gets faster; allocations by peer engines are ignored.
     *
     * @param pass one run of the program, as it will be timed
     * @throws NotCompiled if it still allocates then: the time would not be that of the kernels
     */
    public static void warmUp(Target target, Program program, Runnable pass) {
        warmUp(target, Duration.ofMillis(ForkContract.current().warmUpMillis()), WINDOW, program, pass);
    }

    /** The same for a program whose kernels another program has warmed up, so that little is left to compile. */
    public static void warmUpAgain(Target target, Program program) {
        warmUp(target, AGAIN, WINDOW, program, program::run);
    }

    /** The same with limits of its own. */
    static void warmUp(Target target, Duration limit, Duration window, Program program, Runnable pass) {
        long most = target.isPeer() ? Long.MAX_VALUE : BYTES_PER_RUN;
        long bytes = new WarmUp(limit, window, most).until(program, pass);
        requireCompiled(target, bytes, "after a warm-up of " + limit.toMillis() / 1e3 + " s");
    }

    /** @throws NotCompiled if a pass of one of our targets allocates more than compiled kernels do */
    static void requireCompiled(Target target, long bytes, String when) {
        if (!target.isPeer() && bytes > BYTES_PER_RUN) {
            throw new NotCompiled(target, bytes, when);
        }
    }
}

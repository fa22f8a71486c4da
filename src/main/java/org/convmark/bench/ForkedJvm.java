package org.convmark.bench;

import java.time.Duration;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionConstraints;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.model.Algorithm;
import org.convmark.model.Caches;
import org.convmark.model.Target;

/** What system properties tell a forked JVM, so that it never measures anything but what the plan says. */
public final class ForkedJvm {
    /** What {@link Engine#describe()} must answer; plain JMH leaves it out. */
    public static final String EXPECT = "convmark.expect";

    /** Part of the name of an OpenCL device. */
    public static final String DEVICE = "convmark.device";

    /** Bytes of the caches that fused blocks are planned for, as {@link Caches#toText} writes them. */
    public static final String CACHES = "convmark.caches";

    /** The schedule of fused blocks, as {@link FusionConstraints.ScheduleOverride#parse} reads it; the planner's choice if there is none. */
    public static final String SCHEDULE = "convmark.schedule";

    /** Longest warm-up in milliseconds. */
    public static final String WARM_UP = "convmark.warmup";

    private static final long DEFAULT_WARM_UP = 30_000;

    /** Our kernels allocate nothing; a driver's call may. */
    static final long BYTES_PER_RUN = 1000;

    private static final Duration WINDOW = Duration.ofMillis(30);

    private ForkedJvm() {}

    /**
     * The engine that this fork measures.
     *
     * @throws IllegalStateException if it is not what the plan expects
     */
    public static Engine open(Target target, int workers, Algorithm algorithm) {
        Engine engine = openAny(target, workers, algorithm);
        String expected = System.getProperty(EXPECT);
        if (expected != null && !expected.equals(engine.describe())) {
            String actual = engine.describe();
            engine.close();
            throw new IllegalStateException("this JVM runs " + target + " on \"" + actual
                    + "\", but the plan was made for \"" + expected + "\"");
        }
        return engine;
    }

    /** An engine on the device that this fork measures, whatever the plan expects. */
    static Engine openAny(Target target, int workers, Algorithm algorithm) {
        return Engines.open(target, new EngineOptions(workers, System.getProperty(DEVICE), algorithm, constraints()));
    }

    private static FusionConstraints constraints() {
        String caches = System.getProperty(CACHES);
        String schedule = System.getProperty(SCHEDULE);
        return new FusionConstraints(
                caches == null ? Caches.TYPICAL : Caches.parse(caches),
                FusionConstraints.TYPICAL.memory(),
                schedule == null
                        ? FusionConstraints.ScheduleOverride.NONE
                        : FusionConstraints.ScheduleOverride.parse(schedule));
    }

    /**
     * Runs something on a target until it no longer gets faster; allocations by peer engines are ignored.
     *
     * @throws NotCompiled if it still allocates then: the time would not be that of the kernels
     */
    public static void warmUp(Target target, Runnable run) {
        warmUp(target, Duration.ofMillis(Long.getLong(WARM_UP, DEFAULT_WARM_UP)), WINDOW, run);
    }

    /** The same with limits of its own. */
    static void warmUp(Target target, Duration limit, Duration window, Runnable run) {
        long most = target.isPeer() ? Long.MAX_VALUE : BYTES_PER_RUN;
        long bytes = new WarmUp(limit, window, most).until(run);
        requireCompiled(target, bytes, "after a warm-up of " + limit.toMillis() / 1e3 + " s");
    }

    /** @throws NotCompiled if a pass of one of our targets allocates more than compiled kernels do */
    static void requireCompiled(Target target, long bytes, String when) {
        if (!target.isPeer() && bytes > BYTES_PER_RUN) {
            throw new NotCompiled(target, bytes, when);
        }
    }
}

package org.convmark.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.bench.ConditionsProfiler;
import org.convmark.bench.ForkedJvm;
import org.convmark.bench.RoofProfiler;
import org.convmark.model.Caches;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures the rows of a plan that have no result yet, each by a JMH run of its own, and keeps each at once. */
public final class Session {
    private static final String DISK_FULL = "No space left on device";
    private static final long INTERRUPT_MILLIS = 300;

    private final RunFolder folder;
    private final Plan plan;
    private final Caches caches;
    private final OutputFormat log;
    private volatile boolean stopped;

    /**
     * @param caches that fused blocks are planned for
     * @param log where JMH's own output goes
     */
    public Session(RunFolder folder, Plan plan, Caches caches, PrintStream log) {
        this.caches = caches;
        this.folder = folder;
        this.plan = plan;
        this.log = OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL);
        System.setProperty("jmh.ignoreLock", "true"); // the lock is one file for all users of a machine
    }

    /**
     * Measures; a row that fails does not stop the others.
     *
     * @throws IOException if what was measured cannot be kept
     */
    public void run(Progress progress) throws IOException {
        Estimate estimate = new Estimate(plan.effort());
        for (Row row : folder.missing(plan)) {
            if (stopped) {
                return;
            }
            progress.begin(row);
            try {
                String json = json(new Runner(options(row), log).run());
                folder.store(row, json);
            } catch (RunnerException e) {
                keep(failure(row, e));
            }
            progress.end(estimate.of(row));
        }
        folder.collect(plan);
    }

    /** Whether it was told to stop. */
    public boolean stopped() {
        return stopped;
    }

    /** Ends forks that are running, and writes jmh.json from what was measured so far. */
    public void stop() throws IOException {
        stopped = true;
        ProcessHandle.current().children().forEach(ProcessHandle::destroy);
        folder.collect(plan);
    }

    /** A fork that was ended together with this process has not failed; its death may be seen first. */
    private void keep(RunFolder.Failure failure) throws IOException {
        try {
            Thread.sleep(INTERRUPT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
        if (failure.details().contains(DISK_FULL)) {
            throw new IOException(DISK_FULL);
        }
        if (!stopped) {
            folder.store(failure);
        }
    }

    private static RunFolder.Failure failure(Row row, RunnerException e) {
        List<Throwable> chain = new ArrayList<>();
        collect(e, chain);
        Throwable root = chain.get(chain.size() - 1);
        String details = chain.stream().map(Session::describe).collect(Collectors.joining("\n"));
        String message = root.getMessage() == null ? root.getClass().getName() : root.getMessage();
        return new RunFolder.Failure(row, message.lines().findFirst().orElse(""), details);
    }

    /** JMH hides the real cause among the suppressed exceptions. */
    private static void collect(Throwable t, List<Throwable> chain) {
        chain.add(t);
        Stream.concat(Stream.ofNullable(t.getCause()), Arrays.stream(t.getSuppressed()))
                .forEach(next -> collect(next, chain));
    }

    private static String describe(Throwable t) {
        return t
                + Arrays.stream(t.getStackTrace())
                        .limit(12)
                        .map(f -> "\n    at " + f)
                        .collect(Collectors.joining());
    }

    private static String json(Collection<RunResult> results) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private Options options(Row row) {
        Effort effort = plan.effort();
        TimeValue time = TimeValue.milliseconds(effort.iterationMillis());
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^\\Q" + row.benchmark() + "\\E\\.run$")
                .jvm(plan.jvm(row).path())
                .jvmArgs(plan.jvmArgs().toArray(String[]::new))
                .jvmArgsAppend(forkArgs(row).toArray(String[]::new))
                .forks(effort.forks())
                .warmupIterations(1)
                .warmupTime(time)
                .measurementIterations(effort.iterations())
                .measurementTime(time)
                .addProfiler(RoofProfiler.class) // the first begins first and ends last: the others do not see it
                .addProfiler(GCProfiler.class)
                .addProfiler(ConditionsProfiler.class)
                .shouldFailOnError(true);
        row.params().forEach(options::param);
        return options.build();
    }

    /** Arguments that JMH would take from annotations if there were none here: so they stand here again. */
    private List<String> forkArgs(Row row) {
        List<String> args = new ArrayList<>();
        args.add("--add-modules=jdk.incubator.vector");
        args.add("-D" + ForkedJvm.WARM_UP + "=" + plan.effort().warmUpMillis());
        args.add("-D" + ForkedJvm.CACHES + "=" + caches.toText());
        args.add("-D" + ForkedJvm.EXPECT + "="
                + plan.jvm(row).expected().get(row.target().name()));
        if (plan.device() != null) {
            args.add("-D" + ForkedJvm.DEVICE + "=" + plan.device());
        }
        return args;
    }
}

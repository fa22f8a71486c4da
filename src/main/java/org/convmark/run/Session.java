package org.convmark.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.bench.ConditionsProfiler;
import org.convmark.bench.ErrorProfiler;
import org.convmark.bench.ForkEnvironment;
import org.convmark.bench.NotCompiled;
import org.convmark.bench.ProgramProfiler;
import org.convmark.bench.RoofProfiler;
import org.convmark.bench.SecondaryResult;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.ForkArguments;
import org.convmark.model.Caches;
import org.convmark.model.Case;
import org.convmark.model.Metric;
import org.convmark.results.Failure;
import org.convmark.results.Row;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.LinuxPerfNormProfiler;
import org.openjdk.jmh.profile.Profiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures the rows of one or several runs that have no result yet, and writes each result as soon as its last fork has ended. Rows of
 * one problem, which differ only in the target, fusion, algorithm, JVM, its arguments or the program, take turns fork by fork (A B B A),
 * so that drift of the machine affects all of them alike. Closest in time are those that differ only in the JVM or the program.
 */
public final class Session {
    private static final String DISK_FULL = "No space left on device";
    private static final String CLASS_PATH = "java.class.path";
    private static final long INTERRUPT_MILLIS = 300;

    /** Shortest sample of a fork that counts events: perf reports its counts ten times a second. */
    private static final int COUNTING_MILLIS = 500;

    /** In every fork. The first begins first and ends last, so the others do not see it. */
    private static final List<Class<? extends Profiler>> PROFILERS = List.of(
            RoofProfiler.class,
            ProgramProfiler.class,
            GCProfiler.class,
            ConditionsProfiler.class,
            ForkEnvironment.class);

    /** How often a fork is started again if its kernels were not compiled as intended. */
    private static final int REPEATS = 2;

    /** A row of an arm, and its forks so far. */
    private static final class Entry {
        private final RunUnderTest arm;
        private final Row row;

        /** Estimated time of a fork. */
        private final Duration estimate;

        private final Forks forks = new Forks();
        private Failure failure;

        /** Forks whose time is still expected. */
        private int expected;

        Entry(RunUnderTest arm, Row row, Estimate estimate) {
            this.arm = arm;
            this.row = row;
            this.estimate = estimate.fork(row);
            this.expected = arm.plan().effort().allForks();
        }

        boolean isMeasurable() {
            return failure == null;
        }
    }

    private final List<RunUnderTest> arms;
    private final MeasurementSettings effort;
    private final Caches caches;
    private final CompilerLog compilations;
    private final OutputFormat log;
    private volatile boolean stopped;

    /**
     * A session of runs.
     *
     * @param arms runs with the same effort
     * @param log where JMH's own output goes
     */
    public Session(List<RunUnderTest> arms, PrintStream log) {
        this.arms = List.copyOf(arms);
        this.effort = arms.get(0).plan().effort();
        this.caches = Caches.of(arms.get(0).capture().before().cacheSizes());
        this.compilations = new CompilerLog(log);
        this.log = compilations.around(OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL));
        System.setProperty("jmh.ignoreLock", "true"); // the lock is one file for all users of a machine
    }

    /**
     * Measures; a row that fails does not stop the others.
     *
     * @throws IOException if results cannot be written
     */
    public void run(Progress progress) throws IOException {
        for (List<Entry> turns : problems()) {
            measure(turns, progress);
            if (stopped) {
                return;
            }
        }
        collect();
    }

    /** The rows of each problem, with those of one case side by side. */
    private List<List<Entry>> problems() {
        Estimate estimate = new Estimate(effort);
        Map<Case, Map<Case, List<Entry>>> problems = new LinkedHashMap<>();
        for (RunUnderTest arm : arms) {
            for (Row row : arm.folder().missing(arm.plan())) {
                problems.computeIfAbsent(row.what().baseline(), problem -> new LinkedHashMap<>())
                        .computeIfAbsent(row.what(), one -> new ArrayList<>())
                        .add(new Entry(arm, row, estimate));
            }
        }
        return problems.values().stream()
                .map(cases -> cases.values().stream().flatMap(List::stream).toList())
                .toList();
    }

    /** Runs forks in turn, every other time in reverse order; a row that failed is not tried again. */
    private void measure(List<Entry> entries, Progress progress) throws IOException {
        List<Entry> turns = new ArrayList<>(entries);
        for (int fork = 1; fork <= effort.forks(); fork++) {
            for (Entry entry : turns) {
                if (!stopped && entry.isMeasurable()) {
                    fork(entry, fork, progress);
                }
            }
            Collections.reverse(turns);
        }
    }

    private void fork(Entry entry, int number, Progress progress) throws IOException {
        progress.begin(entry.row, number);
        fork(entry);
        if (!stopped) {
            entry.expected--;
            progress.end(entry.row, entry.estimate);
            if (number == effort.forks() || !entry.isMeasurable()) {
                complete(entry, progress);
            }
        }
    }

    /** What follows a row's last fork, or the fork that failed. */
    private void complete(Entry entry, Progress progress) throws IOException {
        if (entry.isMeasurable() && entry.forks.isUneven()) {
            log.println("One fork was slower than the others: measuring one more of " + entry.row.id());
            fork(entry);
        }
        if (!stopped && entry.isMeasurable() && !effort.counters().isEmpty()) {
            count(entry);
        }
        if (!stopped) {
            keep(entry);
            progress.complete(entry.row, entry.estimate.multipliedBy(entry.expected));
        }
    }

    /**
     * Counts events per pass in one more fork: perf disturbs what it observes, so the times are discarded. It does not run in
     * double precision again, which would tell nothing new.
     */
    private void count(Entry entry) {
        String events = String.join(",", effort.counters());
        ChainedOptionsBuilder options = options(entry, PROFILERS.stream())
                .measurementTime(TimeValue.milliseconds(Math.max(effort.iterationMillis(), COUNTING_MILLIS)))
                .addProfiler(LinuxPerfNormProfiler.class, "events=" + events);
        System.setProperty(CLASS_PATH, entry.arm.classPath());
        try {
            for (RunResult result : new Runner(options.build(), log).run()) {
                result.getBenchmarkResults().forEach(fork -> keepCounts(fork, entry));
            }
        } catch (RunnerException e) {
            log.println("Not counted: " + entry.row.id() + ": " + e.getMessage());
            awaitInterrupt();
        } finally {
            System.setProperty(CLASS_PATH, RunUnderTest.OWN);
        }
    }

    private void keepCounts(BenchmarkResult counted, Entry entry) {
        for (String name : counted.getBenchmarkResults().keys()) {
            String event =
                    name.replaceFirst(":.*", ""); // perf appends a mark to events that it counts in user space only
            if (effort.counters().contains(event)) {
                counted.getBenchmarkResults().get(name).stream()
                        .filter(r -> Double.isFinite(r.getScore()))
                        .map(r -> new ScalarResult(event, r.getScore(), r.getScoreUnit(), AggregationPolicy.AVG))
                        .forEach(entry.forks.all().get(0)::addBenchmarkResult);
            }
        }
    }

    /** Runs one more fork of a row, and starts it again if its kernels were not compiled as intended. */
    private void fork(Entry entry) throws IOException {
        int repeats = 0;
        while (!stopped) {
            compilations.begin();
            try {
                List<BenchmarkResult> forks = run(entry);
                Optional<CompilerLog.GivenUp> givenUp = compilations.givenUp().stream()
                        .filter(CompilerLog.GivenUp::isFinal)
                        .findFirst();
                if (givenUp.isEmpty()) {
                    int times = repeats;
                    forks.forEach(fork ->
                            fork.addBenchmarkResult(SecondaryResult.of(Metric.REPEATS, times, AggregationPolicy.SUM)));
                    entry.forks.add(forks);
                    return;
                }
                entry.failure = new Failure(entry.row, givenUp.get().toString(), "");
            } catch (RunnerException e) {
                entry.failure = failure(entry.row, e);
                awaitInterrupt();
                if (entry.failure.details().contains(DISK_FULL)) {
                    throw new IOException(DISK_FULL);
                }
                if (!isNotCompiled(e)) {
                    return;
                }
                entry.failure = new Failure(entry.row, entry.failure.error() + reasons(), entry.failure.details());
            }
            if (repeats == REPEATS) {
                return;
            }
            repeats++;
            log.println("Started again: " + entry.failure.error());
            entry.failure = null;
        }
    }

    private List<BenchmarkResult> run(Entry entry) throws RunnerException {
        Stream<Class<? extends Profiler>> all = Stream.concat(Stream.of(ErrorProfiler.class), PROFILERS.stream());
        System.setProperty(CLASS_PATH, entry.arm.classPath()); // JMH starts forks with the class path it finds there
        try {
            return new Runner(options(entry, all).build(), log)
                    .run().stream()
                            .flatMap(result -> result.getBenchmarkResults().stream())
                            .toList();
        } finally {
            System.setProperty(CLASS_PATH, RunUnderTest.OWN);
        }
    }

    /** Which of the kernels' methods compilers gave up on, and why. */
    private String reasons() {
        List<CompilerLog.GivenUp> all = compilations.givenUp();
        return all.isEmpty()
                ? ", and no compiler said why"
                : all.stream().map(CompilerLog.GivenUp::toString).collect(Collectors.joining("; ", " (", ")"));
    }

    private static boolean isNotCompiled(RunnerException e) {
        List<Throwable> chain = new ArrayList<>();
        collect(e, chain);
        return chain.stream().anyMatch(NotCompiled.class::isInstance);
    }

    private static void keep(Entry entry) throws IOException {
        RunFolder folder = entry.arm.folder();
        if (entry.failure == null) {
            folder.store(entry.row, json(entry.forks.all()));
        } else {
            folder.store(entry.failure);
        }
    }

    /** Synchronized, because an interrupt may come while the last row is being written. */
    private synchronized void collect() throws IOException {
        for (RunUnderTest arm : arms) {
            arm.folder().collect(arm.plan());
        }
    }

    /** Whether it was told to stop. */
    public boolean stopped() {
        return stopped;
    }

    /** Ends forks that are running, and writes jmh.json from what was measured so far. */
    public void stop() throws IOException {
        stopped = true;
        ProcessHandle.current().children().forEach(ProcessHandle::destroy);
        collect();
    }

    /** Waits: a fork killed together with this process has not failed, but its end may be seen before the interrupt. */
    private void awaitInterrupt() {
        try {
            Thread.sleep(INTERRUPT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    private static Failure failure(Row row, RunnerException e) {
        List<Throwable> chain = new ArrayList<>();
        collect(e, chain);
        Throwable root = chain.get(chain.size() - 1);
        String details = chain.stream().map(Session::describe).collect(Collectors.joining("\n"));
        String message = root.getMessage() == null ? root.getClass().getName() : root.getMessage();
        return new Failure(row, message.lines().findFirst().orElse(""), details);
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

    /** One result of all forks, as JMH writes it when it starts them all itself. */
    private static String json(List<BenchmarkResult> forks) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        RunResult result = new RunResult(forks.get(0).getParams(), forks);
        ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(List.of(result));
        return bytes.toString(StandardCharsets.UTF_8)
                .replaceFirst("\"forks\" : 1,", "\"forks\" : " + forks.size() + ",");
    }

    /** Repeats the arguments in annotations, which JMH ignores once options are given here. */
    private ChainedOptionsBuilder options(Entry entry, Stream<Class<? extends Profiler>> profilers) {
        Row row = entry.row;
        JvmSetup jvm = entry.arm.plan().jvm(row).setup();
        TimeValue time = TimeValue.milliseconds(effort.iterationMillis());
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^\\Q" + row.what().benchmark() + "\\E\\.run$")
                .jvm(jvm.path())
                .jvmArgsPrepend(ForkArguments.ALL.toArray(String[]::new))
                .jvmArgs(jvm.arguments().toArray(String[]::new))
                .jvmArgsAppend(entry.arm.told(row, caches).toArray(String[]::new))
                .forks(1)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(1)) // JMH sets up in its first iteration, and the setup warms up
                .measurementIterations(effort.iterations())
                .measurementTime(time)
                .shouldFailOnError(true);
        profilers.filter(entry.arm::knows).forEach(options::addProfiler);
        row.what().params().forEach(options::param);
        return options;
    }
}

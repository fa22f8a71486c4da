package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.convmark.bench.ErrorProfiler;
import org.convmark.engine.Engines;
import org.convmark.jvm.EngineId;
import org.convmark.jvm.JvmSetup;
import org.convmark.jvm.Overrides;
import org.convmark.jvm.TimedKernels;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.model.Caches;
import org.convmark.model.Case;
import org.convmark.model.Metric;
import org.convmark.model.Target;
import org.convmark.results.Failure;
import org.convmark.results.Measurement;
import org.convmark.results.Row;
import org.convmark.results.Run;
import org.convmark.results.StoredPlan.PlannedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.profile.GCProfiler;

/** Two rows in real forks: one on what the plan expects, one not. */
class SessionTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final SortedMap<String, String> PARAMS = new TreeMap<>(Map.of(
            "depth", "1", "width", "4", "image", "4", "batch", "1", "workers", "1", "fusion", "NONE", "target",
            "SCALAR"));

    private static Plan plan(String second) {
        return plan(second, new MeasurementSettings(2, 50, 2, 10));
    }

    private static Plan plan(String second, MeasurementSettings effort) {
        return plan(
                effort,
                List.of(
                        jvm("a", JAVA, List.of(), Map.of("SCALAR", "plain Java loops")),
                        jvm("b", JAVA, List.of("-Xmx600m"), Map.of("SCALAR", second))),
                List.of(
                        new Row("b", Case.of("org.convmark.bench.block.FfnBenchmark", PARAMS)),
                        new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", PARAMS))));
    }

    private static PlannedJvm jvm(String label, String path, List<String> arguments, Map<String, String> expected) {
        Map<String, EngineId> engines = new TreeMap<>();
        expected.forEach((target, text) -> engines.put(target, EngineId.parse(text)));
        return new PlannedJvm(label, new JvmSetup("?", "?", path, arguments, Overrides.NONE), "?", engines, null);
    }

    private static Plan plan(MeasurementSettings effort, List<PlannedJvm> jvms, List<Row> rows) {
        return new Plan(Plan.FORMAT, "classes", "smoke", effort, null, jvms, rows, List.of());
    }

    @Test
    void failedRowDoesNotStopTheOthersAndCanBeTriedAgain(@TempDir Path parent) throws IOException {
        RunFolder folder = RunFolder.create(parent, "run");
        List<String> told = new ArrayList<>();
        run(folder, plan("magic"), silence(), listener(told));
        assertEquals(List.of("b 1", "b is over", "a 1", "a 2", "a is over"), told);
        List<Failure> failures = folder.failures();
        assertEquals(1, failures.size());
        assertEquals(
                "this JVM runs SCALAR on \"plain Java loops\", but the plan was made for \"magic\"",
                failures.get(0).error());
        assertEquals(1, results(folder).size());
        run(folder, plan("plain Java loops"));
        JsonNode results = results(folder);
        assertEquals(2, results.size());
        assertTrue(results.get(0).at("/primaryMetric/rawData/0/1").asDouble() > 0);
        assertEquals("4", results.get(0).at("/params/width").asText());
        assertTrue(results.get(0).at("/secondaryMetrics/gc.alloc.rate.norm").isObject());
        assertEquals(0, results.get(0).at("/secondaryMetrics/repeats/score").asInt());
        JsonNode roof = results.get(0).at("/secondaryMetrics/roof");
        assertEquals("GFLOP/s", roof.path("scoreUnit").asText());
        assertEquals(2, roof.path("rawData").path(0).size());
        assertTrue(roof.path("score").asDouble() > 0);
        JsonNode error = results.get(0).at("/secondaryMetrics/" + Metric.RESULT_ERROR.key());
        assertEquals(1, error.path("rawData").path(0).size(), "after the last iteration of a fork");
        assertEquals(0, error.path("score").asDouble(), 1e-6);
        assertTrue(error.path("score").asDouble() > 0);
    }

    /** Forks of an older program would not start with a profiler that they lack. */
    @Test
    void olderProgramsGetTheProfilersThatTheyKnow() throws Exception {
        Path jar = Path.of(GCProfiler.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        RunUnderTest older = new RunUnderTest(null, null, null, jar.toString());
        assertTrue(older.knows(GCProfiler.class));
        assertFalse(older.knows(ErrorProfiler.class));
    }

    /** Rows on other targets build no programs and choose no kernels. */
    @Test
    void forksOnOpenClAreToldWhereProgramsAndTimedKernelsGo(@TempDir Path parent) {
        SortedMap<String, String> onOpenCl = new TreeMap<>(PARAMS);
        onOpenCl.put("target", "OPENCL");
        Row row = new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", onOpenCl));
        Plan asked = plan("plain Java loops", new MeasurementSettings(1, 50, 2, 10).dumpingPrograms());
        RunFolder folder = RunFolder.create(parent, "run");
        RunUnderTest run = new RunUnderTest(folder, asked, null, RunUnderTest.OWN);
        String told = run.told(row, Caches.TYPICAL).get(0);
        assertTrue(told.contains(folder.path().resolve("opencl").toString()), told);
        assertFalse(run.told(asked.rows().get(0), Caches.TYPICAL).get(0).contains("dump"));
        RunUnderTest usual = new RunUnderTest(folder, plan("plain Java loops"), null, RunUnderTest.OWN);
        assertFalse(usual.told(row, Caches.TYPICAL).get(0).contains("dump"));
        String kernels = folder.path().resolve(TimedKernels.NAME).toString();
        assertTrue(usual.told(row, Caches.TYPICAL).get(0).contains(kernels));
        assertFalse(usual.told(asked.rows().get(0), Caches.TYPICAL).get(0).contains(kernels));
        Plan modelled = plan("plain Java loops", new MeasurementSettings(1, 50, 2, 10).trustingModel());
        RunUnderTest fixed = new RunUnderTest(folder, modelled, null, RunUnderTest.OWN);
        assertFalse(fixed.told(row, Caches.TYPICAL).get(0).contains(kernels));
    }

    /** JVMs side by side, then targets and fusions of one problem; another problem waits until all these are kept. */
    @Test
    void whatIsComparedTakesTurnsForkByFork(@TempDir Path parent) throws IOException {
        SortedMap<String, String> wider = new TreeMap<>(PARAMS);
        wider.put("width", "8");
        SortedMap<String, String> fused = new TreeMap<>(PARAMS);
        fused.put("fusion", "EPILOGUE");
        Plan two = plan("plain Java loops");
        List<Row> rows = List.of(
                two.rows().get(0),
                new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", wider)),
                new Row("b", Case.of("org.convmark.bench.block.FfnBenchmark", fused)),
                two.rows().get(1),
                new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", fused)));
        RunFolder folder = RunFolder.create(parent, "run");
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        run(folder, plan(two.effort(), two.jvms(), rows), new PrintStream(output));
        Pattern told = Pattern.compile("# VM options:.*|# Parameters: .*fusion = (\\w+).*width = (\\d+).*");
        List<String> turns = new ArrayList<>();
        String jvm = "";
        for (Matcher line : output.toString()
                .lines()
                .map(told::matcher)
                .filter(Matcher::matches)
                .toList()) {
            if (line.group(1) == null) {
                jvm = line.group().contains("-Xmx600m") ? "b" : "a";
            } else {
                turns.add(jvm + " " + line.group(1) + " " + line.group(2));
            }
        }
        assertEquals(
                List.of(
                        "b NONE 4",
                        "a NONE 4",
                        "b EPILOGUE 4",
                        "a EPILOGUE 4",
                        "a EPILOGUE 4",
                        "b EPILOGUE 4",
                        "a NONE 4",
                        "b NONE 4",
                        "a NONE 8",
                        "a NONE 8"),
                turns);
        JsonNode first = results(folder).get(0);
        assertEquals(2, first.path("forks").asInt());
        assertEquals(2, first.at("/primaryMetric/rawData").size());
        assertTrue(first.at("/jvmArgs").toString().contains("\"-Xmx600m\""));
    }

    /** Forks whose kernels allocate are never timed: the row fails after three, and the next one is measured. */
    @Test
    void rowWhoseKernelsBoxFails(@TempDir Path parent) throws IOException {
        SortedMap<String, String> vectors = new TreeMap<>(PARAMS);
        vectors.putAll(Map.of("target", "VECTOR", "width", "32", "image", "14"));
        Plan plan = plan(
                new MeasurementSettings(1, 1, 2, 10),
                List.of(jvm(
                        "a", JAVA, List.of(), Map.of("SCALAR", "plain Java loops", "VECTOR", describe(Target.VECTOR)))),
                List.of(
                        new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", vectors)),
                        new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", PARAMS))));
        RunFolder folder = RunFolder.create(parent, "run");
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        run(folder, plan, new PrintStream(output));
        List<Failure> failures = folder.failures();
        assertEquals(1, failures.size());
        assertTrue(
                failures.get(0).error().matches("VECTOR allocates \\d+ bytes a pass after a warm-up of 0.001 s: .*"),
                failures.get(0).error());
        assertEquals(
                2,
                output.toString()
                        .lines()
                        .filter(line -> line.startsWith("Started again"))
                        .count());
        assertEquals("SCALAR", results(folder).get(0).at("/params/target").asText());
    }

    private static String describe(Target target) {
        try (Engine engine = Engines.open(target, new EngineOptions(1, null))) {
            return engine.describe();
        }
    }

    /** The fastest pass is looked for on the thread that runs the benchmark: on another one OpenMP has other threads. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = "ONNXRUNTIME") // overflows its stack in forks with the class path of tests
    void fastestPassIsNoSlowerThanTheMedian(Target target, @TempDir Path parent) throws IOException {
        Optional<String> reason = Engines.unavailable(target, new EngineOptions(1, null));
        assumeTrue(reason.isEmpty(), target + " is not available: " + reason.orElse(""));
        SortedMap<String, String> params = new TreeMap<>(PARAMS);
        params.putAll(Map.of("target", target.name(), "width", "64", "image", "14"));
        Plan plan = plan(
                new MeasurementSettings(1, 30_000, 3, 50),
                List.of(jvm("a", JAVA, List.of(), Map.of(target.name(), describe(target)))),
                List.of(new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", params))));
        RunFolder folder = RunFolder.create(parent, "run");
        run(folder, plan);
        assertEquals(List.of(), folder.failures());
        JsonNode row = results(folder).get(0);
        double median = row.at("/primaryMetric/scorePercentiles/50.0").asDouble();
        double least =
                row.at("/secondaryMetrics/" + Metric.MIN.key() + "/score").asDouble();
        assertTrue(least > 0 && least <= 1.05 * median, least + " us at least, " + median + " us in the median");
    }

    /** A JDK whose java notes what is preloaded into each fork, and is then the JVM of this test. */
    @Test
    void onlyForksOnOpenClArePreloaded(@TempDir Path parent) throws IOException {
        Path library = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        assumeTrue(Files.exists(library) && OS.LINUX.isCurrentOs(), "this JVM has no library that chains signals");
        Path preload =
                Files.copy(library, Files.createDirectory(parent.resolve("lib")).resolve("libjsig.so"));
        Path java = Files.writeString(
                Files.createDirectory(parent.resolve("bin")).resolve("java"), """
                #!/bin/sh
                case $* in *ForkedMain*) echo "$LD_PRELOAD" >>%s/seen ;; esac
                exec %s "$@"
                """.formatted(parent, JAVA));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        SortedMap<String, String> onOpenCl = new TreeMap<>(PARAMS);
        onOpenCl.put("target", "OPENCL");
        Plan plan = new Plan(
                Plan.FORMAT,
                "classes",
                "smoke",
                new MeasurementSettings(1, 50, 1, 10),
                null,
                List.of(jvm("a", java.toString(), List.of(), Map.of("OPENCL", "any"))),
                List.of(
                        new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", onOpenCl)),
                        new Row("a", Case.of("org.convmark.bench.block.FfnBenchmark", PARAMS))),
                List.of());
        run(RunFolder.create(parent, "run"), plan);
        String own = Optional.ofNullable(System.getenv("LD_PRELOAD")).orElse("");
        assertEquals(
                List.of(preload + (own.isEmpty() ? "" : ":" + own), own), Files.readAllLines(parent.resolve("seen")));
    }

    /**
     * By a perf that tells 1000 misses in every tenth of a second: of the samples, not of the times of one more fork. On a busy
     * machine a pass of one fork takes several times as long as of another, and more before it is compiled.
     */
    @Test
    void countersAreReadInOneMoreFork(@TempDir Path parent) throws IOException {
        RunFolder folder = RunFolder.create(parent, "run");
        Here.CAPTURE.write(folder.machine());
        run(
                folder,
                plan(
                        "plain Java loops",
                        new MeasurementSettings(2, 500, 2, 50).counting(List.of(Metric.LLC_LOAD_MISSES.key()))));
        Run run = Run.read(folder.path());
        for (Measurement row : run.measurements()) {
            assertEquals(2, row.samples().size(), "forks whose times are kept");
            double misses = row.metric(Metric.LLC_LOAD_MISSES).orElseThrow().median();
            double expected = 10_000 * row.seconds();
            assertTrue(misses > expected / 10 && misses < expected * 10, misses + " misses, not about " + expected);
        }
    }

    private static void run(RunFolder folder, Plan plan) throws IOException {
        run(folder, plan, silence());
    }

    private static void run(RunFolder folder, Plan plan, PrintStream log) throws IOException {
        run(folder, plan, log, Progress.NONE);
    }

    private static void run(RunFolder folder, Plan plan, PrintStream log, Progress progress) throws IOException {
        new Session(List.of(new RunUnderTest(folder, plan, Here.CAPTURE, RunUnderTest.OWN)), log).run(progress);
    }

    private static PrintStream silence() {
        return new PrintStream(OutputStream.nullOutputStream());
    }

    /** Lists each fork by the JVM of its row, and when a row is over. */
    private static Progress listener(List<String> told) {
        return new Progress() {
            @Override
            public void begin(Row row, int fork) {
                told.add(row.jvm() + " " + fork);
            }

            @Override
            public void end(Row row, Duration estimate) {}

            @Override
            public void complete(Row row, Duration unneeded) {
                told.add(row.jvm() + " is over");
            }

            @Override
            public void close() {}
        };
    }

    private static JsonNode results(RunFolder folder) throws IOException {
        return new ObjectMapper().readTree(folder.results().toFile());
    }
}

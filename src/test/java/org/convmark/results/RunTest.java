package org.convmark.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.jvm.EngineId;
import org.convmark.jvm.ForkContract;
import org.convmark.jvm.Overrides;
import org.convmark.machine.Graal;
import org.convmark.model.Fusion;
import org.convmark.model.Metric;
import org.convmark.model.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-run");

    private static final String SOUND = "\"target\":\"SCALAR\",\"fusion\":\"NONE\",\"depth\":\"1\",\"width\":\"1\","
            + "\"image\":\"1\",\"batch\":\"1\",\"workers\":\"1\"";

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        for (String name : List.of("jmh.json", "machine.json")) {
            Files.copy(CANNED.resolve(name), folder.resolve(name));
        }
    }

    @Test
    void readsWhatJmhWrote() {
        Run run = Run.read(CANNED);
        assertEquals(34, run.measurements().size());
        assertEquals(
                List.of("17.0.15", "25.0.1"),
                run.jvms().stream().map(run::label).toList());
        assertEquals(0, run.outstanding());
        assertEquals(
                "FfnBenchmark",
                run.failures().get(0).row().subject().benchmark().replaceFirst(".*\\.", ""));
        Measurement row = run.measurements().stream()
                .filter(m -> m.isWork() && m.work().workload() == Pattern.PLAIN)
                .findFirst()
                .orElseThrow();
        assertEquals(2, row.forkMedians().size());
        assertEquals(529e-6, row.seconds(), 1e-6);
        assertTrue(row.fastest() <= row.seconds() && row.seconds() <= row.slowest());
        assertTrue(row.spread() > 0 && row.spread() < (row.slowest() - row.fastest()) / row.seconds());
        assertEquals(0.8, row.metric(Metric.ALLOCATED_BY_JVM).orElseThrow().median());
        assertEquals(
                Pattern.PLAIN.graph(1, 8, 16, 1).fuse(Fusion.NONE), row.work().graph());
    }

    @Test
    void medianIsOverForksNotOverIterations() throws IOException {
        assertEquals(2.0, only("us/op", "[[1, 1, 1], [2, 2, 9], [5, 5, 5]]").seconds() * 1e6, 1e-9);
    }

    @Test
    void throughputBecomesTime() throws IOException {
        assertEquals(0.25e-3, only("ops/ms", "[[4.0]]").seconds(), 1e-12);
    }

    private Measurement only(String unit, String rawData) throws IOException {
        return write(unit, rawData, "").measurements().get(0);
    }

    private Run write(String unit, String rawData, String more) throws IOException {
        Files.writeString(folder.resolve("jmh.json"), "[" + result(unit, rawData, more) + "]");
        return Run.read(folder);
    }

    private static String result(String unit, String rawData, String more) {
        String params = SOUND + more; // of two values the last counts
        return "{\"benchmark\":\"org.convmark.bench.pattern.PlainBenchmark.run\",\"params\":{" + params
                + "},\"mode\":\"avgt\",\"jvm\":\"java\",\"jdkVersion\":\"17\","
                + "\"vmName\":\"VM\",\"jvmArgs\":[\"-Xmx1g\",\"-Dx='a'\",\"-Dconvmark.warmup=9\"],"
                + "\"primaryMetric\":{\"scoreUnit\":\"" + unit + "\",\"rawData\":" + rawData
                + "}}";
    }

    /** How the user's choices reach a fork, and what the suite chose for the row behind them. */
    private enum Telling {
        BY_CONTRACT {
            @Override
            List<String> arguments(Overrides chosen) {
                List<String> user = List.of("-Xmx1g", "-Dx='a'");
                return Stream.of(
                                user,
                                new ForkContract(user, chosen, EngineId.parse("x"), null, null, 9, 256, null, null)
                                        .properties())
                        .flatMap(List::stream)
                        .toList();
            }
        },
        BY_PROPERTIES_OF_OLD_VERSIONS {
            @Override
            List<String> arguments(Overrides chosen) {
                List<String> arguments = new ArrayList<>(List.of("-Xmx1g", "-Dx='a'"));
                arguments.addAll(chosen.properties());
                arguments.addAll(List.of("-Dconvmark.warmup=9", "-Dconvmark.expect=x", "-Dconvmark.vector.bits=256"));
                return arguments;
            }
        };

        abstract List<String> arguments(Overrides chosen);

        String result(String bits, String schedule) throws IOException {
            String arguments = new ObjectMapper().writeValueAsString(arguments(Overrides.parse(bits, schedule)));
            return RunTest.result("us/op", "[[1]]", "")
                    .replace("[\"-Xmx1g\",\"-Dx='a'\",\"-Dconvmark.warmup=9\"]", arguments);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsThatDifferInAnOptionOnlyAreDifferentRows(Telling telling) throws IOException {
        String step4 = telling.result(null, "step=4,chunk=64");
        String step8 = telling.result(null, "step=8");
        String longer = telling.result("512", null);
        String usual = telling.result(null, null);
        Path history = folder.resolve("history");
        for (List<String> rows : List.of(List.of(step4, step8, longer, usual), List.of(step8), List.of(usual))) {
            Path run = Files.createDirectories(history.resolve("run" + rows.size() + rows.hashCode()));
            Files.copy(CANNED.resolve("machine.json"), run.resolve("machine.json"));
            Files.writeString(run.resolve("jmh.json"), "[" + String.join(",", rows) + "]");
        }
        HistoryIndex.Reading reading = new HistoryIndex(history).read();
        assertEquals(List.of(), reading.complaints());
        Map<String, Long> series = reading.entries().stream()
                .flatMap(run -> run.points().stream())
                .collect(Collectors.groupingBy(HistoryIndex.Point::jvm, Collectors.counting()));
        String plain = "17 -Xmx1g -Dx='a'";
        assertEquals(
                Map.of(
                        plain,
                        2L,
                        plain + " --schedule=step=4,chunk=64",
                        1L,
                        plain + " --schedule=step=8",
                        2L,
                        plain + " --vector-bits=512",
                        1L),
                series);
        Files.writeString(folder.resolve("jmh.json"), "[" + step4 + "," + step8 + "," + longer + "]");
        Run run = Run.read(folder);
        assertEquals(3, run.jvms().size());
        List<String> commands = run.measurements().stream().map(run::command).toList();
        assertTrue(commands.get(0).endsWith("' --schedule=step=4,chunk=64"), commands::toString);
        assertTrue(commands.get(1).endsWith("' --schedule=step=8"), commands::toString);
        assertTrue(commands.get(2).endsWith("' --vector-bits=512"), commands::toString);
    }

    @Test
    void commandRepeatsTheRow() throws IOException {
        Run run = Run.read(CANNED);
        assertEquals(
                "./run.sh run --profile smoke --include '\\.ComputeRoofBenchmark\\.' -p flops=66355200 -p target=VECTOR -p workers=1"
                        + " --jvm /usr/lib/jvm/java-17-openjdk-amd64/bin/java",
                run.command(run.measurements().get(0)));
        StoredPlan plan = new StoredPlan(null, "Radeon", null, null, null);
        String command =
                new Run(folder, run.machine(), plan, run.measurements(), List.of()).command(only("us/op", "[[1]]"));
        assertTrue(command.endsWith(" --jvm-args '-Xmx1g -Dx='\\''a'\\''' --device Radeon"), command);
    }

    /** The arguments that choose it are long, and those of another place. */
    @Test
    void graalIsOneWord() throws IOException {
        List<String> arguments = new ArrayList<>(Graal.arguments(List.of(Path.of("/m2/compiler.jar"))));
        arguments.add("-Xmx2g");
        String quoted = String.join("\",\"", arguments);
        only("us/op", "[[1]]");
        Path json = folder.resolve("jmh.json");
        Files.writeString(json, Files.readString(json).replace("-Xmx1g", quoted));
        Run run = Run.read(folder);
        assertEquals("17 Graal -Xmx2g -Dx='a'", run.jvms().get(0).label());
        String command = run.command(run.measurements().get(0));
        assertTrue(command.contains(" --jvm graal:java --jvm-args '-Xmx2g -D"), command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[", "null", "{}", "no json", "[] []", "[{}]"})
    void damagedResultsAreNamedInOneSentence(String text) throws IOException {
        Files.writeString(folder.resolve("jmh.json"), text);
        requireSentence("jmh.json", "damaged", "--resume");
    }

    @Test
    void resultsCutShortAnywhereAreNamed() throws IOException {
        String text = Files.readString(folder.resolve("jmh.json"));
        for (int length = 0; length < text.strip().length(); length += 997) {
            Files.writeString(folder.resolve("jmh.json"), text.substring(0, length));
            requireSentence("jmh.json", "cut short");
        }
    }

    /** One result that says nothing of time does not cost the others. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        us/op  | [[]]  | its result holds no samples
        us/op  | []    | its result holds no samples
        us/op  | 7     | its result holds no samples
        eon/op | [[1]] | its result has the unit 'eon/op', which is not a unit of time
        """)
    void resultsThatAreNoTimesAreSetAside(String unit, String rawData, String reason) throws IOException {
        Run run = write(unit, rawData, "");
        assertEquals(List.of(), run.measurements());
        assertEquals(reason, run.failures().get(0).error());
    }

    /** Of a histogram, as JMH writes it where it samples times, by its mean; of versions that did not write their JVM. */
    @Test
    void sampledTimesAndOldFilesAreRead() throws IOException {
        Files.writeString(folder.resolve("jmh.json"), """
                [{"benchmark":"org.example.B.run","mode":"sample","threads":8,
                "primaryMetric":{"scoreUnit":"us/op","rawDataHistogram":[[[[1.0,3],[5.0,1]]]]}}]
                """);
        Measurement row = Run.read(folder).measurements().get(0);
        assertEquals(2e-6, row.seconds(), 1e-12);
        assertEquals("org.example.B.run", row.label().benchmark());
        assertEquals(Map.of("mode", "sample", "threads", "8"), row.label().settings());
        assertEquals("unknown JVM", row.jvm().label());
    }

    /** Parameters of others may have the names of what tells their rows apart, and a result that failed is told apart like one that did not. */
    @Test
    void parametersMayBeNamedLikeModeAndThreads() throws IOException {
        String result = """
                {"benchmark":"org.example.B.run","mode":"%s","threads":2,"jdkVersion":"17","params":{"mode":"fast","threads":"x"},
                "primaryMetric":{"scoreUnit":"%s","rawData":[[1.0]]}}""";
        Files.writeString(
                folder.resolve("jmh.json"),
                "[" + result.formatted("thrpt", "ops/s") + "," + result.formatted("ss", "eon/op") + "]");
        Run run = Run.read(folder);
        assertEquals(
                Map.of("mode", "fast", "jmh_mode", "thrpt", "threads", "x", "jmh_threads", "2"),
                run.measurements().get(0).label().settings());
        assertEquals(
                Map.of("mode", "fast", "jmh_mode", "ss", "threads", "x", "jmh_threads", "2"),
                run.failures().get(0).row().subject().label().settings());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        [[0.0]]         |                                     | not every sample is a time
        [[1, -1]]       |                                     | not every sample is a time
        [[1], ["NaN"]]  |                                     | not every sample is a time
        [[1]]           | "precision":"fp16"                  | not a case that this version of Convmark knows (there is no parameter precision (fp16) here)
        [[1]]           | "depth":"x"                         | not a case that this version of Convmark knows (depth=x is not a whole number)
        [[1]]           | "depth":"513"                       | depth 513 is more than 512
        [[1]]           | "fusion":"WARP"                     | (there is no fusion WARP, only NONE, EPILOGUE, BLOCK)
        """)
    void rowsThatCannotBeUsedAreSetAsideWithTheReason(String rawData, String params, String reason) throws IOException {
        assertEquals(1, write("us/op", "[[1]]", "").measurements().size());
        Run run = write("us/op", rawData, params == null ? "" : "," + params);
        assertEquals(List.of(), run.measurements());
        assertTrue(run.failures().get(0).error().contains(reason), run.failures()::toString);
    }

    @Test
    void machineThatIsAbsentOrDamagedIsNamed() throws IOException {
        Path file = folder.resolve("machine.json");
        String text = Files.readString(file);
        for (String bad : List.of("", "{", "null", "[]", "{}", text.substring(0, text.length() / 2))) {
            Files.writeString(file, bad);
            requireSentence("machine.json", "damaged");
        }
        Files.delete(file);
        requireSentence("machine.json", "does not exist");
    }

    @Test
    void whatIsAbsentIsNamed() throws IOException {
        Files.delete(folder.resolve("jmh.json"));
        requireSentence("jmh.json", "does not exist", "--resume");
        folder = folder.resolve("none");
        requireSentence("none", "is not a folder");
    }

    @Test
    void damagedPlanOrFailureIsNamed() throws IOException {
        Files.createDirectory(folder.resolve("index"));
        Map<String, String> files = Map.of(
                "plan.json", "{\"rows\": [",
                "failed.json", "[null]",
                "index/plan.json", "{\"rows\": [",
                "index/x.failed.json", "");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.writeString(path, file.getValue());
            requireSentence(file.getKey(), "cut short");
            Files.delete(path);
        }
    }

    private void requireSentence(String... words) {
        String message = assertThrows(IllegalArgumentException.class, () -> Run.read(folder))
                .getMessage();
        assertEquals(1, message.lines().count(), message);
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }
}

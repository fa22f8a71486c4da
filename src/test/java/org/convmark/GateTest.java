package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.convmark.cli.ExitCode;
import org.convmark.export.ExportFormat;
import org.convmark.io.Folders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No gate passes what it did not see: every way in which a row can be absent, on either side, at everything that reads runs. */
class GateTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MACHINE = Path.of("src/test/resources/org/convmark/analysis/canned-peers/machine.json");
    private static final String LABEL = "17.0.15-XX_UseAVX=1";
    private static final String BENCHMARK = "org.convmark.bench.pattern.PlainBenchmark";
    private static final int UNSEEN = 3;

    @TempDir
    private Path folder;

    /** What became of the row of width 16; the row of width 8 is always measured. */
    enum State {
        MEASURED(""),
        FAILED("java.lang.OutOfMemoryError: Java heap space"),
        WRONG("the result differs from the reference"),
        BOXED("its kernels were not compiled as intended"),
        NO_TIME("not every sample is a time above zero"),
        NOT_YET("not measured yet"),
        SKIPPED("no VECTOR here"),
        NOT_PLANNED("not planned");

        private final String reason;

        State(String reason) {
            this.reason = reason;
        }

        boolean planned() {
            return this != SKIPPED && this != NOT_PLANNED;
        }
    }

    static Stream<Arguments> pairs() {
        return Stream.of(State.values())
                .flatMap(base -> Stream.of(State.values()).map(candidate -> Arguments.of(base, candidate)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void comparisonNamesWhatItDidNotCompare(State base, State candidate) throws IOException {
        write("base", base, "2026-01-01");
        write("candidate", candidate, "2026-01-02");
        Path json = folder.resolve("c.json");
        String runs = " FOLDER/base FOLDER/candidate";
        assertEquals(ExitCode.OK, run("compare" + runs).exitCode());
        Outcome strict = run("compare --all --strict --json " + json + runs);
        boolean onlyCandidate = base != State.MEASURED && candidate == State.MEASURED;
        boolean both = base == State.MEASURED && candidate == State.MEASURED;
        boolean expected = base.planned() || candidate.planned();
        assertEquals(expected && !both && !onlyCandidate ? UNSEEN : ExitCode.OK, strict.exitCode(), strict::toString);
        JsonNode told = JSON.readTree(json.toFile());
        String list = both ? "rows" : onlyCandidate ? "onlyCandidate" : base == State.MEASURED ? "onlyBase" : "neither";
        assertEquals(both ? 2 : expected ? 1 : 0, told.path(list).size(), told::toString);
        for (State side : new State[] {base, candidate}) {
            boolean needsPlan = side != State.NOT_PLANNED || expected;
            assertTrue(!needsPlan || strict.out.contains(side.reason), strict::toString);
            assertTrue(!expected || told.path(list).toString().contains(side.reason), told::toString);
        }
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void historyNamesWhatTheNewestRunLacks(State state) throws IOException {
        for (int day = 1; day < 4; day++) {
            write("run" + day, State.MEASURED, "2026-01-0" + day);
        }
        write("run4", state, "2026-01-04");
        Outcome outcome = run("history --fail-on-new-change FOLDER");
        assertEquals(state == State.MEASURED ? ExitCode.OK : UNSEEN, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.out.contains(state.reason), outcome::toString);
        assertEquals(state != State.MEASURED, outcome.out.contains("1 row without a time"), outcome::toString);
    }

    /** Another machine's run is no newer run of this one. */
    @Test
    void historyLooksAtTheNewestRunOfEachMachine() throws IOException {
        write("run1", State.MEASURED, "2026-01-01");
        write("run2", State.FAILED, "2026-01-02");
        write("run3", State.MEASURED, "2026-01-03");
        Path other = folder.resolve("run3/machine.json");
        ObjectNode machine = (ObjectNode) JSON.readTree(other.toFile());
        ((ObjectNode) machine.path("before")).put("id", "other-8c");
        JSON.writeValue(other.toFile(), machine);
        assertEquals(UNSEEN, run("history --fail-on-new-change FOLDER").exitCode());
    }

    /** A JVM that is updated loses no row; one that is left out does. */
    @Test
    void historyMissesRowsOfAJvm() throws IOException {
        for (String version : new String[] {"17.0.16", "21"}) {
            write("run1", State.MEASURED, "2026-01-01");
            write("run2", State.MEASURED, "2026-01-02");
            Path results = folder.resolve("run2/jmh.json");
            Files.writeString(results, Files.readString(results).replace("\"17.0.15\"", '"' + version + '"'));
            Files.delete(folder.resolve("run2/plan.json"));
            Outcome outcome = run("history --fail-on-new-change FOLDER");
            boolean same = version.startsWith("17");
            assertEquals(same ? ExitCode.OK : UNSEEN, outcome.exitCode(), outcome::toString);
            assertEquals(!same, outcome.out.contains("on JVM 17 -XX:UseAVX=1  not planned"), outcome::toString);
            Folders.delete(folder.resolve("run1"));
            Folders.delete(folder.resolve("run2"));
        }
    }

    @ParameterizedTest
    @EnumSource(Missing.class)
    void historyDoesNotPassARunThatItCannotRead(Missing missing) throws IOException {
        write("run1", State.MEASURED, "2026-01-01");
        write("run2", State.MEASURED, "2026-01-02");
        Path file = folder.resolve("run2").resolve(missing.file);
        Files.delete(file);
        Files.delete(folder.resolve("run2/plan.json"));
        Outcome outcome = run("history --fail-on-new-change FOLDER");
        assertEquals(UNSEEN, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.err.contains("run2 is left out"), outcome::toString);
        assertTrue(outcome.err.contains(missing.file), outcome::toString);
    }

    /** What a run lacks that was killed, or half copied. */
    enum Missing {
        RESULTS("jmh.json"),
        MACHINE("machine.json");

        private final String file;

        Missing(String file) {
            this.file = file;
        }
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void exportsAndReportsNameWhatTheyLack(State state) throws IOException {
        write("run", state, "2026-01-01");
        boolean told = state != State.NOT_PLANNED;
        for (ExportFormat format : ExportFormat.values()) {
            Outcome outcome = run("export --format " + format.label() + " FOLDER/run");
            assertEquals(ExitCode.OK, outcome.exitCode(), outcome::toString);
            assertEquals(told, (outcome.err + "x").contains(state.reason), outcome::toString);
        }
        assertEquals(ExitCode.OK, run("report FOLDER/run").exitCode());
        String report = Files.readString(folder.resolve("run/report.md"));
        assertTrue(!told || report.contains(state.reason), report);
    }

    @Test
    void runWithoutARowIsRefusedWithTheReason() throws IOException {
        write("base", State.MEASURED, "2026-01-01");
        write("candidate", State.FAILED, "2026-01-02");
        Files.writeString(folder.resolve("candidate/jmh.json"), "[]");
        Outcome outcome = run("compare FOLDER/base FOLDER/candidate");
        assertEquals(ExitCode.ERROR, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.err.contains(State.FAILED.reason), outcome::toString);
    }

    private record Outcome(int exitCode, String out, String err) {}

    private Outcome run(String command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(command.replace("FOLDER", folder.toString()).split(" "));
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** Writes a run of two rows on a JVM with an argument, which another JVM of the plan does not have. */
    private void write(String name, State state, String day) throws IOException {
        Path run = Files.createDirectory(folder.resolve(name));
        ObjectNode machine = (ObjectNode) JSON.readTree(MACHINE.toFile());
        ((ObjectNode) machine.path("before")).put("capturedAt", day + "T00:00:00Z");
        JsonNode jvm = machine.at("/jvms/0/jvm");
        JSON.writeValue(run.resolve("machine.json").toFile(), machine);
        ArrayNode results = JSON.createArrayNode();
        results.add(result(jvm, 8, State.MEASURED));
        if (state == State.MEASURED || state == State.BOXED || state == State.NO_TIME) {
            results.add(result(jvm, 16, state));
        }
        JSON.writeValue(run.resolve("jmh.json").toFile(), results);
        ObjectNode plan = JSON.createObjectNode().put("profile", "quick");
        ArrayNode jvms = plan.putArray("jvms");
        jvms.addObject().put("label", "17.0.15").put("path", jvm.path("path").asText());
        jvms.addObject()
                .put("label", LABEL)
                .put("path", jvm.path("path").asText())
                .putArray("arguments")
                .add("-XX:UseAVX=1");
        ArrayNode rows = plan.putArray("rows");
        rows.add(row(8));
        if (state.planned()) {
            rows.add(row(16));
        }
        ArrayNode skipped = plan.putArray("skipped");
        if (state == State.SKIPPED) {
            skipped.addObject()
                    .put("jvm", LABEL)
                    .put("target", "VECTOR")
                    .put("reason", state.reason)
                    .put("rows", 1);
        }
        JSON.writeValue(run.resolve("plan.json").toFile(), plan);
        if (state == State.FAILED || state == State.WRONG) {
            ArrayNode failed = JSON.createArrayNode();
            failed.addObject().put("error", state.reason).set("row", row(16));
            JSON.writeValue(run.resolve("failed.json").toFile(), failed);
        }
    }

    private static ObjectNode row(int width) {
        ObjectNode row = JSON.createObjectNode().put("jvm", LABEL).put("benchmark", BENCHMARK);
        row.set("params", params(width));
        return row;
    }

    private static JsonNode params(int width) {
        return JSON.valueToTree(Map.of(
                "batch",
                "1",
                "depth",
                "1",
                "fusion",
                "NONE",
                "image",
                "8",
                "target",
                "VECTOR",
                "width",
                String.valueOf(width),
                "workers",
                "1"));
    }

    private static ObjectNode result(JsonNode jvm, int width, State state) {
        ObjectNode result = JSON.createObjectNode()
                .put("jmhVersion", "1.37")
                .put("benchmark", BENCHMARK + ".run")
                .put("mode", "avgt")
                .put("threads", 1)
                .put("jvm", jvm.path("path").asText())
                .put("jdkVersion", jvm.path("version").asText())
                .put("vmName", jvm.path("name").asText());
        result.putArray("jvmArgs").add("-XX:UseAVX=1");
        result.set("params", params(width));
        ArrayNode forks =
                result.putObject("primaryMetric").put("scoreUnit", "s/op").putArray("rawData");
        ArrayNode bytes = result.putObject("secondaryMetrics")
                .putObject("allocated")
                .put("scoreUnit", "B/op")
                .putArray("rawData");
        for (int fork = 0; fork < 5; fork++) {
            forks.addArray().add(state == State.NO_TIME ? 0.0 : 0.001);
            bytes.addArray().add(state == State.BOXED ? 1e9 : 0.0);
        }
        return result;
    }
}

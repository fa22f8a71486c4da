package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.convmark.cli.ExitCode;
import org.convmark.io.Folders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were once read wrongly, or half: of failed rows, of other projects, of several machines, of JVMs with options that nobody gave. */
class CasesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        Cases.copyTo(folder.resolve("cases"));
    }

    private Outcome run(String command) {
        return Outcome.of(command.replace("CASES/", folder + "/cases/").split(" "));
    }

    /** A gate does not pass what it did not see. */
    @Test
    void lostRowsAreNamedAndFailAStrictGate() throws IOException {
        Path json = folder.resolve("c.json");
        Path markdown = folder.resolve("c.md");
        String runs = " CASES/gate-with-lost-rows/base CASES/gate-with-lost-rows/candidate";
        Outcome outcome = run("compare --strict --json " + json + " --markdown " + markdown + runs);
        assertEquals(3, outcome.exitCode(), outcome::toString);
        for (String text : new String[] {outcome.out(), Files.readString(json), Files.readString(markdown)}) {
            for (String name : new String[] {"Bottleneck", "Dense", "Fire", "Inception"}) {
                assertTrue(text.contains(name), text);
            }
            assertTrue(text.contains("java.lang.OutOfMemoryError: Java heap space"), text);
        }
        assertEquals(ExitCode.OK, run("compare" + runs).exitCode());
    }

    @Test
    void rowsThatFailedInTheNewestRunFailTheGateOfAHistory() {
        Outcome outcome = run("history --fail-on-new-change CASES/gate-with-lost-rows");
        assertEquals(3, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.out().contains("Inception"), outcome::out);
        assertTrue(outcome.out().contains("java.lang.OutOfMemoryError: Java heap space"), outcome::out);
    }

    /** What is quiet is counted, and shown where all is asked for. */
    @Test
    void quietRowsAreCountedUnlessAllAreAskedFor() {
        for (String command : new String[] {
            "history CASES/jmh-file-of-another-project",
            "compare CASES/gate-with-lost-rows/base CASES/gate-with-lost-rows/base"
        }) {
            Outcome usual = run(command);
            Outcome all = run(command.replaceFirst(" ", " --all "));
            assertTrue(usual.out().contains(" (--all shows them)"), usual::out);
            assertTrue(all.out().lines().count() > usual.out().lines().count() + 5, all::out);
            assertFalse(all.out().contains("--all"), all::out);
        }
    }

    @Test
    void optionsOfTheEnvironmentArePartOfAJvm() {
        String runs = " CASES/options-from-the-environment/base CASES/options-from-the-environment/candidate";
        Outcome outcome = run("compare" + runs);
        assertEquals(ExitCode.ERROR, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.err().contains("-XX:TieredStopAtLevel=1"), outcome::err);
        assertEquals(1, run("compare --subject commit,flags" + runs).exitCode());
    }

    @Test
    void otavaGetsOneMachine() {
        Outcome outcome = run("export --format otava CASES/otava-of-two-machines/x1 CASES/otava-of-two-machines/y9");
        assertEquals(ExitCode.ERROR, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.err().contains("are of 2 machines"), outcome::err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bmf", "otava", "prometheus"})
    void rowsOfAnotherProjectAreToldApart(String format) {
        Outcome outcome = run("export --format " + format + " CASES/jmh-file-of-another-project/run");
        assertEquals(ExitCode.OK, outcome.exitCode(), outcome::toString);
        for (String method : new String[] {"parseSmall", "parseLarge", "writeSmall", "writeLarge"}) {
            assertEquals(
                    2, outcome.out().split("org.example.json.CodecBenchmark." + method, -1).length - 1, outcome::out);
        }
    }

    @Test
    void historyOfAnotherProjectHasAllItsRows() {
        Outcome outcome = run("history CASES/jmh-file-of-another-project");
        assertEquals(ExitCode.OK, outcome.exitCode(), outcome::toString);
        assertTrue(outcome.out().contains("8 rows"), outcome::out);
    }

    /** Of what other projects measure, such as separators, and of names that a label cannot have. */
    @Test
    void rowsWithOddParametersAreToldApart() throws IOException {
        List<String> values = List.of(
                ",", ";", "'", "\"", "_", " ", "\t", "\n", "a b=c", "a\tb\t0.1", "\\t", "%2C", "\u001b[31m", "\u202e");
        ArrayNode results = JSON.createArrayNode();
        for (String value : values) {
            result(results)
                    .putObject("params")
                    .put("\u00e4", value)
                    .put("\u00fc", "1")
                    .put("jvm", "x");
        }
        write("odd/run", JSON.writeValueAsString(results).getBytes(StandardCharsets.UTF_8));
        String path = " CASES/odd/run";
        assertEquals(
                values.size(),
                JSON.readTree(run("export --format bmf" + path).out()).size());
        String[] otava = run("export --format otava" + path).out().split("\n");
        assertEquals(values.size() + 2, Set.of(otava[0].split(",")).size());
        List<String> gauges =
                run("export --format prometheus" + path).out().lines().toList();
        assertEquals(values.size() + 2, Set.copyOf(gauges).size(), gauges::toString);
        Outcome history = run("history --all CASES/odd");
        assertTrue(history.out().contains(values.size() + " rows"), history::toString);
        assertEquals(history, run("history --all CASES/odd"), "from the index");
        assertTrue(run("compare" + path + path + "/.").out().contains("\n" + values.size() + " rows: "));
    }

    /** Text files change on their way through editors, scripts and other systems. */
    @Test
    void whatOtherWritersDoToAFileChangesNoRow() throws IOException {
        ArrayNode results = JSON.createArrayNode();
        result(results).put("jvm", (String) null);
        String text = results.toPrettyString();
        for (byte[] bytes : List.of(
                ("\ufeff" + text).getBytes(StandardCharsets.UTF_8),
                text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8),
                text.getBytes(StandardCharsets.UTF_16),
                text.replace("\"NaN\"", "NaN").getBytes(StandardCharsets.UTF_8))) {
            write("other,writer", bytes);
            Path machine = folder.resolve("cases/other,writer/machine.json");
            Files.writeString(machine, "\ufeff" + Files.readString(machine));
            Outcome compared = run("compare CASES/other,writer CASES/other,writer/.");
            assertEquals(ExitCode.OK, compared.exitCode(), compared::toString);
            assertTrue(compared.out().contains("\n1 row: "), compared::toString);
            Folders.delete(folder.resolve("cases/other,writer"));
        }
    }

    /** A file that cannot be read is told with its reason; a run without rows is no answer. */
    @ParameterizedTest
    @ValueSource(strings = {"jmh.json", "machine.json", "plan.json", "failed.json"})
    void unreadableFilesAreTold(String file) throws IOException {
        write("run", "[]".getBytes(StandardCharsets.UTF_8));
        for (String command : List.of("export --format bmf", "export --format prometheus", "export --format otava")) {
            assertTrue(run(command + " CASES/run").err().contains("holds no measured row"));
        }
        Files.deleteIfExists(folder.resolve("cases/run").resolve(file));
        Files.createDirectory(folder.resolve("cases/run").resolve(file));
        for (String command : List.of("export --format bmf CASES/run", "report CASES/run", "history CASES/")) {
            Outcome outcome = run(command);
            assertTrue(outcome.err().contains("/" + file + " "), outcome::toString);
            assertTrue(outcome.err().contains("(Is a directory)"), outcome::toString);
        }
    }

    /** Adds a result of another project. */
    private ObjectNode result(ArrayNode results) throws IOException {
        Path file = folder.resolve("cases/jmh-file-of-another-project/run/jmh.json");
        return results.addObject()
                .setAll((ObjectNode) JSON.readTree(file.toFile()).get(0));
    }

    /** Writes a run of another project. */
    private void write(String name, byte[] results) throws IOException {
        Path run = Files.createDirectories(folder.resolve("cases").resolve(name));
        Files.copy(folder.resolve("cases/jmh-file-of-another-project/run/machine.json"), run.resolve("machine.json"));
        Files.write(run.resolve("jmh.json"), results);
    }

    @Test
    void resultsWithoutParametersAreReported() throws IOException {
        String name = "report-of-a-result-without-workers/run";
        assertEquals(ExitCode.OK, run("report CASES/" + name).exitCode());
        for (String file : new String[] {"report.csv", "report.md"}) {
            String text = Files.readString(folder.resolve("cases").resolve(name).resolve(file));
            assertTrue(text.contains("org.example.SortBenchmark.run"), text);
            assertFalse(text.contains("For input string"), text);
        }
    }
}

package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.convmark.cli.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were once read wrongly, or half: of failed rows, of other projects, of several machines, of JVMs with options that nobody gave. */
class CasesTest {
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
        assertEquals(1, run("compare --axis commit,flags" + runs).exitCode());
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

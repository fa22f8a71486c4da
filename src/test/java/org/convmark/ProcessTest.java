package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.convmark.cli.ExitCode;
import org.convmark.io.Shell;
import org.convmark.kernel.opencl.OpenClDevices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every subcommand as a process of its own: what it says arrives, whole, wherever it goes; and what its environment does to it. */
@DisabledOnOs(OS.WINDOWS)
class ProcessTest {
    private static final int SECONDS = 120;

    /** Runs a command in a locale whose words for errors are not Java's, where the system can make it; nobody reads its output. */
    private static final String GERMAN = "set -o pipefail; localedef -i de_DE -f UTF-8 \"$0\" >/dev/null 2>&1;"
            + " LOCPATH=${0%/*} LC_ALL=de_DE.UTF-8 \"$@\" | true";

    @TempDir
    Path folder;

    /** Where standard output goes. */
    enum Medium {
        PIPE,
        TERMINAL,
        CLOSED_PIPE,
        FULL_DISK
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        PIPE      | list --vector-bits 128                                            | quick
        PIPE      | machine                                                           | Processor
        PIPE      | history CASES/history-says-nothing/runs                           | 3 runs
        PIPE      | compare CASES/gate-with-lost-rows/base CASES/gate-with-lost-rows/candidate | How this was decided
        TERMINAL  | compare CASES/gate-with-lost-rows/base CASES/gate-with-lost-rows/candidate | How this was decided
        PIPE      | export --format bmf CASES/gate-with-lost-rows/base                | Bottleneck.batch
        PIPE      | waterline ConvFirst --balance 160                                 | attainable efficiency
        PIPE      | report CASES/gate-with-lost-rows/base                                         | report.html
        PIPE      | aa --profile smoke --vector-bits 128 --include ComputeRoof -p target=VECTOR --out FOLDER | no change can be found
        CLOSED_PIPE | history CASES/history-says-nothing/runs                         | ''
        FULL_DISK | history CASES/history-says-nothing/runs                           | standard output cannot be written
        FULL_DISK | export --format bmf CASES/gate-with-lost-rows/base                | standard output cannot be written
        PIPE      | fleet --help                                                      | submit
        """)
    void whatACommandSaysArrives(Medium medium, String command, String expected) throws Exception {
        Cases.copyTo(folder.resolve("cases"));
        String[] words = command.replace("CASES", folder + "/cases")
                .replace("FOLDER", folder.toString())
                .split(" ");
        Outcome outcome = run(medium, Map.of(), words);
        boolean whole = medium != Medium.FULL_DISK;
        assertEquals(whole ? 0 : ExitCode.ERROR, outcome.exitCode(), outcome::toString);
        assertTrue((whole ? outcome.out() : outcome.err()).contains(expected), outcome::toString);
    }

    /** Numbers are for other programs too. */
    @Test
    void digitsDoNotDependOnTheLocale() throws Exception {
        Outcome outcome = run(
                Medium.PIPE,
                Map.of("JAVA_TOOL_OPTIONS", "-Duser.language=ar -Duser.country=EG"),
                "run",
                "--profile",
                "smoke",
                "--vector-bits",
                "128",
                "-p",
                "target=SCALAR",
                "--dry-run");
        assertTrue(
                outcome.out().matches("(?s).* \\d+ +pattern on SCALAR.*fork\\(s\\) each: about.*"), outcome::toString);
        assertTrue(
                outcome.out()
                        .contains(
                                "Warning: JAVA_TOOL_OPTIONS=-Duser.language=ar -Duser.country=EG is set, and the JVM"),
                outcome::toString);
    }

    /** A platform without a device is not the absence of a driver. */
    @Test
    void driverSaysWhyThereIsNoDevice() throws Exception {
        assumeTrue(
                OpenClDevices.all().stream()
                        .anyMatch(device -> device.platform().contains("Portable Computing")),
                "there is no PoCL");
        Outcome outcome =
                run(Medium.PIPE, Map.of("HOME", "/proc/none", "XDG_CACHE_HOME", ""), "list", "--vector-bits", "128");
        String reason = outcome.out()
                .lines()
                .filter(line -> line.contains("OPENCL") && line.contains("platform"))
                .findFirst()
                .orElse(outcome.toString());
        assertTrue(reason.contains("is installed"), reason);
        assertTrue(reason.contains("/proc/none"), reason);
    }

    private List<String> command(Medium medium, List<String> java) {
        if (medium == Medium.TERMINAL) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1), which makes a terminal");
            String line = String.join(" ", java.stream().map(Shell::word).toList());
            return List.of("script", "-qec", line, "/dev/null");
        }
        if (medium == Medium.CLOSED_PIPE) {
            List<String> command = new ArrayList<>(List.of("bash", "-c", GERMAN, folder + "/de_DE.UTF-8"));
            command.addAll(java);
            return command;
        }
        return java;
    }

    private Outcome run(Medium medium, Map<String, String> environment, String... arguments) throws Exception {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        java.addAll(List.of(arguments));
        Path out = medium == Medium.FULL_DISK ? Path.of("/dev/full") : folder.resolve("out");
        assumeTrue(medium != Medium.FULL_DISK || Files.exists(out), "there is no /dev/full");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command(medium, java)).redirectError(err.toFile());
        builder.environment().putAll(environment);
        builder.environment().remove("LD_PRELOAD");
        if (medium == Medium.FULL_DISK) {
            builder.redirectOutput(out.toFile());
        }
        Process process = builder.start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "no end after " + SECONDS + " seconds");
            return new Outcome(process.exitValue(), said, Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }
}

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

    /** A driver that crashes, hangs or is not there costs nothing but itself, and its file is named. */
    @Test
    void badDriversAreLeftOut() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "there is no gcc, which makes bad drivers");
        Path vendors = Files.createDirectory(folder.resolve("vendors"));
        driver(vendors, "crashes", "abort();");
        driver(vendors, "hangs", "for (;;) sleep(1);");
        driver(vendors, "nothing", "");
        Files.writeString(vendors.resolve("missing.icd"), folder.resolve("no.so") + "\n");
        Path good = Path.of("/etc/OpenCL/vendors/pocl.icd");
        if (Files.exists(good)) {
            Files.copy(good, vendors.resolve("pocl.icd"));
        }
        Outcome outcome = run(
                Medium.PIPE,
                Map.of("OCL_ICD_VENDORS", vendors + "/"),
                "list",
                "--vector-bits",
                "128",
                "--device",
                "#1");
        String said = outcome.out() + outcome.err();
        assertTrue(said.contains("crashes.so) is left out: the JVM that asked it"), said);
        assertTrue(said.contains("hangs.so) is left out: it does not list"), said);
        assertTrue(said.contains("no.so) offers no platform") && said.contains("nothing.so) offers no platform"), said);
        assertEquals(Files.exists(good), said.contains(" * #1 "), said);
    }

    /** A library that does something when it is loaded, and the file that names it. */
    private void driver(Path vendors, String name, String does) throws Exception {
        Path library = folder.resolve(name + ".so");
        Path source = Files.writeString(
                folder.resolve(name + ".c"),
                "#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) static void load(void) { "
                        + does + " }\n");
        Process gcc =
                new ProcessBuilder("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString()).start();
        assertEquals(0, gcc.waitFor());
        Files.writeString(vendors.resolve(name + ".icd"), library + "\n");
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

package org.convmark.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.convmark.jvm.Overrides;
import org.convmark.machine.Fact;
import org.convmark.machine.Jvm;
import org.convmark.machine.Probe;
import org.convmark.machine.TargetState;
import org.convmark.model.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real JVMs answer; for everything else there is one sentence. */
@DisabledOnOs(OS.WINDOWS)
class JvmProbeTest {
    private static final Path HOME = Path.of(System.getProperty("java.home"));

    @TempDir
    Path folder;

    @Test
    void currentJvmDescribesItself() {
        Probe probe =
                JvmProbe.of(HOME.resolve("bin").resolve("java"), List.of("-Xmx200m"), Overrides.NONE, Optional.empty());
        assertEquals(System.getProperty("java.version"), probe.jvm().version());
        assertEquals(HOME.resolve("bin/java").toString(), probe.jvm().path());
        assertEquals(
                List.of("-Xmx200m", "--add-modules=jdk.incubator.vector"),
                probe.jvm().inputFlags());
        assertTrue(probe.jvm().speciesBits().known());
        assertEquals(Target.values().length, probe.targets().size());
        assertTrue(probe.target("SCALAR").orElseThrow().available());
        assertTrue(probe.target("VECTOR").orElseThrow().available());
        assertEquals("C2", probe.jvm().compiler().value());
    }

    @Test
    void otherJdksBesideThisOneAnswerToo() throws IOException {
        Path other;
        try (Stream<Path> homes = Files.list(HOME.getParent())) {
            other = homes.filter(home -> !home.toAbsolutePath().equals(HOME))
                    .filter(home -> Files.isExecutable(home.resolve("bin/javac")))
                    .filter(JvmProbeTest::newEnough)
                    .filter(home -> !sameFile(home, HOME))
                    .findFirst()
                    .orElse(null);
        }
        assumeTrue(other != null, "there is no second JDK");
        Probe probe = JvmProbe.of(other, List.of(), new Overrides(128, null), Optional.of("no such device"));
        assertEquals(other.resolve("bin/java").toString(), probe.jvm().path());
    }

    @Test
    void absentPath() {
        assertEquals(
                folder.resolve("nope") + " does not exist: give the path of a java executable or of a JDK",
                message(folder.resolve("nope")));
    }

    @Test
    void folderWithoutJava() {
        assertEquals(
                folder + " is a folder without bin/java: give the path of a java executable or of a JDK",
                message(folder));
    }

    @Test
    void fileThatIsNotExecutable() throws IOException {
        Path file = Files.writeString(folder.resolve("java"), "text");
        assertEquals(file + " is not executable: give the path of a java executable or of a JDK", message(file));
    }

    @Test
    void executableThatIsNoProgram() throws IOException {
        Path file = executable("java", "\u0000\u0001 no program");
        assertTrue(message(file).startsWith(file + " is not a JVM: "), message(file));
    }

    @Test
    void programThatIsNoJvm() throws IOException {
        Path file = jvm("echo hello");
        assertEquals(file + " is not a JVM: it does not answer -version with a version", message(file));
    }

    @Test
    void oldJvmsAreNamed() throws IOException {
        for (String version : List.of("1.8.0_392", "11.0.2", "16")) {
            Path file = jvm("echo 'openjdk version \"" + version + "\"' >&2; [ \"$1\" = -version ]");
            assertEquals(file + " is Java " + version + ": this suite needs Java 17 or newer", message(file));
        }
    }

    @Test
    void missingVectorModuleIsNamed() throws IOException {
        Path file = jvm("if [ \"$1\" = -version ]; then echo 'openjdk version \"21.0.2\" 2024-01-16' >&2\n"
                + "else echo 'Error occurred during initialization of boot layer'\n"
                + "echo 'java.lang.module.FindException: Module jdk.incubator.vector not found'; exit 1; fi");
        assertEquals(
                file + " is Java 21.0.2 without the module jdk.incubator.vector:"
                        + " use a full JDK, one whose java --list-modules shows it",
                message(file));
    }

    @Test
    void badOptionIsNamed() {
        Path java = HOME.resolve("bin").resolve("java");
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> JvmProbe.of(java, List.of("-XX:+NoSuchThing"), Overrides.NONE, Optional.empty()))
                .getMessage();
        assertEquals(java + " does not start with -XX:+NoSuchThing: Unrecognized VM option 'NoSuchThing'", message);
    }

    /**
     * What would take minutes for nothing is refused before; plain Java goes on. Interpreted, peers need ten seconds to load, so there they
     * do not.
     */
    @ParameterizedTest
    @CsvSource({
        "-Xint -Dorg.bytedeco.javacpp.loadlibraries=false, UseCompiler is off",
        "-XX:TieredStopAtLevel=1, TieredStopAtLevel is 1",
        "-XX:+UnlockExperimentalVMOptions -XX:-EnableVectorSupport, EnableVectorSupport is off",
        "-XX:-UseFMA, UseFMA is off"
    })
    void jvmsThatDoNotCompileVectorsAreNotMeasured(String arguments, String reason) {
        Probe probe = JvmProbe.of(HOME, List.of(arguments.split(" ")), Overrides.NONE, Optional.empty());
        String missing = probe.target("VECTOR").orElseThrow().description().missing();
        assertTrue(missing != null && missing.contains(reason), missing);
        assertTrue(probe.target("SCALAR").orElseThrow().available());
    }

    @Test
    void crashKeepsWhatWasSaidBefore() throws IOException {
        String before = new Probe(
                        Jvm.current(),
                        List.of(new TargetState("OPENCL", Fact.missing("the JVM died"))),
                        Fact.missing("not asked"),
                        Fact.missing("not asked"))
                .json();
        Files.writeString(folder.resolve("said"), "noise\n" + before + "\n" + before.substring(0, 50));
        Probe probe = JvmProbe.of(
                jvm("cat " + folder.resolve("said") + "; kill -9 $$"), List.of(), Overrides.NONE, Optional.empty());
        assertFalse(probe.target("OPENCL").orElseThrow().available());
    }

    @Test
    void signalsOfTheJvmThatAsksOpenClAreChained() throws IOException {
        assumeTrue(OS.LINUX.isCurrentOs(), "signals are chained on Linux only");
        Path home = folder.resolve("jdk");
        Files.createDirectories(home.resolve("bin"));
        Path library = Files.createDirectory(home.resolve("lib")).resolve("libjsig.so");
        Files.copy(HOME.resolve("lib/libjsig.so"), library);
        Path seen = folder.resolve("seen");
        executable(
                "jdk/bin/java",
                "#!/bin/sh\necho $LD_PRELOAD >" + seen + "\nexec " + HOME.resolve("bin/java") + " \"$@\"\n");
        JvmProbe.of(home, List.of(), new Overrides(256, null), Optional.empty());
        assertTrue(Files.readString(seen).startsWith(library.toString()), Files.readString(seen));
    }

    private Path jvm(String script) throws IOException {
        return executable("java", "#!/bin/sh\n" + script + "\n");
    }

    private Path executable(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** By the file in which a JDK names its version and modules. */
    private static boolean newEnough(Path home) {
        try {
            String release = Files.readString(home.resolve("release"));
            return Pattern.compile("JAVA_VERSION=\"(1[7-9]|[2-9]\\d)")
                            .matcher(release)
                            .find()
                    && release.contains("jdk.incubator.vector");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean sameFile(Path a, Path b) {
        try {
            return a.toRealPath().equals(b.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    private static String message(Path java) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> JvmProbe.of(java, List.of(), Overrides.NONE, Optional.empty()))
                .getMessage();
    }
}

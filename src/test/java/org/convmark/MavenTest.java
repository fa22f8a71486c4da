package org.convmark;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the profile bench starts, without the build before it, which would delete classes under this test. */
@DisabledOnOs(OS.WINDOWS)
class MavenTest {
    private static final int SECONDS = 120;

    @TempDir
    Path folder;

    @Test
    void optionsReachTheProgram() throws Exception {
        assumeTrue(Files.exists(Path.of("target/benchmarks.jar")), "there is no target/benchmarks.jar: mvn package");
        String said = mvn("-Dbenchmarks=(Ffn|Plain)Benchmark", "-Dprofile=smoke", """
                -Dconvmark.args=--forks 2 -p target=SCALAR --jvm-args "-Xms64m -Xmx2g" --dry-run
                """.strip());
        assumeFalse(said.contains("in offline mode"), "Maven has not fetched what the profile bench needs");
        assertTrue(said.contains("-Xms64m-Xmx2g:\n      1  block on SCALAR\n      1  pattern on SCALAR\n"), said);
        assertTrue(said.contains("rows, 2 fork(s) each: about "), said);
    }

    /** The bench profile's command alone; offline, and with the JVM of this test. */
    private String mvn(String... options) throws Exception {
        Path output = folder.resolve("output");
        String[] command = {"sh", "-c", "$(command -v mvn || echo ./mvnw) -o -q -B -Pbench exec:exec@run \"$@\"", "mvn"
        };
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(command), Stream.of(options)).toList())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("LD_PRELOAD"); // libjsig.so would put warnings into the answer
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "Maven took more than " + SECONDS + " seconds");
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}

package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.convmark.model.Target;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Without a number of workers, every target uses the processors that its process may use, whatever the machine has. */
@EnabledOnOs(OS.LINUX)
class ThreadsTest {
    private static final int SECONDS = 120;
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Target.class)
    void oneThreadOnOneProcessor(Target target) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/taskset")), "there is no taskset");
        assertEquals(1, busyThreads(target, "/usr/bin/taskset", "-c", allowedProcessor(), JAVA));
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void twoThreadsOnTwoProcessors(Target target) throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "there is one processor");
        assertEquals(2, busyThreads(target, JAVA, "-XX:ActiveProcessorCount=2"));
    }

    private static String allowedProcessor() throws IOException {
        Matcher allowed =
                Pattern.compile("Cpus_allowed_list:\\s*(\\d+)").matcher(Files.readString(Path.of("/proc/self/status")));
        assertTrue(allowed.find());
        return allowed.group(1);
    }

    private int busyThreads(Target target, String... java) throws Exception {
        Comparison.assumeAsked(target);
        Path output = folder.resolve("output");
        List<String> program =
                List.of("--add-modules=jdk.incubator.vector", BusyThreads.class.getName(), target.name());
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(java), program.stream()).toList())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // With a class path of 5 KB on the command line ONNX Runtime 1.29 overflowed its stack while it was loaded.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), target + " took more than " + SECONDS + " seconds");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assumeTrue(!said.contains(BusyThreads.ABSENT), said);
        Matcher busy = Pattern.compile(BusyThreads.BUSY + "(\\d+)").matcher(said);
        assertTrue(busy.find(), said);
        return Integer.parseInt(busy.group(1));
    }
}

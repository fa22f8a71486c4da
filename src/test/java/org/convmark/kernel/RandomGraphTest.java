package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.convmark.engine.Engines;
import org.convmark.machine.ForkArguments;
import org.convmark.model.Target;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link RandomGraphs} in child JVMs: VECTOR at every length that the processor has and with every number of registers that goes with
 * it, OPENCL, and ONNX Runtime, which checks the reference itself. From one fixed seed, and from a new one each time, which a failure
 * names. {@code -Dconvmark.random.seconds=600} sets the time of each of the two.
 */
class RandomGraphTest {
    private static final String SECONDS = System.getProperty("convmark.random.seconds", "2");

    @TempDir
    private Path folder;

    /**
     * A child.
     *
     * @param bits length of vectors, 0 for the one that the JVM prefers
     */
    record Child(Target target, int bits, int registers) {}

    static Stream<Child> children() {
        Stream<Child> lengths = Stream.of(
                new Child(Target.VECTOR, 128, 16),
                new Child(Target.VECTOR, 128, 32),
                new Child(Target.VECTOR, 256, 16),
                new Child(Target.VECTOR, 256, 32),
                new Child(Target.VECTOR, VectorLength.LONG_BITS, 32)); // no processor has 16 of this length
        return Stream.concat(lengths, Stream.of(new Child(Target.OPENCL, 0, 0), new Child(Target.ONNXRUNTIME, 0, 0)));
    }

    @ParameterizedTest
    @MethodSource("children")
    void resultsAreRight(Child child) throws Exception {
        Comparison.assumeAsked(child.target);
        Optional<String> reason = Engines.unavailable(child.target, new EngineOptions(1, null));
        assumeTrue(reason.isEmpty(), () -> child.target + " is not available: " + reason.orElse(""));
        int longest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        assumeTrue(child.bits <= longest, () -> "this JVM has vectors of " + longest + " bits at the most");
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command(child, "1," + System.currentTimeMillis()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> child + ": " + text(output));
    }

    private static List<String> command(Child child, String seeds) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC"));
        command.add(ForkArguments.VECTOR_MODULE);
        command.add(ForkArguments.TRUST_PROFILES);
        if (child.bits > 0) {
            command.add("-D" + VectorLength.BITS + "=" + child.bits);
            command.add("-D" + VectorLength.REGISTERS + "=" + child.registers);
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                RandomGraphs.class.getName(),
                child.target.name(),
                seeds,
                String.valueOf(Integer.MAX_VALUE),
                SECONDS));
        return command;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}

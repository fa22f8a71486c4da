package org.convmark.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.VectorLength;
import org.convmark.machine.ForkArguments;
import org.convmark.probe.JvmChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No compiler gives up on a kernel, and no vector is boxed once a kernel is compiled, at any vector length and any number of
 * registers that processors have of it, on the JVM that runs this test. A child JVM compiles kernels as every JVM does, in tiers and in the background, at a
 * tenth of the usual counts. At lengths that the processor lacks, vectors are boxed, so only the compilers are checked.
 */
class CompilationTest {
    private static final int REGISTERS = 32;

    @TempDir
    private Path folder;

    /**
     * A child.
     *
     * @param kernels what it runs
     * @param delay compilations per C2 thread that may wait before C1 stops profiling; with 0 the queue always counts as too long
     */
    record Child(KernelsUntilCompiled.Kernels kernels, int bits, int registers, int delay) {}

    static Stream<Child> children() {
        Stream<Child> few =
                Stream.of(128, 256).map(bits -> new Child(KernelsUntilCompiled.Kernels.TILES, bits, REGISTERS / 2, 0));
        Stream<Child> many = Stream.of(128, 256, VectorLength.LONG_BITS)
                .flatMap(bits -> Stream.of(
                        new Child(KernelsUntilCompiled.Kernels.TILES, bits, REGISTERS, 0),
                        new Child(KernelsUntilCompiled.Kernels.PROGRAMS, bits, REGISTERS, 5)));
        return Stream.concat(few, many);
    }

    @ParameterizedTest
    @MethodSource("children")
    void kernelsAreCompiledAsMeant(Child child) throws IOException, InterruptedException {
        boolean hasLength = child.bits <= FloatVector.SPECIES_PREFERRED.vectorBitSize();
        List<String> lines = output(Path.of(System.getProperty("java.home")), List.of(), child);
        assertEquals(
                List.of(),
                lines.stream()
                        .filter(line -> line.contains("COMPILE SKIPPED") && line.contains("org.convmark")
                                || hasLength && line.startsWith(KernelsUntilCompiled.BOXES))
                        .toList());
    }

    /**
     * HotSpot applies directives for C1 to Graal as well, so that ours once left every tile to the interpreter. Without it C1 may give up
     * on the tile, but Graal compiles it.
     */
    @Test
    void graalCompilesTheLargestTile() throws IOException, InterruptedException {
        JvmChoice graal = graal();
        Child child = new Child(KernelsUntilCompiled.Kernels.LARGEST_TILE, VectorLength.LONG_BITS, REGISTERS, 5);
        List<String> lines = output(graal.java(), graal.arguments(), child);
        assertEquals(
                List.of(),
                lines.stream()
                        .filter(line -> line.startsWith(KernelsUntilCompiled.BOXES))
                        .toList());
    }

    private static JvmChoice graal() {
        assumeTrue(
                FloatVector.SPECIES_PREFERRED.vectorBitSize() == VectorLength.LONG_BITS,
                "Graal is not tested: vectors of this processor are shorter than those of the largest tile");
        try {
            return JvmChoice.of("graal");
        } catch (IllegalArgumentException e) {
            return abort("Graal is not tested: " + e.getMessage());
        }
    }

    /** What a child prints. */
    private List<String> output(Path home, List<String> compiler, Child child)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin").resolve("java").toString()));
        command.addAll(compiler);
        command.addAll(ForkArguments.ALL);
        command.addAll(List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:CompileThresholdScaling=0.1",
                "-XX:Tier3DelayOn=" + child.delay,
                "-D" + VectorLength.BITS + "=" + child.bits,
                "-D" + VectorLength.REGISTERS + "=" + child.registers,
                "-cp",
                System.getProperty("java.class.path"),
                KernelsUntilCompiled.class.getName(),
                child.kernels.name()));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> "the child failed: " + text(output));
        return text(output).lines().toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}

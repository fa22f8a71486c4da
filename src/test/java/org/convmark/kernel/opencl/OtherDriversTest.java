package org.convmark.kernel.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.io.Command;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Program;
import org.convmark.kernel.Weights;
import org.convmark.model.Block;
import org.convmark.model.Cost;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Pattern;
import org.convmark.model.Precision;
import org.convmark.model.RoofLoop;
import org.convmark.model.Shape;
import org.convmark.model.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kernels of GPUs on other implementations of OpenCL than the one that the suite measures: Mesa, a second compiler, and Oclgrind, a
 * simulator that reports races, accesses out of bounds and barriers that not all items reach. Each is asked in a JVM that sees no other,
 * and none is installed into the system, where the suite would take it for a GPU.
 */
class OtherDriversTest {
    private static final Path RUSTICL = Path.of("/etc/OpenCL/vendors/rusticl.icd");
    private static final Path OCLGRIND = Path.of("/usr/lib/oclgrind/liboclgrind-rt-icd.so");
    private static final int SECONDS = 900;

    /** Says each race with the two items and the source's line. */
    private static final Map<String, String> CHECKS = Map.of("OCLGRIND_DATA_RACES", "1", "OCLGRIND_CHECK_API", "1");

    @TempDir
    private Path folder;

    /**
     * What a JVM says that sees one driver.
     *
     * @param before class path ahead of the usual one
     * @param driver content of the driver's file
     */
    private String said(String before, String driver, Map<String, String> variables, String... arguments)
            throws IOException {
        Files.writeString(folder.resolve("only.icd"), driver);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-D" + Tuning.FAMILY + "=gpu",
                "-cp",
                before + System.getProperty("java.class.path"),
                OnOneDriver.class.getName()));
        command.addAll(List.of(arguments));
        Map<String, String> all = new HashMap<>(System.getenv());
        all.put("OCL_ICD_VENDORS", folder + "/");
        all.putAll(variables);
        Command.Answer answer = Command.of(SECONDS, command).with(all).run();
        return answer.output() + answer.errors();
    }

    /** On Mesa, which compiles for llvmpipe and refuses types of 64 ones; with {@code -Drusticl=all} all blocks instead of a few. */
    @Test
    void kernelsOfGpusRunOnMesa() throws IOException {
        assumeTrue(Files.exists(RUSTICL), "there is no rusticl: Debian's mesa-opencl-icd has it");
        String said = said(
                "",
                Files.readString(RUSTICL),
                Map.of("RUSTICL_ENABLE", "llvmpipe"),
                "llvmpipe",
                System.getProperty("rusticl", "few"));
        assertTrue(said.contains(OnOneDriver.RIGHT), said);
    }

    private String onOclgrind(String before, Map<String, String> variables, String what) throws IOException {
        assumeTrue(Files.exists(OCLGRIND), "there is no Oclgrind: Debian's package of that name has it");
        Map<String, String> all = new HashMap<>(variables);
        all.put("OCLGRIND_LOG", log().toString());
        return said(before, OCLGRIND.toString(), all, "Oclgrind", what);
    }

    private Path log() {
        return folder.resolve("log");
    }

    /** What the simulator reported. */
    private String reports() throws IOException {
        return Files.exists(log()) ? Files.readString(log()) : "";
    }

    /** With {@code -Doclgrind=all} all patterns and blocks in every fusion. */
    @Test
    void simulatorFindsNoRaceAndNoAccessOutOfBounds() throws IOException {
        String said = onOclgrind("", CHECKS, System.getProperty("oclgrind", "odd"));
        assertTrue(said.startsWith(OnOneDriver.RIGHT), said);
        assertEquals("", reports());
    }

    /** Kernels for tensor cores, by plain C. */
    @Test
    void simulatorFindsNoRaceOnTensorCores() throws IOException {
        String said = onOclgrind("", CHECKS, "halves");
        assertTrue(said.startsWith(OnOneDriver.RIGHT), said);
        assertEquals("", reports());
    }

    /** Small groups and little local memory: right with smaller tiles or none, or refused in one sentence. */
    @ParameterizedTest
    @CsvSource({"64, 32768", "32, 32768", "1024, 16384", "1024, 4096", "8, 1024"})
    void limitsOfDevicesAreKept(String groupItems, String localBytes) throws IOException {
        Map<String, String> limits = Map.of("OCLGRIND_MAX_WGSIZE", groupItems, "OCLGRIND_LOCAL_MEM_SIZE", localBytes);
        String said = onOclgrind("", limits, "limits");
        String rest = said.replaceAll("(?m)^" + OnOneDriver.REFUSED + "(?!.*CL_).+\n", "");
        assertTrue(rest.startsWith(OnOneDriver.RIGHT), said);
    }

    /** The net holds: a kernel that lacks its first barrier is caught. */
    @Test
    void simulatorFindsMissingBarrier() throws IOException {
        String file = "org/convmark/kernel/opencl/fused_gpu.cl";
        Path broken = folder.resolve("classes").resolve(file);
        Files.createDirectories(broken.getParent());
        Files.writeString(broken, source(file).replaceFirst("(?m)^ +SYNC;", ""));
        onOclgrind(folder.resolve("classes") + File.pathSeparator, CHECKS, "one");
        assertTrue(reports().contains("data race at local memory address"), reports());
    }

    private static String source(String file) throws IOException {
        try (InputStream in = OtherDriversTest.class.getClassLoader().getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Main class of such a JVM: a device's name and which graphs it shall compute. */
    static final class OnOneDriver {
        static final String RIGHT = "all right";
        static final String REFUSED = "refused: ";

        /** Flops of graphs that a simulator computes in some seconds. */
        private static final double MOST = 1e7;

        private final Engine engine;

        private OnOneDriver(Engine engine) {
            this.engine = engine;
        }

        public static void main(String[] arguments) {
            System.setProperty(MatrixTile.Unit.EVERYWHERE, arguments[1].equals("halves") ? "HALVES" : "PAIRS");
            try (Engine engine = OpenClBackend.open(new EngineOptions(0, arguments[0]))) {
                new OnOneDriver(engine).run(arguments[1]);
            }
            System.out.println(RIGHT);
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }

        private void run(String what) {
            switch (what) {
                case "one" -> verify(Block.MBCONV.graph(1, 8, 6, 1), Fusion.BLOCK);
                case "few" -> blocks(40, 9, Block.CONVFIRST, Block.MBCONV, Block.RESNET_BASIC);
                case "limits" -> {
                    blocks(16, 7, Block.CONVFIRST);
                    verify(Graph.of(new Shape(2, 9, 7, 6)).conv(3, 70).relu().globalPool(), Fusion.EPILOGUE);
                }
                case "odd" -> odd();
                case "halves" -> {
                    Stream.of(Block.FFN, Block.CONVFIRST, Block.FUSED_MBCONV, Block.MBCONV)
                            .map(block -> block.graph(1, 16, 6, 1).compressed(Precision.FP16))
                            .forEach(graph -> verify(graph, Fusion.BLOCK));
                    verify(
                            Graph.of(new Shape(1, 18, 9, 6)).conv(3, 18).relu().compressed(Precision.FP16),
                            Fusion.EPILOGUE);
                    engine.compile(RoofLoop.HALVES, 100_000).run();
                }
                default -> all();
            }
        }

        private void blocks(int width, int image, Block... blocks) {
            for (Block block : blocks) {
                verify(block.graph(1, width, image, 1), Fusion.EPILOGUE, Fusion.BLOCK);
            }
        }

        /** All blocks, and every shape and stride that the tests of results have. */
        private void odd() {
            OpenClBackendTest.graphs().stream()
                    .filter(graph -> flops(graph) < MOST)
                    .forEach(graph -> verify(graph, Fusion.EPILOGUE));
            OpenClBackendTest.strides().forEach(graph -> verify(graph, Fusion.BLOCK));
            Stream.of(Block.values()).forEach(block -> verify(block.graph(1, 8, 6, 1), Fusion.BLOCK));
            verify(Graph.of(new Shape(1, 18, 9, 6)).conv(3, 18).relu().compressed(Precision.FP16), Fusion.EPILOGUE);
            Stream.of(RoofLoop.values())
                    .forEach(loop -> engine.compile(loop, 100_000).run());
        }

        private static double flops(Graph graph) {
            return graph.costs().stream().mapToDouble(Cost::flops).sum();
        }

        private void all() {
            odd();
            Stream.<Stack[]>of(Pattern.values(), Block.values())
                    .flatMap(Stream::of)
                    .forEach(stack -> verify(stack.graph(1, 8, 6, 1), Fusion.values()));
        }

        private void verify(Graph graph, Fusion... fusions) {
            for (Fusion fusion : fusions) {
                Weights weights = new Weights(
                        graph, 1, Weights.keepsIntegers(graph) ? Weights.Fill.INTEGER : Weights.Fill.RANDOM);
                compile(graph.fuse(fusion), weights).ifPresent(program -> program.verify(Engines.reference(weights)));
            }
        }

        /** A program, or a word about why the device runs none. */
        private Optional<Program> compile(Graph graph, Weights weights) {
            try {
                return Optional.of(engine.compile(graph, weights));
            } catch (IllegalStateException e) {
                System.out.println(REFUSED + e.getMessage());
                return Optional.empty();
            }
        }
    }
}

package org.convmark.kernel.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints;
import org.convmark.io.Command;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.EngineOptions.ProgramDump;
import org.convmark.kernel.Weights;
import org.convmark.model.AxisPoint;
import org.convmark.model.Block;
import org.convmark.model.Case;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Precision;
import org.convmark.model.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What compilers for AMD and NVIDIA make of the programs that a GPU with 48 KiB of local memory would run, without a GPU. They compile,
 * spill nothing, and take no more registers, no more local memory and no more loads per multiply-add than {@code compiled-programs.txt}
 * says. {@code mvn test -Dtest=CompiledProgramsTest -Dregenerate=true} writes it again.
 */
class CompiledProgramsTest {
    private static final Path TABLE = Path.of("src/test/resources/org/convmark/kernel/opencl/compiled-programs.txt");
    private static final String CLANG = "clang-15";
    private static final Path LIBRARY = Path.of("/usr/lib/clc");
    private static final int SECONDS = 120;

    /** Ends the names of those that are compiled for them. */
    private static final String TENSOR_CORES = "tensor cores";

    private static final String PAIRS = "pairs of halves";

    /** A line of the table: case and kernel, then VGPRs, bytes of LDS, multiply-adds and loads of loops, registers or a dash. */
    private static final Pattern LINE = Pattern.compile("(.+?) +\\| +(\\d+) \\| +(\\d+) \\| +(.*?) \\| +(\\d+|-)");

    private static final Pattern LOOP = Pattern.compile("(\\d+):(\\d+)");

    /** Those of the graphs that reach every kernel with many multiply-adds, by name. */
    private static Map<String, Graph> graphs() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        Graph map = Graph.of(new Shape(1, 64, 56, 56));
        graphs.put("dense 3x3, 64 at 56", map.conv(3, 64).relu());
        graphs.put("dense 3x3, stride 2, 64 at 56", map.conv(3, 64, 2).relu());
        graphs.put("dense 1x1, 64 to 256 at 56", map.conv(1, 256));
        graphs.put("dense 3x3, 512 at 7", Graph.of(new Shape(1, 512, 7, 7)).conv(3, 512));
        graphs.put("depthwise 3x3, 64 at 56", map.depthwise(3, 1));
        graphs.put("depthwise 7x7, 64 at 56", map.depthwise(7, 1));
        graphs.put("grouped 3x3 of 8, 64 at 56", map.grouped(3, 64, 1, 8));
        for (Block block : Block.values()) {
            graphs.put(block + ", 64 at 56", block.graph(1, 64, 56, 1));
        }
        for (Block block : List.of(Block.FFN, Block.FUSED_MBCONV)) {
            graphs.put(block + ", 64 at 56, batch 32", block.graph(1, 64, 56, 32));
        }
        graphs.put(
                "FUSED_MBCONV, stride 2, 24 to 48 at 56",
                Graph.of(new Shape(32, 24, 56, 56))
                        .block(f -> f.conv(3, 96, 2).relu().conv(1, 48)));
        graphs.put("FFN, 256 at 14", Block.FFN.graph(1, 256, 14, 1));
        graphs.put("CONVNEXT, 128 at 28", Block.CONVNEXT.graph(1, 128, 28, 1));
        for (Precision format : Precision.values()) {
            graphs.put("dense 1x1, 64 to 256 at 56, " + format, map.conv(1, 256).compressed(format));
        }
        graphs.put("FFN, 64 at 56, batch 32, W8", point(Block.FFN, 32, "PRECISION@W8"));
        graphs.put("FFN, 64 at 56, batch 32, INT8", point(Block.FFN, 32, "PRECISION@INT8"));
        graphs.put(
                "dense 3x3, 128 at 28, INT8",
                Graph.of(new Shape(32, 128, 28, 28)).conv(3, 128).compressed(Precision.INT8));
        for (int kernel : new int[] {1, 3}) {
            for (String unit : List.of(TENSOR_CORES, PAIRS)) {
                graphs.put(
                        "dense " + kernel + "x" + kernel + ", 128 at 28, " + unit,
                        Graph.of(new Shape(32, 128, 28, 28)).conv(kernel, 128).compressed(Precision.FP16));
            }
        }
        for (String unit : List.of(TENSOR_CORES, PAIRS)) {
            graphs.put(
                    "dense 3x3, 256 at 14, " + unit,
                    Graph.of(new Shape(1, 256, 14, 14)).conv(3, 256).compressed(Precision.FP16));
        }
        for (Block block : List.of(Block.FFN, Block.CONVFIRST, Block.CONVNEXT, Block.FUSED_MBCONV, Block.MBCONV)) {
            graphs.put(block + ", 64 at 56, batch 32, " + TENSOR_CORES, point(block, 32, "PRECISION@FP16"));
        }
        graphs.put(
                "FFN, 128 at 28, batch 32, " + TENSOR_CORES,
                Block.FFN.graph(1, 128, 28, 32).compressed(Precision.FP16));
        graphs.put("MBCONV, 64 at 56, batch 32, INT8", point(Block.MBCONV, 32, "PRECISION@INT8"));
        graphs.put("RESNET_BASIC, 64 at 56, skipped", point(Block.RESNET_BASIC, 1, "SKIPPED@0.5@8"));
        graphs.put("MBCONV, 64 at 56, channels skipped", point(Block.MBCONV, 1, "SKIPPED@0.5@CHANNELS"));
        return graphs;
    }

    private static Graph point(Block block, int batch, String axis) {
        return new Case.Problem(block, new Extents(1, 64, 56, batch), AxisPoint.of(axis)).graph();
    }

    /**
     * What compilers say of a kernel.
     *
     * @param vgprs vector registers on AMD's gfx90a, accumulation registers included; 0 for kernels that only NVIDIA's GPUs run
     * @param localBytes its LDS
     * @param loops multiply-adds and loads of each innermost loop that has some, in PTX: {@code 32:16 8:10}
     * @param registers on NVIDIA's sm_90, or a dash where there is no ptxas
     */
    private record Compiled(int vgprs, int localBytes, String loops, String registers) {
        boolean isNoWorseThan(Compiled other) {
            boolean comparable = !registers.equals("-") && !other.registers.equals("-");
            return vgprs <= other.vgprs
                    && localBytes <= other.localBytes
                    && perLoad() >= other.perLoad()
                    && (!comparable || Integer.parseInt(registers) <= Integer.parseInt(other.registers));
        }

        private double perLoad() {
            return sum(1) / Math.max(1, sum(2));
        }

        /** Multiply-adds, or loads, of all loops. */
        private double sum(int group) {
            return LOOP.matcher(loops)
                    .results()
                    .mapToDouble(loop -> Double.parseDouble(loop.group(group)))
                    .sum();
        }
    }

    @Test
    void programsCompileForGpusAsWellAsTheTableSays(@TempDir Path folder) throws IOException {
        String reason = OpenClDevices.unavailable(new EngineOptions(0, null));
        assumeTrue(reason == null, "OpenCL is not available: " + reason);
        String clang = version(CLANG, "version ([\\d.]+)").orElse(null);
        assumeTrue(clang != null, "there is no " + CLANG + ": Debian's package of that name has it");
        assumeTrue(Files.exists(library("nvptx64--nvidiacl")), "there is no libclc: Debian's libclc-15 has it");
        String ptxas = version("ptxas", "V([\\d.]+)").orElse(null);
        dump(folder);
        Map<String, Compiled> compiled = compile(folder, ptxas != null);
        String head = "clang " + clang + ", ptxas " + (ptxas == null ? "-" : ptxas);
        if (Boolean.getBoolean("regenerate")) {
            Files.writeString(TABLE, table(head, compiled));
        }
        List<String> lines = Files.readAllLines(TABLE);
        assumeTrue(
                head.startsWith(lines.get(0).replaceFirst(",.*", ",")),
                "the table is of " + lines.get(0) + ", here is " + head + ": only spills were looked for");
        boolean samePtxas = lines.get(0).equals(head);
        Map<String, Compiled> before = new TreeMap<>();
        lines.stream()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .forEach(m -> before.put(m.group(1), of(m, samePtxas)));
        assertEquals(
                before.keySet(), compiled.keySet(), "if the change is wanted, run this test with -Dregenerate=true");
        List<String> worse = before.keySet().stream()
                .filter(name -> !compiled.get(name).isNoWorseThan(before.get(name)))
                .map(name -> name + ": " + before.get(name) + ", now " + compiled.get(name))
                .toList();
        assertEquals(List.of(), worse, "if the change is wanted, run this test with -Dregenerate=true");
    }

    private static Compiled of(Matcher line, boolean samePtxas) {
        return new Compiled(
                Integer.parseInt(line.group(2)),
                Integer.parseInt(line.group(3)),
                line.group(4),
                samePtxas ? line.group(5) : "-");
    }

    private static String table(String head, Map<String, Compiled> compiled) {
        return head + "\n\ncase, kernel | VGPRs of gfx90a | bytes of LDS | multiply-adds:loads of innermost loops | "
                + "registers of sm_90\n"
                + compiled.entrySet().stream()
                        .map(e -> String.format(
                                "%-45s | %3d | %5d | %-24s | %3s%n",
                                e.getKey(),
                                e.getValue().vgprs(),
                                e.getValue().localBytes(),
                                e.getValue().loops(),
                                e.getValue().registers()))
                        .collect(Collectors.joining());
    }

    // ---------------------------------------------------------------- programs

    /** A device of this machine that says that it is a GPU: it builds the programs, and runs none. */
    private static void dump(Path folder) {
        ClDevice device = ClDevice.list().devices().get(0);
        DeviceInfo gpu = new DeviceInfo(
                "CUDA",
                "H100",
                "",
                DeviceInfo.Type.GPU,
                "OpenCL 3.0",
                "",
                132,
                1980,
                1,
                80L << 30,
                48 << 10,
                "LOCAL",
                20L << 30,
                List.of(),
                true,
                false,
                1024,
                List.of(1024L, 1024L, 64L));
        graphs().forEach((name, graph) -> {
            Stream.of(TENSOR_CORES, PAIRS)
                    .filter(name::endsWith)
                    .forEach(unit ->
                            System.setProperty(MatrixTile.Unit.EVERYWHERE, unit.equals(PAIRS) ? "PAIRS" : "HALVES"));
            Cl cl = new Cl(
                    new ClDevice(gpu, device.platform(), device.id(), gpu.computeUnits()),
                    new ProgramDump(folder.toString(), name),
                    OpenClBackendTest.UNOPTIMISED);
            try (OpenClBackend backend = new OpenClBackend(cl, Tuning.of(gpu), FusionConstraints.TYPICAL, null)) {
                backend.compile(graph.fuse(Fusion.BLOCK), new Weights(graph, 1, Weights.Fill.RANDOM));
            } finally {
                System.clearProperty(MatrixTile.Unit.EVERYWHERE);
            }
        });
    }

    /** What compilers say of each kernel that is launched, by the first case that launches it and the kernel's name. */
    private static Map<String, Compiled> compile(Path folder, boolean withPtxas) throws IOException {
        List<Path> programs;
        try (Stream<Path> all = Files.list(folder)) {
            programs = all.sorted(Comparator.comparing(CompiledProgramsTest::options))
                    .toList();
        }
        Map<String, Compiled> compiled = new TreeMap<>();
        for (Path program : programs) {
            String amd = options(program).contains("-DMMA")
                    ? ""
                    : assembly(program, "amdgcn--amdhsa", "-mcpu=gfx90a", "-nogpulib");
            String ptx = assembly(program, "nvptx64--nvidiacl", "-march=sm_80");
            Map<String, String> cases = new LinkedHashMap<>();
            for (String launch : Files.readAllLines(program.resolve("ranges.txt"))) {
                cases.putIfAbsent(
                        launch.replaceFirst(":.*", ""), launch.replaceFirst(".*items in groups of [\\dx ]+, ", ""));
            }
            String said = withPtxas ? ptxas(program) : "";
            cases.forEach((kernel, name) -> {
                String key = name + ", " + kernel;
                for (int n = 2; compiled.containsKey(key); n++) {
                    key = name + ", " + kernel + " " + n;
                }
                compiled.put(key, of(key, kernel, amd, ptx, said));
            });
        }
        return compiled;
    }

    private static String options(Path program) {
        try {
            return Files.readString(program.resolve("options.txt")).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---------------------------------------------------------------- compilers

    private static Path library(String target) {
        return LIBRARY.resolve(target + ".bc");
    }

    /** The first group of a pattern in what a program says of its version; empty if there is no such program. */
    private static Optional<String> version(String command, String pattern) throws IOException {
        try {
            return Pattern.compile(pattern)
                    .matcher(run(List.of(command, "--version")))
                    .results()
                    .map(m -> m.group(1))
                    .findFirst();
        } catch (Command.NotStarted absent) {
            return Optional.empty();
        }
    }

    private static String run(List<String> command) throws IOException {
        Command.Answer answer = Command.of(SECONDS, command).plain().run();
        String said = answer.output() + answer.errors();
        assertTrue(answer.succeeded(), () -> String.join(" ", command) + "\n" + said);
        return said;
    }

    private static String assembly(Path program, String target, String... options) throws IOException {
        Path file = program.resolve(target + ".s");
        List<String> command = new ArrayList<>(List.of(CLANG, "-x", "cl", "-cl-std=CL1.2", "-target", target));
        command.addAll(List.of(options));
        command.addAll(List.of("-Xclang", "-finclude-default-header", "-Xclang", "-mlink-builtin-bitcode"));
        command.addAll(List.of("-Xclang", library(target).toString(), "-O3", "-S"));
        Dots dots = target.startsWith("nvptx") ? Dots.PTX : Dots.AMD;
        Dots halves = target.startsWith("nvptx") ? Dots.C_HALVES : Dots.AMD_HALVES;
        command.addAll(List.of(options(program)
                .replace(OpenClBackendTest.UNOPTIMISED, "")
                .replace(Dots.C_HALVES.option(), halves.option())
                .replace(Dots.C.option(), dots.option())
                .replace(Mma.C.option(), Mma.PTX.option())
                .split(" +")));
        command.addAll(
                List.of("-o", file.toString(), program.resolve("program.cl").toString()));
        run(command);
        return Files.readString(file);
    }

    private static String ptxas(Path program) throws IOException {
        Path ptx = program.resolve("nvptx64--nvidiacl.s");
        return run(List.of(
                "ptxas", "-arch=sm_90", "-v", "-o", program.resolve("cubin").toString(), ptx.toString()));
    }

    private static Compiled of(String name, String kernel, String amd, String ptx, String ptxas) {
        int vgprs = 0;
        int localBytes = 0;
        if (!amd.isEmpty()) {
            String own = part(amd, "\n" + kernel + ":", "; Occupancy");
            assertEquals(0, number(own, "; ScratchSize: (\\d+)"), "bytes that " + name + " spills on gfx90a");
            vgprs = number(own, "; TotalNumVgprs: (\\d+)");
            localBytes = number(own, "; LDSByteSize: (\\d+)");
        }
        String registers = "-";
        if (!ptxas.isEmpty()) {
            String said = part(ptxas, "'" + kernel + "'", "Compile time");
            assertEquals(0, number(said, "(\\d+) bytes spill stores"), "bytes that " + name + " spills on sm_90");
            registers = String.valueOf(number(said, "Used (\\d+) registers"));
        }
        return new Compiled(vgprs, localBytes, loops(part(ptx, ".entry " + kernel + "(", "\n}")), registers);
    }

    private static String part(String text, String from, String to) {
        int start = text.indexOf(from);
        assertTrue(start >= 0, () -> from + " is not in\n" + text);
        return text.substring(start, text.indexOf(to, start));
    }

    private static int number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), () -> pattern + " is not in\n" + text);
        return Integer.parseInt(matcher.group(1));
    }

    // ---------------------------------------------------------------- loops

    /** Lines from a label to the last branch back to it. */
    private record Loop(int from, int to) {
        boolean contains(Loop other) {
            return !equals(other) && from <= other.from && other.to <= to;
        }
    }

    private static String loops(String ptx) {
        List<String> lines = ptx.lines().map(String::strip).toList();
        Map<String, Integer> labels = new TreeMap<>();
        Map<Integer, Loop> loops = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.endsWith(":")) {
                labels.put(line.substring(0, line.length() - 1), i);
            } else if (line.matches(".*\\bbra(\\.uni)?\\s.*")) {
                Integer from = labels.get(line.replaceFirst(".*\\s(\\S+);$", "$1"));
                if (from != null) {
                    loops.put(from, new Loop(from, i));
                }
            }
        }
        return loops.values().stream()
                .filter(loop -> loops.values().stream().noneMatch(loop::contains))
                .map(loop -> counts(lines.subList(loop.from, loop.to)))
                .filter(counts -> !counts.startsWith("0:"))
                .collect(Collectors.joining(" "));
    }

    private static String counts(List<String> lines) {
        long wide = count(lines, "dp4a.") + count(lines, "mma.");
        return (wide > 0 ? wide : count(lines, "fma.")) + ":" + (count(lines, "ld.global") + count(lines, "ld.shared"));
    }

    private static long count(List<String> lines, String operation) {
        return lines.stream()
                .filter(line -> line.replaceFirst("^@!?%p\\d+\\s+", "").startsWith(operation))
                .count();
    }
}

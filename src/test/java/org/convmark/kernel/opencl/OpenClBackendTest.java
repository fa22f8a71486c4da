package org.convmark.kernel.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionConstraints;
import org.convmark.kernel.DeviceTimes;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.EngineOptions.ProgramDump;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.KernelChoices;
import org.convmark.kernel.Program;
import org.convmark.kernel.Weights;
import org.convmark.model.Activation;
import org.convmark.model.AxisPoint;
import org.convmark.model.Block;
import org.convmark.model.Case;
import org.convmark.model.Conv;
import org.convmark.model.Extents;
import org.convmark.model.Fused;
import org.convmark.model.Fuser;
import org.convmark.model.Fusion;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.Pattern;
import org.convmark.model.Pool;
import org.convmark.model.Precision;
import org.convmark.model.RoofLoop;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;
import org.jocl.CLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Features that only OpenCL has: devices, the binding's library, builds, two families of kernels. */
class OpenClBackendTest {
    private static final EngineOptions ANY = new EngineOptions(0, null);

    @BeforeAll
    static void needsDevice() {
        String reason = OpenClDevices.unavailable(ANY);
        assumeTrue(reason == null, "OpenCL is not available: " + reason);
    }

    private static ClDevice device() {
        return ClDevice.list().devices().get(0);
    }

    private static OpenClBackend open(Tuning tuning) {
        Cl cl = tuning.family() == Tuning.Family.GPU ? forGpus(device()) : new Cl(device());
        return new OpenClBackend(cl, tuning, FusionConstraints.TYPICAL, null);
    }

    /** Build options for kernels of GPUs, of which a CPU's compiler takes five times as long to make fast programs, or fails. */
    static final String UNOPTIMISED = " -cl-opt-disable -w";

    static Cl forGpus(ClDevice device) {
        return new Cl(device, null, UNOPTIMISED);
    }

    /** Both families, and every vector length of CPUs: OpenCL runs vectors longer than the hardware's as several. */
    static List<Tuning> tunings() {
        return List.of(Tuning.cpu(4), Tuning.cpu(8), Tuning.cpu(16), Tuning.gpu(device().info()));
    }

    // ---------------------------------------------------------------- devices

    @Test
    void workersSplitCpu() {
        DeviceInfo info = device().info();
        assumeTrue(
                info.type() == DeviceInfo.Type.CPU
                        && info.computeUnits() > 1
                        && info.partitions().contains(DeviceInfo.BY_COUNTS),
                "no CPU device that can be split");
        Graph graph = Graph.of(new Shape(1, 9, 7, 7)).conv(3, 17);
        Cl cl = new Cl(device().part(1));
        assertEquals(1, cl.units());
        try (var backend = new OpenClBackend(cl, Tuning.of(info), FusionConstraints.TYPICAL, null)) {
            verify(backend, graph, Fusion.NONE);
        }
    }

    // ---------------------------------------------------------------- builds and memory

    @Test
    void buildFailureNamesFileAndShowsLog() {
        try (Cl cl = new Cl(device())) {
            Cl.Range one = new Cl.Range(new long[] {1}, new long[] {1});
            String message = assertThrows(
                            IllegalStateException.class, () -> cl.kernel("conv.cl", "conv", "-DOUT=undeclared", one))
                    .getMessage();
            assertTrue(message.startsWith("conv.cl does not compile"), message);
            assertTrue(message.substring(message.indexOf('\n')).contains("undeclared"), message);
        }
    }

    /** Two rows, two kernels of one program, and one of another. */
    @Test
    void programsAreWrittenOnceWithTheRangesOfEveryRow(@TempDir Path folder) throws IOException {
        for (String row : List.of("first", "second")) {
            try (Cl cl = new Cl(device(), new ProgramDump(folder.toString(), row))) {
                for (String kernel : List.of("add", "affine", "add")) {
                    cl.kernel("elementwise.cl", kernel, "-DV=4 -DGROUP=1", range(row.length()));
                }
                cl.kernel("pool.cl", "pool", "-DV=4 -DGROUP=1", range(3));
            }
        }
        List<Path> programs = new ArrayList<>(files(folder));
        assertEquals(2, programs.size(), programs::toString);
        Path shared = programs.get(0);
        assertTrue(shared.getFileName().toString().matches("elementwise-[0-9a-f]{10}"), shared::toString);
        assertEquals(
                List.of("binary", "options.txt", "program.cl", "ranges.txt"),
                files(shared).stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        assertTrue(Files.readString(shared.resolve("program.cl")).contains("kernel void affine("));
        assertTrue(Files.readString(shared.resolve("options.txt")).startsWith("-DV=4 -DGROUP=1"));
        assertTrue(Files.size(shared.resolve("binary")) > 0);
        assertEquals(
                List.of(
                        "add: 5 items in groups of 1, first",
                        "affine: 5 items in groups of 1, first",
                        "add: 6 items in groups of 1, second",
                        "affine: 6 items in groups of 1, second"),
                Files.readAllLines(shared.resolve("ranges.txt")));
    }

    private static Cl.Range range(long items) {
        return new Cl.Range(new long[] {items}, new long[] {1});
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void folderThatCannotBeWrittenIsSaidInOneSentence(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        try (Cl cl = new Cl(device(), new ProgramDump(file.toString(), "row"))) {
            String message = assertThrows(
                            IllegalStateException.class,
                            () -> cl.kernel("pool.cl", "pool", "-DV=4 -DGROUP=1", range(1)))
                    .getMessage();
            assertTrue(message.matches("OpenCL's program cannot be written to " + file + "\\S+: .+"), message);
        }
    }

    @Test
    void tooLargeBufferIsRefusedBeforeItIsMade() {
        try (Cl cl = new Cl(device())) {
            long limit = device().info().maxAllocationBytes();
            String message = assertThrows(IllegalStateException.class, () -> cl.allocate(limit + 1))
                    .getMessage();
            assertTrue(message.contains("MiB") && message.endsWith("choose smaller width, image or batch"), message);
        }
    }

    // ---------------------------------------------------------------- kernels

    /** A few layers that reach every choice between kernels and tiles. */
    static List<Graph> graphs() {
        List<Graph> graphs = new ArrayList<>(List.of(
                Graph.of(new Shape(1, 3, 13, 11)).conv(3, 33, 2).relu(),
                Graph.of(new Shape(3, 17, 7, 5)).conv(1, 65).norm(),
                Graph.of(new Shape(1, 70, 9, 9)).conv(5, 130, 1),
                Graph.of(new Shape(1, 64, 1, 1)).biased(64),
                Graph.of(new Shape(2, 24, 9, 8)).grouped(3, 48, 2, 8),
                Graph.of(new Shape(1, 96, 6, 6)).grouped(3, 96, 1, 48),
                Graph.of(new Shape(1, 21, 8, 8)).grouped(3, 14, 1, 3),
                Graph.of(new Shape(1, 5, 6, 6)).then(new Conv(10, 3, 1, 1, 1, 1, Conv.Bias.YES)),
                Graph.of(new Shape(3, 19, 15, 17)).depthwise(7, 2).relu(),
                Graph.of(new Shape(1, 8, 13, 13)).depthwise(3, 1, 2),
                Graph.of(new Shape(2, 12, 9, 9))
                        .residual(f -> f.conv(3, 12).norm().relu().conv(3, 12).norm())
                        .relu(),
                Graph.of(new Shape(2, 18, 5, 5)).concat(x -> x.relu(), x -> x.slice(8, 10), x -> x.slice(5, 3)),
                Graph.of(new Shape(1, 18, 5, 5)).shuffle(3),
                Graph.of(new Shape(1, 3, 5, 5)).concat(x -> x, x -> x, x -> x, x -> x, x -> x, x -> x.relu()),
                Graph.of(new Shape(2, 9, 11, 7)).pool(Pool.Kind.MAX, 3, 2),
                Graph.of(new Shape(2, 9, 11, 7)).pool(Pool.Kind.AVERAGE, 3, 1),
                Graph.of(new Shape(2, 9, 11, 7)).pool(Pool.Kind.BLUR, 3, 2),
                Graph.of(new Shape(2, 9, 11, 7)).globalPool(),
                new Case.Problem(Block.RESNET_BASIC, new Extents(1, 19, 9, 2), AxisPoint.of("SKIPPED@0.5@4")).graph(),
                new Case.Problem(Block.MBCONV, new Extents(1, 12, 9, 1), AxisPoint.of("SKIPPED@0.5@CHANNELS")).graph(),
                new Case.Problem(Block.RESNET_BASIC, new Extents(1, 48, 9, 1), AxisPoint.of("SKIPPED@0.4@CHANNELS"))
                        .graph()));
        for (Precision precision : CODED) {
            graphs.add(Graph.of(new Shape(1, 17, 6, 5))
                    .then(conv(precision, 37, 3, 2))
                    .norm()
                    .relu());
            graphs.add(Graph.of(new Shape(2, 21, 5, 7)).then(conv(precision, 3, 1, 1)));
        }
        return graphs;
    }

    /** Formats of fewer bits that weights have here. */
    private static final Set<Precision> CODED = EnumSet.complementOf(EnumSet.of(Precision.FP32, Precision.INT8));

    private static Conv conv(Precision precision, int channels, int kernel, int stride) {
        return new Conv(channels, kernel, stride, 1, kernel / 2, Conv.DENSE, Conv.Bias.YES).with(precision);
    }

    private static Program verify(OpenClBackend backend, Graph graph, Fusion fusion) {
        Weights weights =
                new Weights(graph, 1, Weights.keepsIntegers(graph) ? Weights.Fill.INTEGER : Weights.Fill.RANDOM);
        Program program = backend.compile(graph.fuse(fusion), weights);
        program.verify(Engines.reference(weights));
        return program;
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void everyTuningEqualsPlainJavaOnIntegers(Tuning tuning) {
        try (OpenClBackend backend = open(tuning)) {
            for (Graph graph : graphs()) {
                verify(backend, graph, Fusion.NONE);
                verify(backend, graph, Fusion.EPILOGUE);
            }
        }
    }

    /** Every block, one stage after the other, and variants with strides on a map that no tile divides. */
    private static List<Graph> blocks() {
        List<Graph> blocks = new ArrayList<>(List.of(Pattern.BOTTLENECK.graph(1, 16, 14, 1)));
        for (Block block : Block.values()) {
            blocks.add(block.graph(1, 12, 9, 2));
        }
        blocks.addAll(strides());
        return blocks;
    }

    /** Blocks with strides, odd groups and filters on a map that no tile divides, and with weights of every format. */
    static List<Graph> strides() {
        Graph map = Graph.of(new Shape(3, 9, 7, 13));
        List<Graph> blocks = new ArrayList<>(List.of(
                map.block(f -> f.conv(1, 30)
                        .norm()
                        .relu6()
                        .depthwise(5, 2)
                        .norm()
                        .relu6()
                        .conv(1, 17)
                        .norm()),
                map.block(f -> f.depthwise(3, 2).relu().conv(1, 40).relu()),
                map.block(f -> f.conv(3, 30, 2).relu6().conv(1, 17).norm()),
                map.block(f -> f.residual(g ->
                                g.conv(1, 4).relu().grouped(3, 8, 1, 2).relu().conv(1, 9))
                        .relu()),
                map.block(f -> f.relu().norm().conv(3, 33, 2).residual(g -> g.biased(70)
                        .relu()
                        .biased(33)))));
        for (Precision format : CODED) {
            Graph wide = Graph.of(new Shape(1, 18, 6, 9));
            blocks.add(wide.block(f -> format.bits() == 16
                    ? f.then(conv(format, 18, 3, 1))
                            .relu()
                            .then(conv(format, 50, 1, 1))
                            .relu6()
                            .then(conv(format, 19, 1, 1))
                    : f.then(conv(format, 40, 1, 1))
                            .relu()
                            .depthwise(3, 2)
                            .relu()
                            .then(conv(format, 17, 1, 1))));
        }
        return blocks;
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void fusedBlocksEqualPlainJava(Tuning tuning) {
        try (OpenClBackend backend = open(tuning)) {
            blocks().forEach(graph -> verify(backend, graph, Fusion.BLOCK));
        }
    }

    /** The next smaller tile, or a tile without the lead, or the layers one by one: correct in all cases, with ever more launches. */
    @ParameterizedTest
    @CsvSource({"16, 256, 10000, 1", "64, 256, 4096, 3", "16, 64, 49152, 1", "16, 32, 4096, 2", "16, 64, 0, 1"})
    void tileIsAsLargeAsGroupsAndLocalMemoryAllow(int width, long groupItems, long localBytes, int kernels) {
        DeviceInfo info = limited(device().info(), DeviceInfo.Type.GPU, groupItems, localBytes);
        Graph block = Block.CONVFIRST.graph(1, width, 15, 1);
        Graph dense = Graph.of(new Shape(2, 9, 7, 6)).conv(3, 70).relu().globalPool();
        try (OpenClBackend backend = open(info)) {
            assertEquals(kernels, verify(backend, block, Fusion.BLOCK).kernels());
            verify(backend, dense, Fusion.EPILOGUE);
        }
    }

    /** Layers and blocks that have a choice between tiles of a GPU, with rows that are aligned and that are not. */
    private static List<Graph> tiled() {
        return List.of(
                Graph.of(new Shape(2, 40, 12, 12))
                        .residual(f -> f.conv(3, 40).relu().conv(1, 40))
                        .relu(),
                Graph.of(new Shape(1, 64, 7, 7)).conv(3, 96).relu(),
                Graph.of(new Shape(1, 130, 18, 18)).conv(1, 130),
                Graph.of(new Shape(1, 300, 1, 1)).biased(70),
                Graph.of(new Shape(1, 80, 6, 8)).then(new Conv(80, 3, 1, 2, 2, 40, Conv.Bias.YES)),
                Graph.of(new Shape(1, 33, 20, 20)).depthwise(7, 1),
                Graph.of(new Shape(2, 70, 7, 7)).depthwise(3, 1).relu(),
                Graph.of(new Shape(1, 3, 30, 70)).depthwise(5, 2),
                Graph.of(new Shape(2, 32, 12, 14)).grouped(3, 32, 1, 16),
                Block.FFN.graph(1, 24, 12, 1),
                Block.FUSED_MBCONV.graph(1, 24, 12, 2),
                Graph.of(new Shape(1, 20, 9, 20))
                        .block(f -> f.conv(5, 50).activate(Activation.SILU).conv(1, 21)),
                Graph.of(new Shape(2, 11, 17, 16))
                        .block(f -> f.conv(7, 20, 3).relu().conv(1, 40)),
                Block.CONVFIRST.graph(1, 16, 9, 2),
                Block.CONVNEXT.graph(1, 20, 10, 1));
    }

    /** As one unit, which likes large tiles, as many units, which like small ones and sums in parts, and with small groups. */
    @ParameterizedTest
    @CsvSource({"1, 256, 49152", "132, 256, 49152", "132, 64, 16384", "4, 32, 4096", "132, 16, 2048"})
    void tilesForAnyDeviceEqualPlainJava(int units, long groupItems, long localBytes) {
        try (OpenClBackend backend =
                open(limited(device().info(), DeviceInfo.Type.GPU, units, groupItems, localBytes))) {
            for (Graph graph : tiled()) {
                verify(backend, graph, Fusion.BLOCK);
                Weights random = new Weights(graph, 2, Weights.Fill.RANDOM);
                backend.compile(graph.fuse(Fusion.EPILOGUE), random).verify(Engines.reference(random));
            }
        }
    }

    /** Convolutions of integers: sums whole and in parts, with channels that fill words of four and that do not, in groups, blocks and alone. */
    @ParameterizedTest
    @CsvSource({"1, 256, 49152", "132, 256, 49152", "4, 32, 4096"})
    void integersInTilesAreExact(int units, long groupItems, long localBytes) {
        List<Graph> graphs = List.of(
                Graph.of(new Shape(2, 40, 12, 12))
                        .residual(f -> f.conv(3, 40).relu().conv(1, 40))
                        .relu(),
                Graph.of(new Shape(1, 70, 7, 7)).conv(3, 96, 2).relu(),
                Graph.of(new Shape(1, 300, 1, 1)).biased(70),
                Graph.of(new Shape(1, 64, 9, 8)).grouped(3, 64, 1, 8).relu6().depthwise(3, 2),
                Block.FFN.graph(1, 24, 12, 1),
                Block.MBCONV.graph(1, 16, 9, 2),
                Block.CONVFIRST.graph(1, 16, 9, 1));
        try (OpenClBackend backend =
                open(limited(device().info(), DeviceInfo.Type.GPU, units, groupItems, localBytes))) {
            for (Graph graph : graphs) {
                Graph integers = graph.compressed(Precision.INT8);
                Weights random = new Weights(integers, 2, Weights.Fill.RANDOM);
                backend.compile(integers.fuse(Fusion.BLOCK), random).verify(Engines.reference(random));
            }
        }
    }

    /** Blocks in one kernel, although dot products alone are predicted to be faster. */
    @ParameterizedTest
    @CsvSource({"132, 256, 49152", "132, 64, 16384"})
    void integersInOneKernelAreExact(int units, long groupItems, long localBytes) {
        List<Graph> graphs = Stream.of(Block.FFN, Block.MBCONV, Block.CONVFIRST, Block.FUSED_MBCONV)
                .map(block -> block.graph(1, 16, 9, 1).compressed(Precision.INT8))
                .toList();
        inOneKernel(limited(device().info(), DeviceInfo.Type.GPU, units, groupItems, localBytes), graphs);
    }

    /** Blocks in one kernel on maps of halves: with leads and norms, windows, depthwise filters, strides, padded channels; on tensor cores every activation, too. */
    @ParameterizedTest
    @EnumSource(
            value = MatrixTile.Unit.class,
            names = {"PAIRS", "HALVES"})
    void halvesInOneKernelAreRight(MatrixTile.Unit unit) {
        Graph map = Graph.of(new Shape(1, 16, 6, 6));
        Stream<Graph> activations = Arrays.stream(Activation.values())
                .filter(function -> unit == MatrixTile.Unit.HALVES)
                .map(function -> map.block(f -> f.conv(1, 32).activate(function).conv(1, 16)));
        Stream<Graph> blocks = Stream.of(
                Block.FFN.graph(1, 40, 12, 2),
                Block.CONVFIRST.graph(1, 16, 9, 1),
                Block.CONVNEXT.graph(1, 24, 7, 1),
                Block.FUSED_MBCONV.graph(1, 16, 9, 1),
                Block.MBCONV.graph(1, 16, 9, 1));
        List<Graph> graphs = Stream.concat(blocks, activations)
                .map(graph -> graph.compressed(Precision.FP16))
                .toList();
        on(unit, () -> inOneKernel(limited(device().info(), DeviceInfo.Type.GPU, 132, 256, 48 << 10), graphs));
    }

    /** Every tile of such a block, which are for other devices and sizes than the test's. */
    @ParameterizedTest
    @ValueSource(strings = {"pointwise", "window", "filtered", "led"})
    void everyTileOfHalvesIsRight(String form) {
        Graph map = Graph.of(new Shape(1, 24, 11, 11));
        Graph graph = (switch (form) {
                    case "pointwise" -> map.block(f -> f.conv(1, 40).relu().conv(1, 20));
                    case "window" -> map.block(f -> f.conv(3, 40, 2).relu().conv(1, 20));
                    case "led" ->
                        Graph.of(new Shape(1, 32, 9, 9)).block(f -> f.grouped(3, 32, 1, 16)
                                .conv(1, 40)
                                .relu()
                                .conv(1, 20));
                    default ->
                        map.block(f ->
                                f.conv(1, 40).relu().depthwise(5, 2).relu6().conv(1, 20));
                })
                .compressed(Precision.FP16);
        DeviceInfo info = limited(device().info(), DeviceInfo.Type.GPU, 132, 64, 160 << 10);
        Graph fused = graph.fuse(Fusion.BLOCK);
        Graph body = Fuser.epilogues(((Fused) fused.nodes().get(0).layer()).body());
        Weights weights = new Weights(graph, 2, Weights.Fill.RANDOM);
        List<BlockTile> tiles = ExpandProjectMma.all(info, TiledBlock.of(body, MatrixTile.Unit.HALVES))
                .toList();
        assertTrue(tiles.size() >= 6, tiles.size() + " tiles");
        onTensorCores(() -> {
            for (BlockTile tile : tiles) {
                try (OpenClBackend backend = new OpenClBackend(
                        forGpus(as(info)), Tuning.of(info), FusionConstraints.TYPICAL, choosing(tile.words()))) {
                    Program program = backend.compile(fused, weights);
                    program.verify(Engines.reference(weights));
                    assertEquals(1, program.kernels(), tile.words());
                }
            }
        });
    }

    private static void onTensorCores(Runnable test) {
        on(MatrixTile.Unit.HALVES, test);
    }

    private static void on(MatrixTile.Unit unit, Runnable test) {
        System.setProperty(MatrixTile.Unit.EVERYWHERE, unit.name());
        try {
            test.run();
        } finally {
            System.clearProperty(MatrixTile.Unit.EVERYWHERE);
        }
    }

    /** Chooses blocks in one kernel, and of all kernels the one with these words, or else the model's. */
    private static KernelChoices choosing(String words) {
        return new KernelChoices() {
            @Override
            public List<Trial> trials(String device, String layer) {
                return List.of(new Trial(layer.startsWith("One kernel or several") ? "one kernel" : words, 0, 0));
            }

            @Override
            public void add(String device, String layer, List<Trial> trials) {
                throw new AssertionError("nothing is timed");
            }
        };
    }

    /** Runs each graph, with fewer kernels than it has layers. */
    private static void inOneKernel(DeviceInfo info, List<Graph> graphs) {
        try (OpenClBackend backend =
                new OpenClBackend(forGpus(as(info)), Tuning.of(info), FusionConstraints.TYPICAL, choosing(""))) {
            for (Graph graph : graphs) {
                Weights weights = new Weights(graph, 2, Weights.Fill.RANDOM);
                Program program = backend.compile(graph.fuse(Fusion.BLOCK), weights);
                program.verify(Engines.reference(weights));
                int alone =
                        backend.compile(graph.fuse(Fusion.EPILOGUE), weights).kernels();
                assertTrue(program.kernels() < alone, graph + " runs as " + program.kernels() + " kernels");
            }
        }
    }

    /** Tensor cores, and pairs of an item, by plain C: whole sums and sums in parts, channels that fill tiles and that do not, in groups and with a residual. */
    @ParameterizedTest
    @CsvSource({
        "HALVES, 1, 256, 49152",
        "HALVES, 132, 256, 49152",
        "HALVES, 132, 256, 6144",
        "PAIRS, 1, 256, 49152",
        "PAIRS, 132, 64, 6144"
    })
    void halvesInTilesAreRight(MatrixTile.Unit unit, int units, long groupItems, long localBytes) {
        List<Graph> graphs = List.of(
                Graph.of(new Shape(2, 40, 12, 12))
                        .residual(f -> f.conv(3, 40).relu().conv(1, 40))
                        .relu(),
                Graph.of(new Shape(1, 70, 7, 7)).conv(3, 130, 2).relu(),
                Graph.of(new Shape(1, 300, 1, 1)).biased(70),
                Graph.of(new Shape(1, 32, 9, 8)).then(new Conv(64, 3, 1, 2, 2, Conv.DENSE, Conv.Bias.YES)));
        on(unit, () -> {
            try (OpenClBackend backend =
                    open(limited(device().info(), DeviceInfo.Type.GPU, units, groupItems, localBytes))) {
                backend.compile(RoofLoop.HALVES, 100_000).run();
                for (Graph graph : graphs) {
                    Graph halves = graph.compressed(Precision.FP16);
                    Weights weights = new Weights(halves, 2, Weights.Fill.RANDOM);
                    Program program = backend.compile(halves.fuse(Fusion.EPILOGUE), weights);
                    program.verify(Engines.reference(weights));
                    program.run();
                    float[] floats = Engines.reference(weights).output();
                    assertFalse(Arrays.equals(floats, program.output()), "values are not rounded to halves");
                }
            }
        });
    }

    /** Every kernel that reads or writes maps, in graphs that end with a product of halves. */
    @Test
    void mapsOfHalvesAreRight() {
        Graph more = Graph.of(new Shape(2, 18, 7, 6))
                .squeezeExcite(6)
                .layerNorm()
                .activate(Activation.GELU)
                .shift();
        List<Graph> graphs = Stream.concat(graphs().stream(), Stream.of(more))
                .filter(graph -> graph.nodes().stream().noneMatch(node -> isMasked(node.layer())))
                .map(graph -> graph.conv(1, 16).conv(1, 10).compressed(Precision.FP16))
                .toList();
        on(MatrixTile.Unit.PAIRS, () -> {
            try (OpenClBackend backend = open(limited(device().info(), DeviceInfo.Type.GPU, 132, 256, 48 << 10))) {
                for (Graph graph : graphs) {
                    Weights weights = new Weights(graph, 2, Weights.Fill.RANDOM);
                    Program program = backend.compile(graph.fuse(Fusion.EPILOGUE), weights);
                    program.verify(Engines.reference(weights));
                    program.run();
                    for (float result : program.output()) {
                        assertEquals(Precision.FP16.decode(Precision.FP16.encode(result)), result, "a half");
                    }
                }
            }
        });
    }

    private static boolean isMasked(Layer layer) {
        return layer instanceof TileLayer || layer instanceof Gated;
    }

    /** Whichever way is taken is one that was tried; a way that the compiler does not know is none. */
    @Test
    void waysToMultiplyAreTried() {
        ClDevice device = device();
        try (Cl cl = new Cl(device)) {
            assertTrue(Dots.C.isRight(cl));
            assertTrue(cl.dots(MatrixTile.Unit.INTEGERS).orElseThrow().isRight(cl));
            assertEquals(Dots.KHR.isRight(cl), device.offers("cl_khr_integer_dot_product"));
            assertTrue(Dots.C_HALVES.isRight(cl));
            assertFalse(Dots.AMD_HALVES.isRight(cl));
            assertEquals(Dots.KHR_HALVES.isRight(cl), device.offers("cl_khr_fp16"));
            assertTrue(Mma.C.isRight(cl));
            assertEquals(Optional.empty(), cl.mma().filter(way -> !way.isRight(cl)));
        }
    }

    /** A device without local memory runs kernels that need none, whatever it calls itself. */
    @Test
    void tilesNeedLocalMemoryAndGroups() {
        DeviceInfo info = device().info();
        assertEquals(Tuning.Family.GPU, family(limited(info, DeviceInfo.Type.GPU, 16, 2048)));
        assertEquals(Tuning.Family.CPU, family(limited(info, DeviceInfo.Type.GPU, 256, 0)));
        assertEquals(Tuning.Family.CPU, family(limited(info, DeviceInfo.Type.GPU, 1, 1 << 15)));
        assertEquals(Tuning.Family.CPU, family(limited(info, DeviceInfo.Type.CPU, 256, 1 << 15)));
    }

    private static Tuning.Family family(DeviceInfo info) {
        return Tuning.of(info).family();
    }

    @Test
    void kernelThatNeedsMoreThanTheDeviceHasIsRefusedInOneSentence() {
        DeviceInfo info = limited(device().info(), DeviceInfo.Type.GPU, 16, 64);
        try (Cl cl = new Cl(as(info))) {
            Cl.Range range = new Cl.Range(new long[] {64}, new long[] {64});
            String message = assertThrows(
                            IllegalStateException.class,
                            () -> cl.kernel("pool.cl", "global_average", " -DV=1 -DGROUP=64", range))
                    .getMessage();
            assertTrue(message.startsWith("global_average of pool.cl in groups of 64 work-items"), message);
        }
    }

    private static ClDevice as(DeviceInfo info) {
        ClDevice device = device();
        return new ClDevice(info, device.platform(), device.id(), info.computeUnits());
    }

    private static OpenClBackend open(DeviceInfo info) {
        return new OpenClBackend(forGpus(as(info)), Tuning.of(info), FusionConstraints.TYPICAL, null);
    }

    /** The same device with other limits, for which kernels and tiles are chosen. */
    private static DeviceInfo limited(DeviceInfo info, DeviceInfo.Type type, long groupItems, long localBytes) {
        return limited(info, type, info.computeUnits(), groupItems, localBytes);
    }

    private static DeviceInfo limited(
            DeviceInfo info, DeviceInfo.Type type, int units, long groupItems, long localBytes) {
        return new DeviceInfo(
                info.platform(),
                info.name(),
                info.vendor(),
                type,
                info.version(),
                info.driver(),
                units,
                info.clockMHz(),
                info.vectorWidth(),
                info.globalBytes(),
                localBytes,
                info.localMemory(),
                info.maxAllocationBytes(),
                info.partitions(),
                info.roundedDivision(),
                info.hostMemory(),
                groupItems,
                List.of(groupItems, groupItems, groupItems));
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void activationsAreWithinRoundingOfTheirDefinition(Tuning tuning) {
        Shape shape = new Shape(1, 1, 1, 4001);
        float[] x = new float[4001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 2000) / 200f;
        }
        try (OpenClBackend backend = open(tuning)) {
            DeviceTensor in = backend.allocate(shape, 0);
            DeviceTensor out = backend.allocate(shape, 0);
            backend.write(in, x);
            for (Activation function : Activation.values()) {
                backend.activate(function, in, out).run(0, 1);
                float[] y = backend.read(out);
                for (int i = 0; i < x.length; i++) {
                    assertEquals(function.apply(x[i]), y[i], 3e-6, function + " of " + x[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void roofLoopsRunAtAnySize(Tuning tuning) {
        onTensorCores(() -> {
            try (OpenClBackend backend = open(tuning)) {
                for (RoofLoop loop : RoofLoop.values()) {
                    boolean runs = tuning.family() == Tuning.Family.GPU || loop.format() == Precision.FP32;
                    for (long size : new long[] {1 << 10, 100_000, 1 << 22}) {
                        if (runs) {
                            backend.compile(loop, size).run();
                        } else {
                            assertThrows(UnsupportedOperationException.class, () -> backend.compile(loop, size));
                        }
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void rectifiersKeepNaN(Tuning tuning) {
        Shape shape = new Shape(1, 1, 1, 1);
        try (OpenClBackend backend = open(tuning)) {
            DeviceTensor in = backend.allocate(shape, 0);
            DeviceTensor out = backend.allocate(shape, 0);
            backend.write(in, new float[] {Float.NaN});
            for (Activation function : List.of(Activation.RELU, Activation.RELU6)) {
                Kernel kernel = backend.activate(function, in, out);
                kernel.run(0, 1);
                assertTrue(Float.isNaN(backend.read(out)[0]), function.name());
            }
        }
    }

    /** Three layers are three launches, whose times add up to no more than their span; later runs record nothing. */
    @ParameterizedTest
    @MethodSource("tunings")
    void clockOfTheDeviceTakesPassesApart(Tuning tuning) {
        Graph graph = Graph.of(new Shape(1, 32, 28, 28)).depthwise(3, 1).relu().depthwise(3, 1);
        try (OpenClBackend backend = open(tuning)) {
            Program program = verify(backend, graph, Fusion.NONE);
            DeviceTimes times = backend.deviceTimes(program).orElseThrow();
            assertEquals(3, times.launches());
            assertTrue(times.sumNanos() > 0 && times.sumNanos() <= times.spanNanos(), times::toString);
            verify(backend, graph, Fusion.NONE);
        }
    }

    /** One sentence in the log, and wall times only. */
    @Test
    void deviceWithoutAClockIsNoError() {
        try (Cl cl = new Cl(device())) {
            assertEquals(Optional.empty(), cl.times(() -> {
                throw new CLException("CL_PROFILING_INFO_NOT_AVAILABLE");
            }));
            assertEquals(0, cl.read(cl.allocate(4))[0]);
        }
    }

    @Test
    void runAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        Graph graph = Graph.of(new Shape(1, 8, 4, 4)).conv(3, 8).relu();
        try (OpenClBackend backend = open(Tuning.cpu(8))) {
            Program program = backend.compile(graph, new Weights(graph, 1, Weights.Fill.RANDOM));
            program.run();
            threads.getThreadAllocatedBytes(thread);
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < 1000; i++) {
                program.run();
            }
            assertTrue(threads.getThreadAllocatedBytes(thread) - before < 1000, "a run allocates");
        }
    }
}

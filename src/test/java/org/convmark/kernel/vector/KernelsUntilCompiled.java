package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.L;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints;
import org.convmark.kernel.OwnThreads;
import org.convmark.kernel.Weights;
import org.convmark.kernel.Workers;
import org.convmark.kernel.vector.lane.Clamp;
import org.convmark.kernel.vector.lane.PackedFilter;
import org.convmark.kernel.vector.lane.SparseFilter;
import org.convmark.kernel.vector.lane.TileCompilation;
import org.convmark.kernel.vector.lane.TileSize;
import org.convmark.kernel.vector.tile.Tile2x14;
import org.convmark.kernel.vector.tile.Tile2x5;
import org.convmark.model.Activation;
import org.convmark.model.Algorithm;
import org.convmark.model.AxisPoint;
import org.convmark.model.Block;
import org.convmark.model.Case;
import org.convmark.model.Conv;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Operator;
import org.convmark.model.Pattern;
import org.convmark.model.Precision;
import org.convmark.model.Shape;
import org.convmark.model.Sparsity;
import org.convmark.model.Stack;

/**
 * Runs in a child JVM of {@link CompilationTest}: every generated tile, found in its folder, or graphs that reach every other
 * kernel, all in turn, so that the compilers' queues are long, until none allocates any more. At a time limit it names those that
 * still allocate.
 */
final class KernelsUntilCompiled {
    /** Starts a line that names a kernel that allocates. */
    static final String BOXES = "BOXES ";

    /** Limit of processor time, so that a busy machine gets as much as a quiet one with two cores in a minute. */
    private static final long LIMIT_NANOS = 120_000_000_000L;

    private static final int CALLS = 20;

    /** Bytes per call by reflection, which boxes primitive arguments. */
    private static final long BYTES_PER_CALL = 1000;

    private static final OwnThreads THREADS = new OwnThreads();

    private KernelsUntilCompiled() {}

    /** The kernels that are run. */
    enum Kernels {
        /** Register tiles, each with and without residual. */
        TILES {
            @Override
            Map<String, Runnable> all() {
                return tiles();
            }
        },
        /** A tile of the most sums, at stride 1 and 2. */
        LARGEST_TILE {
            @Override
            Map<String, Runnable> all() {
                return runs(Tile2x14.class.getSimpleName()).stream()
                        .collect(Collectors.toMap(Method::getName, method -> tile(method, true)));
            }
        },
        /** Every pattern, block, operator and activation with every fusion, blocks that skip tiles or have 8 bits, and both Winograd algorithms. */
        PROGRAMS {
            @Override
            Map<String, Runnable> all() {
                return programs();
            }
        };

        abstract Map<String, Runnable> all();
    }

    /** @param arguments which kernels */
    public static void main(String[] arguments) {
        untilNoneAllocates(Kernels.valueOf(arguments[0]).all())
                .forEach((name, bytes) -> System.out.println(BOXES + name + " " + bytes));
    }

    /**
     * Kernels that still allocate, with their bytes per call. A kernel that no longer allocates waits until all others have
     * settled; then all run once more.
     */
    private static Map<String, Long> untilNoneAllocates(Map<String, Runnable> kernels) {
        long start = processorNanos();
        Map<String, Long> boxing = allocating(kernels, kernels.keySet());
        while (!boxing.isEmpty() && processorNanos() - start < LIMIT_NANOS) {
            boxing = allocating(kernels, boxing.keySet());
            if (boxing.isEmpty()) {
                boxing = allocating(kernels, kernels.keySet());
            }
        }
        return boxing;
    }

    private static Map<String, Long> allocating(Map<String, Runnable> kernels, Set<String> names) {
        Map<String, Long> allocating = new LinkedHashMap<>();
        for (String name : names) {
            long before = THREADS.allocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                kernels.get(name).run();
            }
            long bytes = (THREADS.allocatedBytes() - before) / CALLS;
            if (bytes > BYTES_PER_CALL) {
                allocating.put(name, bytes);
            }
        }
        return allocating;
    }

    private static Map<String, Runnable> tiles() {
        Map<String, Runnable> tiles = new LinkedHashMap<>();
        String folder = new File(Tile2x5.class.getResource("Tile2x5.class").getPath()).getParent();
        for (String file : new File(folder).list()) {
            for (Method tile : runs(file.replace(".class", ""))) {
                String name = tile.getDeclaringClass().getSimpleName() + "." + tile.getName();
                tiles.put(name, tile(tile, false));
                tiles.put(name + " with residual", tile(tile, true));
            }
        }
        return tiles;
    }

    /** A call of a method that {@link TileCompilation} treats as a tile. */
    private static Runnable tile(Method tile, boolean residual) {
        Object[] values = Stream.of(tile.getParameters())
                .map(parameter -> value(parameter, residual))
                .toArray();
        return () -> call(tile, values);
    }

    private static List<Method> runs(String tile) {
        try {
            return Stream.of(Class.forName(Tile2x5.class.getPackageName() + "." + tile)
                            .getMethods())
                    .filter(method -> method.getName().startsWith("run"))
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void call(Method tile, Object[] values) {
        try {
            tile.invoke(null, values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The argument for a parameter of a tile: arrays large enough for any offset, few taps. */
    private static Object value(Parameter parameter, boolean residual) {
        if (parameter.getType() == PackedFilter.class) {
            float[] added = residual ? new float[100 * L] : null;
            return new PackedFilter(new int[] {0, PackedFilter.RUN}, new float[2 * L], Clamp.NONE, added, 0, 2);
        }
        if (parameter.getType() == SparseFilter.class) {
            float[] eachList = {1, 0, 1, 0, 1, 1};
            return new SparseFilter(eachList, new float[SparseFilter.PAIR], new int[] {0, L, 2 * L}, eachList.length);
        }
        if (parameter.getType() == Clamp.class) {
            return Clamp.NONE;
        }
        return switch (parameter.getName()) {
            case "in", "out", "weights", "bias" -> new float[100 * L];
            case "runs" -> new int[] {0, L};
            case "ins", "outs" -> new int[TileSize.SMALL.pixels];
            case "longer" -> 1;
            case "inGap", "outGap" -> 20 * L;
            case "next" -> 50 * L;
            case "width", "inRow", "outRow" -> TileSize.LONG_LANE_PIXELS * L;
            case "rows" -> 2;
            case "p", "q", "r", "s", "t", "o", "w0" -> 0;
            default -> throw new IllegalStateException("no argument is known for " + parameter);
        };
    }

    private static Map<String, Runnable> programs() {
        Map<String, Runnable> programs = new LinkedHashMap<>();
        graphs().forEach((name, graph) -> {
            for (Fusion fusion : Fusion.values()) {
                programs.put(name + " " + fusion, program(Algorithm.DIRECT, graph, fusion));
            }
        });
        for (Algorithm algorithm : Algorithm.values()) {
            Graph dense = Graph.of(new Shape(1, 40, 13, 13)).conv(3, 40).relu();
            programs.put(algorithm.name(), program(algorithm, dense, Fusion.EPILOGUE));
        }
        return programs;
    }

    private static Runnable program(Algorithm algorithm, Graph graph, Fusion fusion) {
        return new VectorBackend(new Workers(1), algorithm, FusionConstraints.TYPICAL)
                .compile(graph.fuse(fusion), new Weights(graph, 1, Weights.Fill.RANDOM))::run;
    }

    private static Map<String, Graph> graphs() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        Stream.<Stack[]>of(Pattern.values(), Block.values(), Operator.values())
                .flatMap(Arrays::stream)
                .forEach(stack -> graphs.put(stack.toString(), stack.graph(1, 24, 10, 1)));
        Graph x = Graph.of(new Shape(1, 24, 5, 5));
        for (Activation function : Activation.values()) {
            graphs.put(function.name(), x.activate(function));
        }
        graphs.put("stride 3", x.conv(3, 24, 3));
        graphs.put("three columns", Graph.of(new Shape(1, 24, 3, 3)).conv(3, 24));
        Sparsity sparsity = new Sparsity(0.4, 1);
        for (int kernel : new int[] {1, 3}) {
            Conv pruned = new Conv(24, kernel, 1, 1, kernel / 2, Conv.DENSE, Conv.Bias.NO).with(sparsity);
            graphs.put(
                    "pruned " + kernel,
                    Graph.of(new Shape(1, 24, 9, 15)).then(pruned).add(0).relu());
        }
        Graph pixel = Graph.of(new Shape(1, 24, 1, 1));
        graphs.put("one pixel", pixel.conv(1, 24).conv(1, 64).conv(1, 400));
        for (Precision precision : Precision.values()) {
            Conv coded = new Conv(40, 3, 1, 1, 1, Conv.DENSE, Conv.Bias.NO);
            graphs.put(
                    precision.name(),
                    Graph.of(new Shape(1, 24, 9, 15)).then(coded).compressed(precision));
            Conv classifier = new Conv(400, 1, 1, 1, 0, Conv.DENSE, Conv.Bias.YES);
            graphs.put(precision + " one pixel", pixel.then(classifier).compressed(precision));
        }
        Stream.of("PRECISION@INT8", "SKIPPED@0.5@1", "SKIPPED@0.5@4", "SKIPPED@0.5@8", "SKIPPED@0@16")
                .map(AxisPoint::of)
                .forEach(point -> {
                    Extents extents = new Extents(1, 24, 16, 1);
                    Stream.of(Block.RESNET_BASIC, Block.CONVNEXT)
                            .map(block -> new Case.Problem(block, extents, point))
                            .forEach(problem -> graphs.put(problem.workload() + " " + point, problem.graph()));
                });
        Stream.of(Block.RESNET_BASIC, Block.MBCONV)
                .map(block -> new Case.Problem(block, new Extents(1, 64, 10, 1), AxisPoint.of("SKIPPED@0.5@CHANNELS")))
                .forEach(problem -> graphs.put(problem.workload() + " channels", problem.graph()));
        return graphs;
    }

    private static long processorNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}

package org.convmark.model;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * One point of the suite: a benchmark with a value for each of its parameters. JMH parameters, file names, titles and
 * command-line options are its text forms; they are written and read only here.
 */
public sealed interface Case {
    /** Suffix of the benchmark classes. */
    String SUFFIX = "Benchmark";

    /** Full name of the benchmark class. */
    String benchmark();

    /** The target that runs it. */
    Target target();

    /** Threads of a target on the processor, 0 for one per processor. */
    int workers();

    /** The value of each parameter by {@link Parameter#key}, as JMH takes and writes it. */
    SortedMap<String, String> params();

    /** Its family: the last part of its package, such as pattern, operator or roof. */
    default String family() {
        String[] parts = benchmark().split("\\.");
        return parts[parts.length - 2];
    }

    /** Name of the class without its package. */
    default String simpleName() {
        return benchmark().substring(benchmark().lastIndexOf('.') + 1);
    }

    /** Its label for a reader: the class without package and suffix, and its parameters. */
    default Label label() {
        return label(benchmark(), params());
    }

    /** The label of a class and parameters as they were written; the target's own choice of algorithm, no axis and floats are left out. */
    static Label label(String benchmark, SortedMap<String, String> params) {
        SortedMap<String, String> chosen = new TreeMap<>(params);
        chosen.remove(Parameter.ALGORITHM.key(), Algorithm.AUTO.name());
        chosen.remove(Parameter.AXIS.key(), Axis.NONE.name());
        chosen.remove(Parameter.OPERANDS.key(), Precision.FP32.name());
        return new Label(name(benchmark), chosen);
    }

    /** Name of a benchmark class for a reader: without package and suffix. */
    static String name(String benchmark) {
        String simple = benchmark.substring(benchmark.lastIndexOf('.') + 1);
        return simple.endsWith(SUFFIX) ? simple.substring(0, simple.length() - SUFFIX.length()) : simple;
    }

    /** {@code Residual batch=1 depth=2 fusion=EPILOGUE image=56 target=VECTOR width=32 workers=1}, for a reader. */
    default String title() {
        return label().title();
    }

    /** A file name: {@code ResidualBenchmark.batch=1,depth=2}, and so on. */
    default String id() {
        return simpleName() + "." + label().settings(",").substring(1);
    }

    /** What it is compared with first: the same problem with as many workers on plain Java, layer by layer. A roof is its own. */
    default Case baseline() {
        return this;
    }

    /** The roof loop with its multiply-adds. */
    default RoofLoop multiplyAdds() {
        return RoofLoop.COMPUTE;
    }

    /** Why its target cannot run it on any machine; empty if it can. */
    Optional<String> refusal();

    /** Why its sizes do not make a valid graph; empty if they do. */
    default Optional<String> fault() {
        return Optional.empty();
    }

    /** Whether a benchmark class has cases. */
    static boolean isOf(String benchmark) {
        return Workload.ofBenchmark(benchmark).isPresent() || Roof.isOf(benchmark);
    }

    /**
     * Reads what JMH wrote. Parameters that were introduced later may be absent; they then take the values in force at
     * the time: the target's own choice of algorithm, no axis, floats and the usual operations of a roof.
     *
     * @param benchmark full name of a benchmark class
     * @throws IllegalArgumentException naming what is missing, unknown or out of range
     */
    static Case of(String benchmark, Map<String, String> params) {
        ParameterReader reader = new ParameterReader(params);
        Case read = Workload.ofBenchmark(benchmark)
                .<Case>map(workload -> Work.of(benchmark, workload, reader))
                .orElseGet(() -> Roof.of(benchmark, reader));
        reader.requireAllRead();
        return read;
    }

    /**
     * What is computed, regardless of what runs it and how.
     *
     * @param extents before the axis changes them
     */
    record Problem(Workload workload, Extents extents, AxisPoint axis) {
        /**
         * The extents of the graph.
         *
         * @throws IllegalArgumentException if the axis leaves nothing of them
         */
        public Extents size() {
            return axis.applied(extents);
        }

        /**
         * Layer by layer, before anything is fused.
         *
         * @throws IllegalArgumentException with the layer and the reason if its extents do not fit one another, or if the axis changes
         *     no layer
         */
        public Graph graph() {
            return axis.applied(workload.graph(size()));
        }

        /** Why there is no such graph; empty if there is one. */
        public Optional<String> fault() {
            try {
                graph();
                return Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.of(e.getMessage());
            }
        }
    }

    /**
     * A workload of some size on a target.
     *
     * @param extents before the axis changes them
     * @param fusion how many layers share one kernel
     * @param algorithm of convolutions
     */
    record Work(
            String benchmark,
            Workload workload,
            Extents extents,
            AxisPoint axis,
            Target target,
            Fusion fusion,
            Algorithm algorithm,
            int workers)
            implements Case {
        /** Cases of several targets share a graph, because building it takes longer than the rest of reading a row. */
        private static final Map<Fused, Computed> COMPUTED = new ConcurrentHashMap<>();

        private record Fused(Problem problem, Fusion fusion) {}

        private record Computed(Graph graph, Cost cost) {}

        private static Work of(String benchmark, Workload workload, ParameterReader reader) {
            Map<Parameter, Integer> extents = new EnumMap<>(Parameter.class);
            workload.extents().forEach(extent -> extents.put(extent, reader.number(extent)));
            return new Work(
                    benchmark,
                    workload,
                    new Extents(extents),
                    reader.has(Parameter.AXIS) ? reader.point(Parameter.AXIS) : AxisPoint.NONE,
                    reader.constant(Parameter.TARGET, Target.class),
                    reader.constant(Parameter.FUSION, Fusion.class),
                    reader.has(Parameter.ALGORITHM)
                            ? reader.constant(Parameter.ALGORITHM, Algorithm.class)
                            : Algorithm.AUTO,
                    reader.number(Parameter.WORKERS));
        }

        @Override
        public SortedMap<String, String> params() {
            SortedMap<String, String> params = new TreeMap<>();
            extents.values().forEach((extent, value) -> params.put(extent.key(), value.toString()));
            params.put(Parameter.AXIS.key(), axis.toString());
            params.put(Parameter.TARGET.key(), target.name());
            params.put(Parameter.FUSION.key(), fusion.name());
            params.put(Parameter.ALGORITHM.key(), algorithm.name());
            params.put(Parameter.WORKERS.key(), String.valueOf(workers));
            return Collections.unmodifiableSortedMap(params);
        }

        @Override
        public Optional<String> refusal() {
            if (!target.fusions().contains(fusion)) {
                return Optional.of(target + " runs fusion " + names(target.fusions()) + " only");
            }
            if (target.algorithms().contains(algorithm)) {
                return axis.axis().refusal(axis, target, algorithm);
            }
            return Optional.of(
                    target.algorithms().size() == 1
                            ? target + " chooses its algorithm itself"
                            : target + " has the algorithms " + names(target.algorithms()) + " only");
        }

        private static String names(Set<? extends Enum<?>> constants) {
            return constants.stream().map(Enum::name).collect(Collectors.joining(", "));
        }

        /** The same with another value of one extent. */
        public Work with(Parameter extent, int value) {
            return new Work(benchmark, workload, extents.with(extent, value), axis, target, fusion, algorithm, workers);
        }

        @Override
        public RoofLoop multiplyAdds() {
            return RoofLoop.of(target, axis);
        }

        /** The same at another point of an axis. */
        public Work with(AxisPoint point) {
            return new Work(benchmark, workload, extents, point, target, fusion, algorithm, workers);
        }

        /** The same with another fusion. */
        public Work with(Fusion other) {
            return new Work(benchmark, workload, extents, axis, target, other, algorithm, workers);
        }

        @Override
        public Work baseline() {
            return new Work(benchmark, workload, extents, axis, Target.SCALAR, Fusion.NONE, Algorithm.AUTO, workers);
        }

        /** Whether it is plain Java, layer by layer: the baseline of comparisons. */
        public boolean isBaseline() {
            return equals(baseline());
        }

        /** What is computed. */
        public Problem problem() {
            return new Problem(workload, extents, axis);
        }

        /**
         * The graph that runs.
         *
         * @throws IllegalArgumentException with the layer and the reason if its extents do not fit together
         */
        public Graph graph() {
            return computed().graph();
        }

        /** The cost of the graph that runs. */
        public Cost cost() {
            return computed().cost();
        }

        /** Why its extents do not make a graph; empty if they do. */
        @Override
        public Optional<String> fault() {
            try {
                computed();
                return Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.of(e.getMessage());
            }
        }

        private Computed computed() {
            return COMPUTED.computeIfAbsent(new Fused(problem(), fusion), fused -> {
                Graph graph = fused.problem().graph().fuse(fusion);
                return new Computed(graph, graph.cost());
            });
        }
    }

    /**
     * A loop that measures a roof.
     *
     * @param size flops of a run for arithmetic, bytes of the working set for memory
     */
    record Roof(String benchmark, RoofLoop loop, long size, Target target, int workers) implements Case {
        private static final String COMPUTE = "ComputeRoof";
        private static final String MEMORY = "MemoryRoof";

        private static boolean isOf(String benchmark) {
            return List.of(COMPUTE, MEMORY).contains(Case.name(benchmark));
        }

        private static Roof of(String benchmark, ParameterReader reader) {
            boolean isCompute = Case.name(benchmark).equals(COMPUTE);
            if (!isOf(benchmark)) {
                throw new IllegalArgumentException("there is no benchmark " + Case.name(benchmark));
            }
            RoofLoop loop = isCompute
                    ? RoofLoop.of(
                            reader.has(Parameter.OPERANDS)
                                    ? reader.constant(Parameter.OPERANDS, Precision.class)
                                    : Precision.FP32)
                    : reader.constant(Parameter.LOOP, RoofLoop.class);
            if (loop.isArithmetic() != isCompute) {
                throw new IllegalArgumentException(loop + " moves no memory");
            }
            return new Roof(
                    benchmark,
                    loop,
                    isCompute
                            ? reader.has(Parameter.FLOPS) ? reader.size(Parameter.FLOPS) : loop.usualFlops()
                            : reader.size(Parameter.BYTES),
                    reader.constant(Parameter.TARGET, Target.class),
                    reader.number(Parameter.WORKERS));
        }

        @Override
        public SortedMap<String, String> params() {
            SortedMap<String, String> params = new TreeMap<>();
            params.put(
                    (loop.isArithmetic() ? Parameter.OPERANDS : Parameter.LOOP).key(),
                    loop.isArithmetic() ? loop.format().name() : loop.name());
            params.put((loop.isArithmetic() ? Parameter.FLOPS : Parameter.BYTES).key(), String.valueOf(size));
            params.put(Parameter.TARGET.key(), target.name());
            params.put(Parameter.WORKERS.key(), String.valueOf(workers));
            return Collections.unmodifiableSortedMap(params);
        }

        /** The parameters that set the size of the loops of a class, in the order in which rows vary them. */
        public static List<Parameter> sizes(String benchmark) {
            return Case.name(benchmark).equals(COMPUTE)
                    ? List.of(Parameter.OPERANDS, Parameter.FLOPS)
                    : List.of(Parameter.LOOP, Parameter.BYTES);
        }

        @Override
        public Optional<String> refusal() {
            return target == Target.OPENCL || loop.format() == Precision.FP32
                    ? Optional.empty()
                    : Optional.of(target + " multiplies floats alone, so it has no roof of " + loop.format());
        }

        /** Flops of a run, or bytes that it moves. */
        public double amount() {
            return loop.isArithmetic() ? size : loop.bytesMoved(size);
        }
    }
}

package org.convmark.results;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.convmark.machine.ForkArguments;
import org.convmark.model.Cost;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Workload;

/**
 * One row of a run: a benchmark with its parameters on one JVM, and every raw sample. The unit of evidence is the fork;
 * everything else is derived when asked for.
 *
 * @param benchmark full name of the class; where it is not one of Convmark's, with its method
 * @param params JMH parameters by name
 * @param jvmArgs arguments of the forks, the suite's own among them
 * @param jmhVersion of the harness, "" if it did not say
 * @param mode JMH's mode: avgt, ss, thrpt or sample
 * @param threads of JMH
 * @param unit as JMH wrote it; the samples are in seconds per operation whatever it says
 * @param samples one list per fork, one number per iteration, never empty
 * @param metrics what profilers measured beside it, by name
 */
public record Measurement(
        String benchmark,
        SortedMap<String, String> params,
        JvmIdentity jvm,
        List<String> jvmArgs,
        String jmhVersion,
        String mode,
        int threads,
        String unit,
        List<List<Double>> samples,
        Map<String, Metric> metrics) {
    /** Convmark's own benchmarks. */
    private static final String OWN = "org.convmark.bench.";

    private static final String SUFFIX = "Benchmark$";
    private static final String USUAL_MODE = "avgt";
    private static final String ALGORITHM = "algorithm";
    private static final String VECTOR = "VECTOR";

    /**
     * Bytes a pass that only boxed vectors explain. Compiled kernels allocate nothing; what the harness allocates around an iteration
     * of one long pass is tens of kilobytes.
     */
    private static final double BOXED_BYTES = 256 << 10;

    private static final String OWN_CHOICE = "AUTO";
    private static final Map<String, Optional<Workload>> WORKLOADS = new ConcurrentHashMap<>();
    private static final Map<FormKey, Form> FORMS = new ConcurrentHashMap<>();
    private static final Set<String> KNOWN =
            Set.of("depth", "width", "target", "fusion", "image", "batch", "workers", ALGORITHM);

    /** Copies the collections. */
    public Measurement {
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
        jvmArgs = List.copyOf(jvmArgs);
        samples = samples.stream().map(List::copyOf).toList();
        metrics = Map.copyOf(metrics);
    }

    /** Name of the class without its package. */
    public String simpleName() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /** A parameter's value, "" if the benchmark does not have it. */
    public String param(String name) {
        return params.getOrDefault(name, "");
    }

    /** How convolutions were computed; runs from before there was a choice left it to the target. */
    public String algorithm() {
        return params.getOrDefault(ALGORITHM, OWN_CHOICE);
    }

    /** Whether it is one of Convmark's benchmarks: of others nothing is known but their times. */
    public boolean isOwn() {
        return isOwn(benchmark);
    }

    /** Whether a benchmark, named as JMH does, is one of Convmark's. */
    static boolean isOwn(String benchmark) {
        return benchmark.startsWith(OWN);
    }

    /** What a reader calls the benchmark: a class of Convmark's without package and suffix, others by their full name. */
    public String name() {
        return name(benchmark);
    }

    static String name(String benchmark) {
        return isOwn(benchmark)
                ? benchmark.substring(benchmark.lastIndexOf('.') + 1).replaceFirst(SUFFIX, "")
                : benchmark;
    }

    /** Parameters with a value worth a word: the target's own choice of algorithm is none. */
    public SortedMap<String, String> chosen() {
        return chosen(params);
    }

    static SortedMap<String, String> chosen(SortedMap<String, String> params) {
        SortedMap<String, String> chosen = new TreeMap<>(params);
        chosen.remove(ALGORITHM, OWN_CHOICE);
        return chosen;
    }

    /** What tells rows of a benchmark on one JVM apart: parameters worth a word, and JMH's mode and threads where they are not the usual ones. */
    public SortedMap<String, String> settings() {
        return settings(params, mode, threads);
    }

    static SortedMap<String, String> settings(SortedMap<String, String> params, String mode, int threads) {
        SortedMap<String, String> settings = chosen(params);
        if (!mode.equals(USUAL_MODE)) {
            settings.put(settings.containsKey("mode") ? "jmh_mode" : "mode", mode);
        }
        if (threads != 1) {
            settings.put(settings.containsKey("threads") ? "jmh_threads" : "threads", String.valueOf(threads));
        }
        return settings;
    }

    /** What it measures, empty for roofs and benchmarks of others. */
    public Optional<Workload> workload() {
        return WORKLOADS.computeIfAbsent(
                benchmark, name -> isOwn() ? Workload.ofBenchmark(simpleName()) : Optional.empty());
    }

    /** What was executed, built again from the name and the parameters; empty for roofs. */
    public Optional<Graph> graph() {
        return form().map(Form::graph);
    }

    /** The cost of what was executed; empty for roofs. */
    public Optional<Cost> cost() {
        return form().map(Form::cost);
    }

    private Optional<Form> form() {
        return workload().map(w -> {
            List<Integer> extents = w.extents().stream().map(this::number).toList();
            return FORMS.computeIfAbsent(new FormKey(w, extents, Fusion.valueOf(param("fusion"))), FormKey::form);
        });
    }

    /** What the rows of several targets have in common; its graph is built once. */
    private record FormKey(Workload workload, List<Integer> extents, Fusion fusion) {
        Form form() {
            Graph graph = workload.graph(name -> extents.get(workload.extents().indexOf(name)))
                    .fuse(fusion);
            return new Form(graph, graph.cost());
        }
    }

    private record Form(Graph graph, Cost cost) {}

    private int number(String name) {
        return Integer.parseInt(param(name));
    }

    /** Why nothing can be said about this row, empty if it is sound. */
    Optional<String> fault() {
        if (!samples.stream().flatMap(List::stream).allMatch(s -> s > 0 && s < Double.POSITIVE_INFINITY)) {
            return Optional.of("it was measured, but not every sample of it is a time above zero");
        }
        double bytes = allocatedBytes();
        if (param("target").equals(VECTOR) && bytes > BOXED_BYTES) {
            return Optional.of("its kernels were not compiled as they are meant and allocated "
                    + Math.round(bytes / 1024) + " KiB a pass, so that its time says nothing about them");
        }
        if (workload().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> unknown =
                params.keySet().stream().filter(name -> !KNOWN.contains(name)).findFirst();
        if (unknown.isPresent()) {
            return unknown.map(name -> "this version of Convmark does not know its parameter " + name + " ("
                    + param(name) + "), so what was measured is not known either: use the version that wrote it");
        }
        try {
            number("workers");
            graph();
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(
                    "its parameters describe no network that this version of Convmark knows (" + e.getMessage() + ")");
        }
    }

    /**
     * Bytes that a pass allocates, those of its own threads; where a version measured that did not ask them, those of the whole JVM, with what
     * the harness and compilers written in Java allocate meanwhile.
     */
    public double allocatedBytes() {
        return metric("allocated")
                .or(() -> metric("gc.alloc.rate.norm"))
                .map(Metric::median)
                .orElse(0.0);
    }

    /** Seconds per operation: median over forks of the median of each fork. */
    public double seconds() {
        return Samples.median(forkMedians());
    }

    /** One median per fork. */
    public List<Double> forkMedians() {
        return samples.stream().map(Samples::median).toList();
    }

    /**
     * The slowest fork over the median fork, empty of one fork. Times are weighed by the roof read beside each iteration
     * where there is one, so that a slow machine does not look like code that was compiled badly.
     */
    public Optional<Double> worstFork() {
        Optional<Metric> roof = wholeRoof();
        List<Double> forks = new ArrayList<>();
        for (int f = 0; f < samples.size(); f++) {
            List<Double> weighed = new ArrayList<>();
            for (int i = 0; i < samples.get(f).size(); i++) {
                double weight = roof.isPresent() ? roof.get().samples().get(f).get(i) : 1;
                weighed.add(samples.get(f).get(i) * weight);
            }
            forks.add(Samples.median(weighed));
        }
        return forks.size() < 2 ? Optional.empty() : Optional.of(Collections.max(forks) / Samples.median(forks));
    }

    /** The roofs read beside the iterations; empty if any iteration has none, because only all of them compare. */
    private Optional<Metric> wholeRoof() {
        List<Integer> iterations = samples.stream().map(List::size).toList();
        return metric("roof")
                .filter(roof -> roof.samples().stream().map(List::size).toList().equals(iterations));
    }

    /** The fastest iteration of all forks, in seconds. */
    public double fastest() {
        return iterations().get(0);
    }

    /** Seconds of the fastest single pass that was seen; of runs that did not look for one, of the fastest iteration. */
    public double least() {
        return metric("least").stream()
                .flatMap(least -> least.samples().stream())
                .flatMap(List::stream)
                .filter(micros -> micros > 0)
                .min(Double::compare)
                .map(micros -> 1e-6 * micros)
                .orElseGet(this::fastest);
    }

    /**
     * The same with one sample per fork, its fastest single pass, and without the roof beside iterations, which says nothing of it; empty
     * where a version measured that did not look for such passes.
     */
    Optional<Measurement> ofLeast() {
        List<List<Double>> passes = metric("least").map(Metric::samples).orElse(List.of());
        boolean whole = passes.size() == samples.size()
                && passes.stream().allMatch(fork -> fork.stream().anyMatch(micros -> micros > 0));
        if (!whole) {
            return Optional.empty();
        }
        Map<String, Metric> others = new HashMap<>(metrics);
        others.remove("roof");
        List<List<Double>> forks = passes.stream()
                .map(fork -> List.of(1e-6
                        * fork.stream()
                                .filter(micros -> micros > 0)
                                .min(Double::compare)
                                .orElseThrow()))
                .toList();
        return Optional.of(
                new Measurement(benchmark, params, jvm, jvmArgs, jmhVersion, mode, threads, unit, forks, others));
    }

    /** The same, with options that its JVM had besides its arguments. */
    Measurement withInherited(List<String> options) {
        if (options.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(jvmArgs);
        all.addAll(options);
        JvmIdentity other =
                new JvmIdentity(jvm.version(), jvm.name(), jvm.path(), JvmIdentity.flags(ForkArguments.without(all)));
        return new Measurement(benchmark, params, other, all, jmhVersion, mode, threads, unit, samples, metrics);
    }

    /** The slowest iteration of all forks, in seconds. */
    public double slowest() {
        List<Double> sorted = iterations();
        return sorted.get(sorted.size() - 1);
    }

    /** The range of the middle half of all iterations, as a part of the median: one disturbed iteration does not count. */
    public double spread() {
        return Samples.interquartileRange(iterations()) / seconds();
    }

    private List<Double> iterations() {
        return samples.stream().flatMap(List::stream).sorted().toList();
    }

    /** A profiler's metric: roof, gc.alloc.rate.norm, clock, steal, temperature, error, kernels, workspace, alone, least, allocated, repeats. */
    public Optional<Metric> metric(String name) {
        return Optional.ofNullable(metrics.get(name));
    }
}

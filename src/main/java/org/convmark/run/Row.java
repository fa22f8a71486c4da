package org.convmark.run;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.convmark.machine.Graal;
import org.convmark.machine.Shell;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Target;
import org.convmark.model.Workload;

/**
 * One thing to measure: a benchmark with a value for each of its parameters, on one JVM.
 *
 * @param jvm label of a JVM of the plan
 * @param benchmark full name of a benchmark class
 */
public record Row(String jvm, String benchmark, SortedMap<String, String> params) {
    /** Copies the parameters. */
    public Row {
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
    }

    /** Names the row, the same in every run with these parameters, and is safe as a file name. */
    public String id() {
        return simpleName() + "." + settings(",") + "@" + jvm;
    }

    /** The row for a reader. */
    public String title() {
        return simpleName().replaceFirst("Benchmark$", "") + " " + settings(" ");
    }

    /** The target's own choice of algorithm is not worth a word. */
    private String settings(String separator) {
        return params.entrySet().stream()
                .filter(e -> !(e.getKey().equals("algorithm") && e.getValue().equals(Algorithm.AUTO.name())))
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(separator));
    }

    /** Name of the benchmark class without its package. */
    public String simpleName() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /** What the kernels are written for. */
    public Target target() {
        return Target.valueOf(params.get("target"));
    }

    /** Why its target does not run it anywhere, empty if it does. */
    Optional<String> refusal() {
        if (isRoof()) {
            return Optional.empty();
        }
        if (!target().fusions().contains(Fusion.valueOf(params.get("fusion")))) {
            return Optional.of(target() + " runs fusion " + names(target().fusions()) + " only");
        }
        Set<Algorithm> algorithms = target().algorithms();
        if (!algorithms.contains(Algorithm.valueOf(params.get("algorithm")))) {
            return Optional.of(
                    algorithms.size() == 1
                            ? target() + " chooses its algorithm itself"
                            : target() + " has the algorithms " + names(algorithms) + " only");
        }
        return Optional.empty();
    }

    private static String names(Set<? extends Enum<?>> constants) {
        return constants.stream().map(Enum::name).collect(Collectors.joining(", "));
    }

    /** What it belongs to: the last part of its package, such as pattern, operator or roof. */
    public String family() {
        String[] parts = benchmark.split("\\.");
        return parts[parts.length - 2];
    }

    /** The command that measures it alone. */
    public String command(Plan plan) {
        List<String> all = plan.jvm(this).arguments();
        List<String> arguments = Graal.without(all);
        String jvm = Graal.call(plan.jvm(this).path(), all);
        String jvmArgs = arguments.isEmpty() ? "" : " --jvm-args " + Shell.word(String.join(" ", arguments));
        String device = plan.device() == null ? "" : " --device " + Shell.word(plan.device());
        return "./run.sh run --profile " + plan.profile() + " --include '\\." + simpleName() + "\\.' -p "
                + settings(" -p ") + " --jvm " + Shell.word(jvm) + jvmArgs + device;
    }

    /** Whether a roof is measured, not a workload. */
    public boolean isRoof() {
        return Workload.ofBenchmark(simpleName()).isEmpty();
    }

    /** Names what a workload row times, whatever runs it. */
    String extent() {
        return benchmark
                + workload().extents().stream()
                        .map(name -> "," + params.get(name))
                        .collect(Collectors.joining());
    }

    /** What a workload row measures. */
    Workload workload() {
        return Workload.ofBenchmark(simpleName()).orElseThrow();
    }

    /**
     * What a workload row times, unfused.
     *
     * @throws IllegalArgumentException with the layer and the reason if its extents do not fit one another
     */
    Graph graph() {
        return workload().graph(this::number);
    }

    private int number(String name) {
        return Integer.parseInt(params.get(name));
    }
}

package org.convmark.run;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.convmark.kernel.Target;
import org.convmark.model.Graph;
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

    private String settings(String separator) {
        return params.entrySet().stream()
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

    /** What it belongs to: the last part of its package, such as pattern or roof. */
    public String family() {
        String[] parts = benchmark.split("\\.");
        return parts[parts.length - 2];
    }

    /** The command that measures it alone. */
    public String command(Plan plan) {
        String jvmArgs = plan.jvmArgs().isEmpty() ? "" : " --jvm-args \"" + String.join(" ", plan.jvmArgs()) + "\"";
        String device = plan.device() == null ? "" : " --device \"" + plan.device() + "\"";
        return "./run.sh run --profile " + plan.profile() + " --include '\\." + simpleName() + "\\.' -p "
                + settings(" -p ") + " --jvm " + plan.jvm(this).path() + jvmArgs + device;
    }

    /** Whether a roof is measured, not a workload. */
    public boolean isRoof() {
        return Workload.ofBenchmark(simpleName()).isEmpty();
    }

    /** Names what a workload row times, whatever runs it. */
    String extent() {
        return benchmark
                + List.of("depth", "width", "image", "batch").stream()
                        .map(name -> "," + params.get(name))
                        .collect(Collectors.joining());
    }

    /** What a workload row times, unfused. */
    Graph graph() {
        return Workload.ofBenchmark(simpleName())
                .orElseThrow()
                .graph(number("depth"), number("width"), number("image"), number("batch"));
    }

    private int number(String name) {
        return Integer.parseInt(params.get(name));
    }
}

package org.convmark.run;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.model.Case;
import org.convmark.model.Workload;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmark classes of this build, by full name. */
public final class Suite {
    private Suite() {}

    /** Patterns, blocks, operators, activations and networks, in the order of their enums. */
    public static List<String> workloads() {
        return all().stream()
                .filter(name -> Workload.ofBenchmark(name).isPresent())
                .sorted(Comparator.comparing(name -> Workload.all().indexOf(workload(name))))
                .toList();
    }

    /** What a class of {@link #workloads()} measures. */
    public static Workload workload(String name) {
        return Workload.ofBenchmark(name).orElseThrow();
    }

    /** Everything else: roofs. */
    public static List<String> roofs() {
        return all().stream()
                .filter(name -> Workload.ofBenchmark(name).isEmpty())
                .sorted()
                .toList();
    }

    /** Short names of all benchmarks, as a user types them. */
    static List<String> labels() {
        return Stream.concat(workloads().stream(), roofs().stream())
                .map(Case::name)
                .toList();
    }

    private static Set<String> all() {
        OutputFormat silent = OutputFormatFactory.createFormatInstance(
                new PrintStream(new ByteArrayOutputStream()), VerboseMode.SILENT);
        return BenchmarkList.defaultList().getAll(silent, List.of()).stream()
                .map(BenchmarkListEntry::getUsername)
                .map(name -> name.substring(0, name.lastIndexOf('.')))
                .collect(Collectors.toSet());
    }
}

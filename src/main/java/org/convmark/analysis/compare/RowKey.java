package org.convmark.analysis.compare;

import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.convmark.results.Measurement;

/**
 * What makes two rows the same: the workload, its parameters, and the JVM and its arguments where those are not what is
 * compared.
 *
 * @param benchmark name of the class without its package
 * @param settings parameters with a value worth a word
 * @param jvm version and name, or "" where JVMs are compared
 * @param flags arguments that the user chose, or "" where they are compared
 */
public record RowKey(String benchmark, SortedMap<String, String> settings, String jvm, String flags)
        implements Comparable<RowKey> {
    static RowKey of(Measurement row, Set<Axis> axes) {
        return new RowKey(
                row.simpleName(),
                row.settings(),
                axes.contains(Axis.JVM)
                        ? ""
                        : row.jvm().version() + " " + row.jvm().name(),
                axes.contains(Axis.FLAGS) ? "" : row.jvm().flags());
    }

    /** The row for a reader. */
    public String title() {
        return benchmark.replaceFirst("Benchmark$", "")
                + settings.entrySet().stream()
                        .map(e -> " " + e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining());
    }

    @Override
    public int compareTo(RowKey that) {
        return toString().compareTo(that.toString());
    }
}

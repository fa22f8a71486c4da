package org.convmark.analysis.compare;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.convmark.results.Measurement;

/**
 * What makes two rows the same: the workload, its parameters, and the JVM and its arguments where those are not what is
 * compared.
 *
 * @param benchmark what a reader calls it
 * @param settings parameters with a value worth a word
 * @param jvm version and name, or "" where JVMs are compared
 * @param flags arguments that the user chose, or "" where they are compared
 */
public record RowKey(String benchmark, SortedMap<String, String> settings, String jvm, String flags)
        implements Comparable<RowKey> {
    private static final Comparator<RowKey> ORDER = Comparator.comparing(RowKey::benchmark)
            .thenComparing(RowKey::settings, RowKey::compare)
            .thenComparing(RowKey::jvm)
            .thenComparing(RowKey::flags);

    static RowKey of(Measurement row, Set<Axis> axes) {
        return new RowKey(
                row.name(),
                row.settings(),
                axes.contains(Axis.JVM)
                        ? ""
                        : row.jvm().version() + " " + row.jvm().name(),
                axes.contains(Axis.FLAGS) ? "" : row.jvm().flags());
    }

    /** Version of the JVM, or "" where JVMs are compared. */
    String version() {
        return jvm.split(" ", 2)[0];
    }

    /** The row for a reader. */
    public String title() {
        return benchmark
                + settings.entrySet().stream()
                        .map(e -> " " + e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining());
    }

    @Override
    public int compareTo(RowKey that) {
        return ORDER.compare(this, that);
    }

    private static int compare(SortedMap<String, String> some, SortedMap<String, String> others) {
        Iterator<Map.Entry<String, String>> rest = others.entrySet().iterator();
        for (Map.Entry<String, String> one : some.entrySet()) {
            if (!rest.hasNext()) {
                return 1;
            }
            Map.Entry<String, String> other = rest.next();
            int names = one.getKey().compareTo(other.getKey());
            int order = names == 0 ? one.getValue().compareTo(other.getValue()) : names;
            if (order != 0) {
                return order;
            }
        }
        return rest.hasNext() ? -1 : 0;
    }
}

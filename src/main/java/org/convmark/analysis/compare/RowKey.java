package org.convmark.analysis.compare;

import java.util.Comparator;
import java.util.Set;
import org.convmark.model.Label;
import org.convmark.results.Measurement;

/**
 * What makes two rows the same: what was measured, and the JVM and its arguments where those are not what is compared.
 *
 * @param row benchmark and settings
 * @param jvm version and name, or "" where JVMs are compared
 * @param flags arguments that the user chose, or "" where they are compared
 */
public record RowKey(Label row, String jvm, String flags) implements Comparable<RowKey> {
    private static final Comparator<RowKey> ORDER =
            Comparator.comparing(RowKey::row).thenComparing(RowKey::jvm).thenComparing(RowKey::flags);

    static RowKey of(Measurement row, Set<Axis> axes) {
        return new RowKey(
                row.label(),
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
        return row.title();
    }

    @Override
    public int compareTo(RowKey that) {
        return ORDER.compare(this, that);
    }
}

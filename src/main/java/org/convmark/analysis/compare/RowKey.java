package org.convmark.analysis.compare;

import java.util.Collections;
import java.util.Comparator;
import java.util.Set;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Label;
import org.convmark.model.Parameter;

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

    static RowKey of(Label row, JvmSetup jvm, Set<Axis> axes) {
        return new RowKey(
                row,
                axes.contains(Axis.JVM) ? "" : jvm.version() + " " + jvm.name(),
                axes.contains(Axis.FLAGS) ? "" : jvm.flags());
    }

    /** All rows of its target on its JVM, in place of the one. */
    RowKey ofTarget() {
        return new RowKey(target(row.settings().getOrDefault(Parameter.TARGET.key(), "")), jvm, flags);
    }

    /** All rows of a target, in place of one. */
    static Label target(String name) {
        return new Label(name, Collections.emptySortedMap());
    }

    /** The row for a reader. */
    public String title() {
        return row.title();
    }

    /** Version and flags of its JVM for a reader, as far as they are not compared. */
    String jvmTitle() {
        return (jvm.split(" ", 2)[0] + " " + flags).strip();
    }

    @Override
    public int compareTo(RowKey that) {
        return ORDER.compare(this, that);
    }
}

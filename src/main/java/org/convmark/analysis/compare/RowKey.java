package org.convmark.analysis.compare;

import java.util.Collections;
import java.util.Comparator;
import java.util.Set;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Label;
import org.convmark.model.Parameter;

/**
 * What identifies a row on both sides: what was measured, and the JVM and its arguments unless those are compared.
 *
 * @param row benchmark and settings
 * @param jvm version and name, or "" if JVMs are compared
 * @param flags arguments that the user chose, or "" if they are compared
 */
public record RowKey(Label row, String jvm, String flags) implements Comparable<RowKey> {
    private static final Comparator<RowKey> ORDER =
            Comparator.comparing(RowKey::row).thenComparing(RowKey::jvm).thenComparing(RowKey::flags);

    static RowKey of(Label row, JvmSetup jvm, Set<Subject> subjects) {
        return new RowKey(
                row,
                subjects.contains(Subject.JVM) ? "" : jvm.version() + " " + jvm.name(),
                subjects.contains(Subject.FLAGS) ? "" : jvm.flags());
    }

    /** The key that stands for all rows of its target on its JVM. */
    RowKey ofTarget() {
        return new RowKey(target(row.settings().getOrDefault(Parameter.TARGET.key(), "")), jvm, flags);
    }

    /** The label that stands for all rows of a target. */
    static Label target(String name) {
        return new Label(name, Collections.emptySortedMap());
    }

    /** The readable name of the row. */
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

package org.convmark.results;

import java.util.Objects;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Label;

/**
 * A row of a run without a usable time: it failed, or is planned but not measured yet.
 *
 * @param row its label for a reader
 * @param jvm that was to measure it, as far as known
 * @param reason in one line
 */
public record Absence(Label row, JvmSetup jvm, String reason) {
    /** Refuses an absent row or JVM, and joins the lines of an error, because some drivers give several. */
    public Absence {
        Objects.requireNonNull(row, "no row");
        Objects.requireNonNull(jvm, "no JVM");
        reason = reason.replaceAll("\\s+", " ").strip();
    }

    /** The row, its JVM and the reason for a reader. */
    public String sentence() {
        return row.title() + " on JVM " + jvm.label() + ": " + reason;
    }
}

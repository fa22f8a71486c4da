package org.convmark.results;

import java.util.Objects;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Label;

/**
 * A row of a run without a time that can be used: it failed, or was planned and not measured yet.
 *
 * @param row what a reader calls it
 * @param jvm that was to measure it, as far as that is known
 * @param reason in one line
 */
public record Absence(Label row, JvmSetup jvm, String reason) {
    /** Refuses what is not known; an error of several lines, as drivers give them, becomes one. */
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

package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Objects;

/**
 * Rows left out because a JVM cannot run their target, or their target has no such fusion or algorithm.
 *
 * @param jvm label of the JVM
 * @param rows how many
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Skipped(String jvm, String target, String reason, int rows) {
    /** Refuses a file without JVM, target or reason. */
    public Skipped {
        Objects.requireNonNull(jvm, "no jvm");
        Objects.requireNonNull(target, "no target");
        Objects.requireNonNull(reason, "no reason");
    }

    /** The same for {@code count} times as many rows. */
    public Skipped times(int count) {
        return new Skipped(jvm, target, reason, rows * count);
    }
}

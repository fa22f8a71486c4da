package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Objects;

/**
 * A row that could not be measured, or whose result cannot be used.
 *
 * @param error what went wrong, in one line
 * @param details stack traces, for finding the cause; may be absent
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Failure(Row row, String error, String details) {
    /** Refuses a file without row or error. */
    public Failure {
        Objects.requireNonNull(row, "no row");
        Objects.requireNonNull(error, "no error");
    }
}

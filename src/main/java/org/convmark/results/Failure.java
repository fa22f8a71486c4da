package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Objects;
import java.util.SortedMap;

/**
 * A row that could not be measured, or whose result cannot be used.
 *
 * @param error what went wrong, in one line
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Failure(Intent.Row row, String error) {
    /** Refuses a file without one of them. */
    public Failure {
        Objects.requireNonNull(row, "no row");
        Objects.requireNonNull(error, "no error");
    }

    /** What a reader calls the benchmark. */
    public String name() {
        return Measurement.name(row.benchmark());
    }

    /** Parameters with a value worth a word. */
    public SortedMap<String, String> chosen() {
        return Measurement.chosen(row.params());
    }

    /** Whether it happened on a JVM, as far as that is known. */
    public boolean isOn(String version) {
        return row.jvm().isEmpty() || version.isEmpty() || (row.jvm() + " ").startsWith(version + " ");
    }
}

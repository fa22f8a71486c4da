package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run set out to measure: the part of its plan that a reader of results needs.
 *
 * @param profile how thoroughly, or null if unknown
 * @param device part of the name of an OpenCL device, or null for the first
 * @param rows everything planned
 * @param skipped what could not be planned here
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Intent(String profile, String device, List<Row> rows, List<Skipped> skipped) {
    /** No plan was kept. */
    static final Intent UNKNOWN = new Intent(null, null, List.of(), List.of());

    /** Copies the lists; absent ones are empty. */
    public Intent {
        rows = rows == null ? List.of() : List.copyOf(rows);
        skipped = skipped == null ? List.of() : List.copyOf(skipped);
    }

    /**
     * A row of the plan.
     *
     * @param jvm label of its JVM
     * @param benchmark full name of the class
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Row(String jvm, String benchmark, SortedMap<String, String> params) {
        /** Refuses a file without one of them. */
        public Row {
            Objects.requireNonNull(jvm, "no jvm");
            Objects.requireNonNull(benchmark, "no benchmark");
            params = Collections.unmodifiableSortedMap(new TreeMap<>(Map.copyOf(params)));
        }
    }

    /**
     * Rows left out because a JVM cannot run their target, or their target has no such fusion or algorithm.
     *
     * @param jvm label of the JVM
     * @param rows how many
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Skipped(String jvm, String target, String reason, int rows) {
        /** Refuses a file without one of them. */
        public Skipped {
            Objects.requireNonNull(jvm, "no jvm");
            Objects.requireNonNull(target, "no target");
            Objects.requireNonNull(reason, "no reason");
        }
    }
}

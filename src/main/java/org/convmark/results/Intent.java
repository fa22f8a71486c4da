package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a run set out to measure: the part of its plan that a reader of results needs.
 *
 * @param profile how thoroughly, or null if unknown
 * @param device part of the name of an OpenCL device, or null for the first
 * @param jvms that were to measure
 * @param rows everything planned
 * @param skipped what could not be planned here
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Intent(String profile, String device, List<PlannedJvm> jvms, List<Row> rows, List<Skipped> skipped) {
    /** No plan was kept. */
    static final Intent UNKNOWN = new Intent(null, null, List.of(), List.of(), List.of());

    /**
     * A JVM that was to measure.
     *
     * @param label by which rows name it
     * @param path its executable
     * @param arguments that the user chose for it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PlannedJvm(String label, String path, List<String> arguments) {
        /** Refuses a file without label or path; earlier versions kept no arguments here. */
        public PlannedJvm {
            Objects.requireNonNull(label, "no label");
            Objects.requireNonNull(path, "no path");
            arguments = arguments == null ? List.of() : List.copyOf(arguments);
        }
    }

    /** Copies the lists; absent ones are empty. */
    public Intent {
        jvms = jvms == null ? List.of() : List.copyOf(jvms);
        rows = rows == null ? List.of() : List.copyOf(rows);
        skipped = skipped == null ? List.of() : List.copyOf(skipped);
    }

    /** Whether there was a plan. */
    public boolean known() {
        return !rows.isEmpty() || !skipped.isEmpty();
    }

    /** The JVM that rows name by a label. */
    Optional<PlannedJvm> jvm(String label) {
        return jvms.stream().filter(jvm -> jvm.label().equals(label)).findFirst();
    }
}

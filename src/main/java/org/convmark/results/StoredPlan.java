package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.convmark.jvm.JvmSetup;

/**
 * What a run set out to measure: the part of its plan that a reader of results needs.
 *
 * @param profile name of the profile, or null if unknown
 * @param device part of the name of an OpenCL device, or null for the first
 * @param jvms that were to measure
 * @param rows all planned rows
 * @param skipped what could not be planned here
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record StoredPlan(String profile, String device, List<PlannedJvm> jvms, List<Row> rows, List<Skipped> skipped) {
    /** For a run without a plan. */
    static final StoredPlan UNKNOWN = new StoredPlan(null, null, List.of(), List.of(), List.of());

    /**
     * A JVM that was to measure.
     *
     * @param label by which rows refer to it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PlannedJvm(String label, JvmSetup setup) {
        /** Before format 4, plans held path and arguments beside the label, and some versions kept no arguments. */
        @JsonCreator
        static PlannedJvm of(
                @JsonProperty("label") String label,
                @JsonProperty("setup") JvmSetup setup,
                @JsonProperty("path") String path,
                @JsonProperty("arguments") List<String> arguments) {
            Objects.requireNonNull(label, "no label");
            return new PlannedJvm(
                    label,
                    setup == null ? new JvmSetup("", "", path).with(arguments == null ? List.of() : arguments) : setup);
        }
    }

    /** Copies the lists; absent ones are empty. */
    public StoredPlan {
        jvms = jvms == null ? List.of() : List.copyOf(jvms);
        rows = rows == null ? List.of() : List.copyOf(rows);
        skipped = skipped == null ? List.of() : List.copyOf(skipped);
    }

    /** Whether there was a plan. */
    public boolean known() {
        return !rows.isEmpty() || !skipped.isEmpty();
    }

    /** The JVM with this label. */
    Optional<PlannedJvm> jvm(String label) {
        return jvms.stream().filter(jvm -> jvm.label().equals(label)).findFirst();
    }
}

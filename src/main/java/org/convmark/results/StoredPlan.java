package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.jvm.EngineId;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.Probe;
import org.convmark.machine.TargetState;

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
     * A JVM that was to measure, and what it said when it was probed.
     *
     * @param label by which rows refer to it: short, unique in the plan and safe in a file name
     * @param build its java.runtime.version, or null if unknown
     * @param expected what each available target must report that it runs on
     * @param shortVectors what VECTOR must report with vectors of half the length, or null if they are not used
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PlannedJvm(
            String label, JvmSetup setup, String build, Map<String, EngineId> expected, EngineId shortVectors) {
        /** Copies the map; refuses a JVM without label or setup. */
        public PlannedJvm {
            Objects.requireNonNull(label, "a JVM has no label");
            Objects.requireNonNull(setup, "a JVM has no setup");
            expected = expected == null ? Map.of() : Map.copyOf(expected);
        }

        /** A JVM that answered. */
        public static PlannedJvm of(String label, JvmSetup setup, Probe said) {
            return new PlannedJvm(
                    label,
                    setup,
                    said.jvm().runtimeVersion(),
                    said.targets().stream()
                            .filter(TargetState::available)
                            .collect(Collectors.toMap(
                                    TargetState::target,
                                    state -> EngineId.parse(state.description().value()))),
                    said.shortVectors().optional().map(EngineId::parse).orElse(null));
        }

        /** Before format 4, plans held path and arguments beside the label, and some versions kept no arguments. */
        @JsonCreator
        static PlannedJvm read(
                @JsonProperty("label") String label,
                @JsonProperty("setup") JvmSetup setup,
                @JsonProperty("path") String path,
                @JsonProperty("arguments") List<String> arguments,
                @JsonProperty("build") String build,
                @JsonProperty("expected") Map<String, EngineId> expected,
                @JsonProperty("shortVectors") EngineId shortVectors) {
            return new PlannedJvm(
                    label,
                    setup == null ? new JvmSetup("", "", path).with(arguments == null ? List.of() : arguments) : setup,
                    build,
                    expected,
                    shortVectors);
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

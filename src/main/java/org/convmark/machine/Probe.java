package org.convmark.machine;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Optional;
import org.convmark.io.JsonErrors;

/**
 * What a child JVM reported: the JVM itself, the targets that it can run, the OpenCL devices that it sees.
 *
 * @param targets every target, available or not
 * @param devices OpenCL devices
 * @param shortVectors the description of VECTOR on vectors of half the preferred length, if these do as many operations per
 *     second; null in captures of versions that did not check
 */
public record Probe(
        @JsonProperty(required = true) Jvm jvm,
        @JsonProperty(required = true) List<TargetState> targets,
        Fact<List<Device>> devices,
        Fact<String> shortVectors) {
    /** The state of a target. */
    public Optional<TargetState> target(String name) {
        return targets.stream().filter(t -> t.target().equals(name)).findFirst();
    }

    /** This probe as a line of JSON. */
    public String json() {
        try {
            return FactJson.MAPPER.writer().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The probe that {@link #json()} wrote.
     *
     * @throws IllegalArgumentException if the line is not such a probe
     */
    public static Probe parse(String line) {
        try {
            return FactJson.MAPPER.readValue(line, Probe.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a probe's answer: " + JsonErrors.of(e), e);
        }
    }
}

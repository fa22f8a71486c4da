package org.convmark.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.kernel.VectorLength;

/**
 * The user's overrides of the suite's choices, for all rows of a JVM. Shown as options of {@code run}.
 *
 * @param vectorBits vector length, or null for the choice of {@link VectorLength}
 * @param schedule of fused blocks, or null for the planner's choice
 */
public record Overrides(Integer vectorBits, ScheduleOverride schedule) {
    /** The suite makes all choices. */
    public static final Overrides NONE = new Overrides(null, null);

    private static final String BITS = "-D" + VectorLength.BITS + "=";

    /** How older versions took a schedule. */
    private static final String SCHEDULE = "-Dconvmark.schedule=";

    /** @throws IllegalArgumentException that says what is allowed, if there is no such vector length */
    public Overrides {
        if (vectorBits != null) {
            VectorLength.require(vectorBits);
        }
    }

    /**
     * Reads the system properties among a JVM's arguments; if one is set twice, the last setting counts.
     *
     * @throws IllegalArgumentException if one has an invalid value
     */
    static Overrides ofProperties(List<String> arguments) {
        return parse(
                last(BITS, arguments).orElse(null), last(SCHEDULE, arguments).orElse(null));
    }

    /**
     * Parses the values of the options, each of which may be null.
     *
     * @throws IllegalArgumentException that says what is allowed, if a value is invalid
     */
    public static Overrides parse(String vectorBits, String schedule) {
        return new Overrides(
                vectorBits == null ? null : VectorLength.parse(vectorBits),
                schedule == null ? null : ScheduleOverride.parse(schedule));
    }

    private static Optional<String> last(String property, List<String> arguments) {
        return arguments.stream()
                .filter(argument -> argument.startsWith(property))
                .map(argument -> argument.substring(property.length()))
                .reduce((first, second) -> second);
    }

    /** Whether a JVM argument sets an override. */
    public static boolean isProperty(String argument) {
        return Stream.of(BITS, SCHEDULE).anyMatch(argument::startsWith);
    }

    /** The JVM arguments that set these overrides. */
    public List<String> properties() {
        return words(BITS, SCHEDULE);
    }

    /** The options of {@code run} that set these overrides. */
    public List<String> options() {
        return words("--vector-bits=", "--schedule=");
    }

    private List<String> words(String ofBits, String ofSchedule) {
        List<String> words = new ArrayList<>();
        if (vectorBits != null) {
            words.add(ofBits + vectorBits);
        }
        if (schedule != null) {
            words.add(ofSchedule + schedule.toText());
        }
        return words;
    }

    /** The schedule to plan fused blocks with. */
    public ScheduleOverride scheduleOrNone() {
        return Objects.requireNonNullElse(schedule, ScheduleOverride.NONE);
    }
}

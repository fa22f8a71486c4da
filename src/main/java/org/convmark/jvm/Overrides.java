package org.convmark.jvm;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.kernel.VectorLength;

/**
 * What the user set for all rows of a JVM in place of the suite's own choices. Its text is options of {@code run}.
 *
 * @param vectorBits length of vectors, or null for the choice of {@link VectorLength}
 * @param schedule of fused blocks, or null for the planner's choice
 */
public record Overrides(Integer vectorBits, ScheduleOverride schedule) {
    /** The suite decides. */
    public static final Overrides NONE = new Overrides(null, null);

    private static final String BITS = "-D" + VectorLength.BITS + "=";

    /** How older versions were told a schedule. */
    private static final String SCHEDULE = "-Dconvmark.schedule=";

    /** @throws IllegalArgumentException saying what is allowed if there are no vectors of that length */
    public Overrides {
        if (vectorBits != null) {
            VectorLength.require(vectorBits);
        }
    }

    /**
     * Of the system properties among arguments of a JVM; of one that is there twice the last counts.
     *
     * @throws IllegalArgumentException if one is set to what it cannot be
     */
    static Overrides ofProperties(List<String> arguments) {
        return parse(
                last(BITS, arguments).orElse(null), last(SCHEDULE, arguments).orElse(null));
    }

    /**
     * Of the values of their options, each of which may be null.
     *
     * @throws IllegalArgumentException saying what is allowed if it is something else
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

    /** Whether an argument of a JVM sets one of them. */
    public static boolean isProperty(String argument) {
        return Stream.of(BITS, SCHEDULE).anyMatch(argument::startsWith);
    }

    /** The arguments that set them in a JVM. */
    public List<String> properties() {
        return words(BITS, SCHEDULE);
    }

    /** The options of {@code run} that choose them. */
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

package org.convmark.jvm;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;

/**
 * What a target runs on. Its text form is what the engine says of itself: a library or a device, and what distinguishes it from others of
 * that name. Files and the contract hold the text, because other builds must understand it.
 *
 * @param name of the library, or of the device
 * @param properties such as {@code Species[float, 8, S_256_BIT]} or {@code driver 3.1}
 * @param device whether it is a device, whose properties are in brackets behind its name
 */
public record EngineId(String name, List<String> properties, boolean device) {
    private static final String SEPARATOR = ", ";

    /** Copies the list. */
    public EngineId {
        properties = List.copyOf(properties);
    }

    /** Parses what an engine says of itself; two texts are equal exactly if what they say is. */
    @JsonCreator
    public static EngineId parse(String text) {
        int bracket = bracket(text);
        if (bracket > 0) {
            return new EngineId(
                    text.substring(0, bracket), parts(text.substring(bracket + 2, text.length() - 1)), true);
        }
        List<String> parts = parts(text);
        return new EngineId(parts.get(0), parts.subList(1, parts.size()), false);
    }

    /** Index of the space before the bracket that the last character closes, or 0 if there is none. */
    private static int bracket(String text) {
        int depth = 0;
        for (int i = text.length() - 1; text.endsWith(")") && i > 0; i--) {
            depth += step(text.charAt(i));
            if (depth == 0) {
                return text.startsWith(" (", i - 1) ? i - 1 : 0;
            }
        }
        return 0;
    }

    private static int step(char c) {
        return "([".indexOf(c) >= 0 ? 1 : ")]".indexOf(c) >= 0 ? -1 : 0;
    }

    /** Splits at commas, except inside brackets. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            depth += step(text.charAt(i));
            if (depth == 0 && text.startsWith(SEPARATOR, i)) {
                parts.add(text.substring(start, i));
                start = i + SEPARATOR.length();
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** The text that was parsed. */
    @Override
    @JsonValue
    public String toString() {
        String all = String.join(SEPARATOR, properties);
        return device ? name + " (" + all + ")" : properties.isEmpty() ? name : name + SEPARATOR + all;
    }

    /** Its name with what the other one does not have; all of it if that is not all that differs. */
    public String unlike(EngineId other) {
        List<String> own = beyond(other);
        List<String> others = other.beyond(this);
        if (!name.equals(other.name) || own.isEmpty() && others.isEmpty()) {
            return "\"" + this + "\"";
        }
        return name + (own.isEmpty() ? " without " : " with ") + String.join(" and ", own.isEmpty() ? others : own);
    }

    private List<String> beyond(EngineId other) {
        return properties.stream()
                .filter(property -> !other.properties.contains(property))
                .toList();
    }
}

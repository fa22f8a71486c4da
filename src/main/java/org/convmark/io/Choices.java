package org.convmark.io;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;

/**
 * The allowed names of something.
 *
 * @param kind what they name, in the singular
 */
public record Choices(String kind, List<String> names) {
    /** Copies the names. */
    public Choices {
        names = List.copyOf(names);
    }

    /**
     * The name itself.
     *
     * @throws InputError with the nearest allowed name if it is not one of them
     */
    public String require(String name) {
        if (!names.contains(name)) {
            throw new InputError("unknown " + kind + " '" + name + "': did you mean '" + nearest(name) + "'? Known are "
                    + String.join(", ", names) + ".");
        }
        return name;
    }

    /** The allowed name most similar to another name. */
    public String nearest(String name) {
        JaroWinklerSimilarity similarity = new JaroWinklerSimilarity();
        String wanted = name.toLowerCase(Locale.ROOT);
        return names.stream()
                .max(Comparator.comparingDouble(known -> similarity.apply(wanted, known.toLowerCase(Locale.ROOT))))
                .orElseThrow();
    }
}

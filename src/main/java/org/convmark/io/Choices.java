package org.convmark.io;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
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

    /**
     * The one of some things that has a name.
     *
     * @throws InputError with the nearest allowed name if none has it
     */
    public static <T> T pick(String kind, List<T> things, Function<T, String> name, String wanted) {
        Choices choices = new Choices(kind, things.stream().map(name).toList());
        return things.get(choices.names.indexOf(choices.require(wanted)));
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

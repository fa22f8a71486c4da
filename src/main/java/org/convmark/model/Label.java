package org.convmark.model;

import java.util.Collections;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The readable name of a row.
 *
 * @param benchmark its name, one word
 * @param settings settings worth mentioning, by name
 */
public record Label(String benchmark, SortedMap<String, String> settings) implements Comparable<Label> {
    /** What separates words or lines, what a terminal obeys, what nobody sees, and the quote itself. */
    private static final String BREAKS_TEXT = "\\p{Z}\\s\\p{Cc}\\p{Cf}\\p{Cs}\"";

    private static final Pattern ODD = Pattern.compile("[" + BREAKS_TEXT + "]");
    private static final Pattern ODD_OR_BACKSLASH = Pattern.compile("[" + BREAKS_TEXT + "\\\\]");

    /** Copies the settings. */
    public Label {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /**
     * The benchmark and its settings: {@code Residual depth=2 width=32}. No two labels have the same title: a word with blanks or
     * control characters, which other projects' settings may hold, is quoted and has Java's escapes instead: {@code separator="\s"}.
     */
    public String title() {
        return settings.entrySet().stream()
                .map(e -> " " + word(e.getKey()) + "=" + word(e.getValue()))
                .collect(Collectors.joining("", word(benchmark), ""));
    }

    private static String word(String text) {
        return ODD.matcher(text).find()
                ? '"'
                        + ODD_OR_BACKSLASH
                                .matcher(text)
                                .replaceAll(one -> Matcher.quoteReplacement(escape(one.group())))
                        + '"'
                : text;
    }

    private static String escape(String character) {
        return switch (character) {
            case " " -> "\\s";
            case "\t" -> "\\t";
            case "\n" -> "\\n";
            case "\r" -> "\\r";
            case "\"" -> "\\\"";
            case "\\" -> "\\\\";
            default ->
                character
                        .chars()
                        .mapToObj(unit -> String.format(Locale.ROOT, "\\u%04x", unit))
                        .collect(Collectors.joining());
        };
    }

    /** The settings, each after a separator: {@code ,depth=2,width=32}. */
    public String settings(String separator) {
        return settings.entrySet().stream()
                .map(e -> separator + e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining());
    }

    /** Orders by benchmark, then setting by setting. */
    @Override
    public int compareTo(Label that) {
        int order = benchmark.compareTo(that.benchmark);
        Iterator<Map.Entry<String, String>> some = settings.entrySet().iterator();
        Iterator<Map.Entry<String, String>> others = that.settings.entrySet().iterator();
        while (order == 0 && some.hasNext() && others.hasNext()) {
            order = Map.Entry.<String, String>comparingByKey()
                    .thenComparing(Map.Entry.comparingByValue())
                    .compare(some.next(), others.next());
        }
        return order == 0 ? Boolean.compare(some.hasNext(), others.hasNext()) : order;
    }
}

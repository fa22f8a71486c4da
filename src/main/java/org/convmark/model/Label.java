package org.convmark.model;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The readable name of a row.
 *
 * @param benchmark its name, one word
 * @param settings settings worth mentioning, by name
 */
public record Label(String benchmark, SortedMap<String, String> settings) implements Comparable<Label> {
    /** Copies the settings. */
    public Label {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /** The benchmark and its settings: {@code Residual depth=2 width=32}. */
    public String title() {
        return benchmark + settings(" ");
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

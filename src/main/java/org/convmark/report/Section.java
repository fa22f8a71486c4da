package org.convmark.report;

import java.util.List;
import java.util.Locale;

/**
 * A part of a report under a heading.
 *
 * @param title the heading, unique in its report
 * @param contents what is below it, in reading order
 */
public record Section(String title, List<Content> contents) {
    /** Copies the list. */
    public Section {
        contents = List.copyOf(contents);
    }

    /** The heading as an anchor: lower-case words joined by hyphens. */
    public String anchor() {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}

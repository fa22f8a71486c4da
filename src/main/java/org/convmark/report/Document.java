package org.convmark.report;

import java.util.List;

/**
 * A whole report.
 *
 * @param title what it is about
 * @param subtitle one line: which run, where, when
 * @param sections its parts, in reading order
 */
public record Document(String title, String subtitle, List<Section> sections) {
    /** Copies the list. */
    public Document {
        sections = List.copyOf(sections);
    }
}

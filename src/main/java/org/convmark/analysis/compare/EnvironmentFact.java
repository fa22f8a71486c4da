package org.convmark.analysis.compare;

import java.util.Set;

/**
 * Something about how a side was measured.
 *
 * @param name what it is, in words
 * @param value what was found, or why it is not known
 * @param subjects that it belongs to: it may differ if one of them is compared
 * @param weight what a difference means otherwise
 */
record EnvironmentFact(String name, String value, Set<Subject> subjects, Weight weight) {
    /** What a difference means. */
    enum Weight {
        /** The sides cannot be compared. */
        REFUSED,
        /** The reader is told. */
        SHOWN
    }
}

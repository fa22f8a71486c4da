package org.convmark.analysis.compare;

import java.util.Set;

/**
 * Something about how a side was measured.
 *
 * @param name what it is, in words
 * @param value what was found, or why it is not known
 * @param axes of which it is a part: it may differ where one of them is compared
 * @param weight what a difference means otherwise
 */
record EnvironmentFact(String name, String value, Set<Axis> axes, Weight weight) {
    /** What a difference means. */
    enum Weight {
        /** The sides are not alike. */
        REFUSED,
        /** A reader should know. */
        SHOWN
    }
}

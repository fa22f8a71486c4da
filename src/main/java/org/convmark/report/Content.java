package org.convmark.report;

import java.util.List;

/** What a section holds, in reading order. */
public sealed interface Content permits Content.Lead, Content.Text, Content.Fold, Table, Chart {
    /** The sentence that says what is seen; a reader in a hurry reads nothing else. */
    record Lead(String text) implements Content {}

    /** A paragraph. */
    record Text(String text) implements Content {}

    /**
     * Detail that is folded away until asked for.
     *
     * @param summary what is seen while it is folded
     * @param contents what is inside
     */
    record Fold(String summary, List<Content> contents) implements Content {
        /** Copies the list. */
        public Fold {
            contents = List.copyOf(contents);
        }

        /** One content, folded. */
        public Fold(String summary, Content content) {
            this(summary, List.of(content));
        }
    }
}

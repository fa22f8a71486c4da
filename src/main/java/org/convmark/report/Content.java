package org.convmark.report;

import java.util.List;

/** An element of a section. */
public sealed interface Content permits Content.Lead, Content.Text, Content.Fold, Table, Chart {
    /** The sentence with the main finding; a reader in a hurry reads nothing else. */
    record Lead(String text) implements Content {}

    /** A paragraph. */
    record Text(String text) implements Content {}

    /**
     * Detail that is collapsed at first.
     *
     * @param summary what is shown while it is collapsed
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

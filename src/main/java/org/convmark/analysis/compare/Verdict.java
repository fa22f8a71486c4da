package org.convmark.analysis.compare;

/** What is said about a row. */
public enum Verdict {
    /** The candidate takes longer. */
    SLOWER("slower"),
    /** It takes less time. */
    FASTER("faster"),
    /** It may be either: there are too few forks for their noise. */
    INCONCLUSIVE("inconclusive"),
    /** Whatever changed is less than what counts. */
    NO_CHANGE("no change");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    /** In words. */
    public String words() {
        return words;
    }
}

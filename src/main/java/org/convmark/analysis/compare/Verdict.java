package org.convmark.analysis.compare;

/** The verdict on a row. */
public enum Verdict {
    /** The candidate takes longer. */
    SLOWER("slower"),
    /** It takes less time. */
    FASTER("faster"),
    /** Undecided: there are too few forks for their noise. */
    INCONCLUSIVE("inconclusive"),
    /** Any change is too small to count. */
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

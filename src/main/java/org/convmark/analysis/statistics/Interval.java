package org.convmark.analysis.statistics;

/** A range that holds the true value in 95 of 100 cases. */
public record Interval(double low, double high) {
    /** Whether a value lies inside. */
    public boolean holds(double value) {
        return low <= value && value <= high;
    }

    /** Whether it lies inside another one. */
    public boolean within(double least, double most) {
        return least <= low && high <= most;
    }
}

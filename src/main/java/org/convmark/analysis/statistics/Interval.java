package org.convmark.analysis.statistics;

/** A 95 % confidence interval. */
public record Interval(double low, double high) {
    /** Whether a value lies inside. */
    public boolean holds(double value) {
        return low <= value && value <= high;
    }

    /** Whether it lies between two values. */
    public boolean within(double least, double most) {
        return least <= low && high <= most;
    }
}

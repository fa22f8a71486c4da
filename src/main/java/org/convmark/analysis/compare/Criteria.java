package org.convmark.analysis.compare;

/**
 * When a row has changed.
 *
 * @param minEffect the smallest change that counts, as a fraction of the time
 * @param rate of false discoveries over the suite, and significance level of the second opinion
 * @param seed of everything random
 */
public record Criteria(double minEffect, double rate, long seed) {
    /** 3 %, one false discovery in twenty. */
    public static final Criteria USUAL = new Criteria(0.03, 0.05, 20_261_121);

    /** The same criteria with another smallest change. */
    public Criteria withMinEffect(double effect) {
        return new Criteria(effect, rate, seed);
    }

    /** The smallest change on the logarithmic scale. */
    double least() {
        return Math.log1p(minEffect);
    }
}

package org.convmark.analysis.statistics;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The procedure of Benjamini and Hochberg (1995): of what is called a change, at most a given part is none. */
public final class FalseDiscoveries {
    private FalseDiscoveries() {}

    /** For each p-value the smallest rate of false discoveries at which it counts; in the order given. */
    public static double[] adjusted(double[] p) {
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] adjusted = new double[p.length];
        double least = 1;
        for (int rank = p.length; rank > 0; rank--) {
            int i = order[rank - 1];
            least = Math.min(least, p[i] * p.length / rank);
            adjusted[i] = least;
        }
        return adjusted;
    }
}

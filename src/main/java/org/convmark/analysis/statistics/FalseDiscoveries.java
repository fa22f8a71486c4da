package org.convmark.analysis.statistics;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The procedure of Benjamini and Hochberg (1995), which bounds the expected fraction of false alarms among the reported
 * changes.
 */
public final class FalseDiscoveries {
    private FalseDiscoveries() {}

    /**
     * The q-value of each p-value, in the order given: the smallest false discovery rate at which it is significant.
     */
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

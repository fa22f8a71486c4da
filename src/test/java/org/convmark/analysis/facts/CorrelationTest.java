package org.convmark.analysis.facts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Coefficients against their definitions, and powers against curves that are known. */
class CorrelationTest {
    private final Random random = new Random(3);

    /** Sums over all pairs of rows, in which no mean occurs: another way than the library's. */
    private static double pearson(double[] x, double[] y) {
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < i; j++) {
                xy += (x[i] - x[j]) * (y[i] - y[j]);
                xx += (x[i] - x[j]) * (x[i] - x[j]);
                yy += (y[i] - y[j]) * (y[i] - y[j]);
            }
        }
        return xy / Math.sqrt(xx * yy);
    }

    /** How many are smaller, and half of those that are equal. */
    private static double[] ranks(double[] values) {
        return Arrays.stream(values)
                .map(v -> Arrays.stream(values)
                        .map(w -> w < v ? 1 : w == v ? 0.5 : 0)
                        .sum())
                .toArray();
    }

    @Test
    void coefficientsAreThoseOfTheirDefinitions() {
        for (int n = 3; n < 60; n++) {
            boolean ties = n % 2 == 0;
            double[] x = random.doubles(n, 1, 1e3)
                    .map(v -> ties ? Math.rint(v / 100) : v)
                    .toArray();
            double[] y =
                    Arrays.stream(x).map(v -> v * v + 2e4 * random.nextDouble()).toArray();
            Correlation.of(x, y).ifPresent(correlation -> {
                assertEquals(pearson(x, y), correlation.pearson(), 1e-12);
                assertEquals(pearson(ranks(x), ranks(y)), correlation.spearman(), 1e-12);
            });
        }
    }

    @Test
    void fewRowsAndConstantsCorrelateWithNothing() {
        assertTrue(Correlation.of(new double[] {1, 2}, new double[] {1, 2}).isEmpty());
        assertTrue(
                Correlation.of(new double[] {1, 2, 3}, new double[] {0, 0, 0}).isEmpty());
        assertTrue(Correlation.of(new double[] {}, new double[] {}).isEmpty());
    }
}

package org.convmark.analysis.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Made-up histories of 60 points with noise of 2 %; more of them with {@code -Dhistories=2000}. */
class EDivisiveTest {
    private static final int HISTORIES = Integer.getInteger("histories", 200);

    private static double[] history(Random random, int step) {
        return IntStream.range(0, 60)
                .mapToDouble(i -> 0.02 * random.nextGaussian() + (i < step ? 0 : Math.log(1.05)))
                .toArray();
    }

    @Test
    void stepIsFoundAndNothingElse() {
        int found = 0;
        int wrong = 0;
        for (int i = 0; i < HISTORIES; i++) {
            Random random = new Random(i);
            int step = 10 + random.nextInt(41);
            List<Integer> changes = new EDivisive(i).changes(history(random, step));
            found += changes.stream().anyMatch(place -> Math.abs(place - step) <= 2) ? 1 : 0;
            wrong += changes.stream().anyMatch(place -> Math.abs(place - step) > 2) ? 1 : 0;
        }
        System.out.println(
                "steps found within 2 points: " + found + ", histories with another: " + wrong + " of " + HISTORIES);
        assertTrue(found >= 0.95 * HISTORIES, found + " found");
        assertTrue(wrong <= 0.05 * HISTORIES, wrong + " wrong");
    }

    @Test
    void levelHistoryHasNoStep() {
        int wrong = 0;
        for (int i = 0; i < HISTORIES; i++) {
            wrong += new EDivisive(i).changes(history(new Random(i), 60)).isEmpty() ? 0 : 1;
        }
        System.out.println("level histories with a step: " + wrong + " of " + HISTORIES);
        assertTrue(wrong <= 0.05 * HISTORIES, wrong + " wrong");
    }

    @Test
    void severalStepsAreFoundEach() {
        double[] series = IntStream.range(0, 40).mapToDouble(i -> i / 10).toArray();
        assertEquals(List.of(10, 20, 30), new EDivisive(1).changes(series));
    }

    @Test
    void shortOrConstantHistoriesHaveNone() {
        assertEquals(List.of(), new EDivisive(1).changes(new double[] {}));
        assertEquals(List.of(), new EDivisive(1).changes(new double[] {1, 1, 1, 9, 9}));
        assertEquals(List.of(), new EDivisive(1).changes(new double[100]));
        double[] equal = new double[1000];
        Arrays.fill(equal, Math.log(1.7e-4));
        assertEquals(List.of(), new EDivisive(1).changes(equal));
    }
}

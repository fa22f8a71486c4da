package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every unit of every kernel runs exactly once, however late a thread is, also with more threads than processors. */
class WorkersTest {
    private static final int RUNS = 2_000;

    /** Counts how often each unit ran. */
    private record Counting(AtomicIntegerArray counts) implements Kernel {
        @Override
        public int units() {
            return counts.length();
        }

        @Override
        public void run(int from, int to) {
            for (int unit = from; unit < to; unit++) {
                counts.incrementAndGet(unit);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyUnitOnce(int threads) {
        try (Workers workers = new Workers(threads)) {
            for (int run = 0; run < RUNS; run++) {
                Counting kernel = new Counting(new AtomicIntegerArray(1 + run % 37));
                workers.run(kernel);
                for (int unit = 0; unit < kernel.units(); unit++) {
                    assertEquals(1, kernel.counts.get(unit), "unit " + unit + " of run " + run);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void parkedHelpersWakeUp(int threads) {
        try (Workers workers = new Workers(threads)) {
            for (int run = 0; run < 5; run++) {
                LockSupport.parkNanos(5_000_000);
                Counting kernel = new Counting(new AtomicIntegerArray(10));
                workers.run(kernel);
                for (int unit = 0; unit < kernel.units(); unit++) {
                    assertEquals(1, kernel.counts.get(unit));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9})
    void aFailureIsThrownAndForgotten(int bad) {
        Kernel failing = new Kernel() {
            @Override
            public int units() {
                return 10;
            }

            @Override
            public void run(int from, int to) {
                if (from <= bad && bad < to) {
                    throw new ArithmeticException("unit " + bad);
                }
            }
        };
        try (Workers workers = new Workers(2)) {
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> workers.run(failing));
            assertTrue(e.getCause() instanceof ArithmeticException, () -> "" + e.getCause());
            workers.run(new Counting(new AtomicIntegerArray(10)));
        }
    }
}

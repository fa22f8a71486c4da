package org.convmark.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Program;
import org.convmark.kernel.Workers;
import org.junit.jupiter.api.Test;

/** What a warm-up does about kernels that the JVM sees too seldom to compile them. */
class WarmUpTest {
    private static final int BYTES = 1_000;
    private static final int CALLS_UNTIL_COMPILED = 5_000;

    private byte[] boxes;
    private int calls;
    private int passes;

    @Test
    void aKernelThatStillAllocatesIsRepeatedAlone() {
        Program program = program(step(this::pass), step(this::seldom));
        long bytes = new WarmUp(Duration.ofSeconds(4), Duration.ofMillis(5), BYTES).until(program, program::run);
        assertTrue(bytes <= BYTES, () -> bytes + " bytes a pass");
        assertTrue(passes < CALLS_UNTIL_COMPILED, () -> passes + " passes: too fast for this test");
    }

    @Test
    void whatNeverStopsAllocatingIsReportedAtTheLimit() {
        Program program = program(step(this::pass), step(this::seldom), step(() -> boxes = new byte[2 * BYTES]));
        assertTrue(
                new WarmUp(Duration.ofMillis(200), Duration.ofMillis(5), BYTES).until(program, program::run) > BYTES);
    }

    private void pass() {
        passes++;
        for (long from = System.nanoTime(); System.nanoTime() - from < 2_000_000; ) {
            Thread.onSpinWait();
        }
    }

    private void seldom() {
        if (calls++ < CALLS_UNTIL_COMPILED) {
            boxes = new byte[10_000];
        }
    }

    private static Program program(Program.Step... steps) {
        return new Program(List.of(steps), Optional.empty(), new Workers(1), () -> {}, () -> new float[0], value -> {});
    }

    private static Program.Step step(Runnable work) {
        return new Program.Step("", new Kernel() {
            @Override
            public int units() {
                return 1;
            }

            @Override
            public void run(int from, int to) {
                work.run();
            }
        });
    }
}

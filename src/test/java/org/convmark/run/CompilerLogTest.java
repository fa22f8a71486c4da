package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines as JDK 17 and 25 write them. */
class CompilerLogTest {
    private static final String PRINTED = """
                388  528 %     4       T::kernel @ 2 (22 bytes)
             530  700       4       java.lang.Math::min (11 bytes)   made not entrant: not used
            ### Excluding compile: static org.convmark.kernel.vector.tile.Tile2x14::run
            made not compilable on level 3  org.convmark.kernel.vector.tile.Tile2x14::run (3581 bytes)   excluded by CompileCommand
            # the roof is not measured beside this row
               2604 4079       3       org.convmark.kernel.vector.tile.Tile2x14::run (3591 bytes)   COMPILE SKIPPED: out of virtual registers in LIR generator (retry at different tier)
            2605 4079       4       org.convmark.kernel.scalar.ScalarConv::run (35 bytes)   COMPILE SKIPPED: out of nodes (not retryable)
            made not compilable on level 4  org.convmark.kernel.vector.tile.Tile2x5::run (2581 bytes)   excluded by CompileCommand
            2606 4080       4       org.openjdk.jmh.Other::run (35 bytes)   COMPILE SKIPPED: out of nodes (not retryable)
            """;

    @Test
    void keepsWhatCompilersGiveUpOn() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CompilerLog log = new CompilerLog(out);
        log.write(PRINTED.getBytes(StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "C1 gave up on vector.tile.Tile2x14.run: out of virtual registers in LIR generator",
                        "the optimising compiler gave up on scalar.ScalarConv.run: out of nodes",
                        "the optimising compiler gave up on vector.tile.Tile2x5.run: excluded by CompileCommand"),
                log.givenUp().stream().map(Object::toString).toList());
        assertEquals(
                List.of(4, 5, 6, 7),
                out.toString(StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> (int)
                                PRINTED.lines().takeWhile(l -> !l.equals(line)).count())
                        .toList());
        log.begin();
        assertEquals(List.of(), log.givenUp());
    }
}

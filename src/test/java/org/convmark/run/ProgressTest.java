package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Map;
import org.convmark.model.Case;
import org.convmark.model.Target;
import org.convmark.results.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run says is left. */
class ProgressTest {
    private static final Row SCALAR = row(Target.SCALAR);
    private static final Row VECTOR = row(Target.VECTOR);

    /** 100 s of rows on each of two targets were planned. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 200", // nothing known
        "10, 10, 10, 10, 180", // as estimated
        "1, 12, 0, 0, 488", // one row says little: 12 times as long makes it less than three times
        "50, 100, 0, 0, 282", // half of one target says much of it, and something of the other
        "50, 100, 50, 25, 125", // one takes twice as long and the other half
        "100, 300, 100, 100, 0", // all
    })
    void rowsAreHeldAgainstTheirTarget(double scalar, double spent, double vector, double spentThere, double left) {
        TimeLeft time = new TimeLeft();
        time.plan(SCALAR, seconds(100));
        time.plan(VECTOR, seconds(100));
        time.end(SCALAR, seconds(scalar), seconds(spent));
        time.end(VECTOR, seconds(vector), seconds(spentThere));
        assertEquals(left, time.left().toMillis() / 1e3, 0.5);
    }

    /** Time that a failed row no longer needs says nothing of how long the others take. */
    @Test
    void whatIsNotRunIsNotWaitedFor() {
        TimeLeft time = new TimeLeft();
        time.plan(SCALAR, seconds(100));
        time.plan(VECTOR, seconds(100));
        time.cancel(SCALAR, seconds(60));
        assertEquals(140, time.left().toSeconds());
    }

    private static Row row(Target target) {
        return new Row(
                "a",
                Case.of(
                        "org.convmark.bench.block.FfnBenchmark",
                        Map.of(
                                "depth",
                                "1",
                                "width",
                                "16",
                                "image",
                                "14",
                                "batch",
                                "1",
                                "workers",
                                "1",
                                "fusion",
                                "NONE",
                                "target",
                                target.name())));
    }

    private static Duration seconds(double s) {
        return Duration.ofMillis(Math.round(s * 1e3));
    }
}

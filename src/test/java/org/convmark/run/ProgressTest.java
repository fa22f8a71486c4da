package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run says is left. */
class ProgressTest {
    @ParameterizedTest
    @CsvSource({
        "100, 0, 0, 100", // nothing known
        "100, 1, 1, 99", // as estimated
        "100, 1, 12, 198", // one row says little: 12 times as long makes it twice
        "100, 50, 100, 92", // half says much: nearly twice
        "100, 90, 45, 5.5", // nearly all
        "100, 100, 300, 0", // all
        "0, 0, 5, 0", // nothing to do
    })
    void firstRowsDoNotDecide(double estimate, double done, double spent, double left) {
        Duration actual = Progress.left(seconds(estimate), seconds(done), seconds(spent));
        assertEquals(left, actual.toMillis() / 1e3, 0.5);
    }

    private static Duration seconds(double s) {
        return Duration.ofMillis(Math.round(s * 1e3));
    }
}

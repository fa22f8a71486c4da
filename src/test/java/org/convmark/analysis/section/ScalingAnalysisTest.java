package org.convmark.analysis.section;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Fitted powers. */
class ScalingAnalysisTest {
    @Test
    void powerIsTheExponent() {
        double[] extents = {1, 2, 4, 7};
        double[] logs =
                Arrays.stream(extents).map(e -> Math.log(3 * Math.pow(e, 1.7))).toArray();
        assertEquals(1.7, ScalingAnalysis.power(extents, logs), 1e-12);
    }
}

package org.convmark.analysis.section;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Break-even points and losses of curves of theory against time. */
class AxisAnalysisTest {
    private static final double[] THEORY = {Math.log(2), Math.log(4)};

    /** Logarithms of times that fall by these factors. */
    private static double[] seconds(double... realised) {
        double[] seconds = new double[realised.length + 1];
        for (int i = 0; i < realised.length; i++) {
            seconds[i + 1] = -Math.log(realised[i]);
        }
        return seconds;
    }

    @Test
    void timeThatFallsAsInTheoryLosesNothing() {
        assertEquals(1, AxisAnalysis.breakEven(THEORY, seconds(2, 4)), 1e-12);
        assertEquals(0, AxisAnalysis.lost(THEORY, seconds(2, 4)), 1e-12);
    }

    @Test
    void breakEvenLiesBetweenTheSlowerPointAndTheFaster() {
        assertEquals(Math.pow(2, 1.5), AxisAnalysis.breakEven(THEORY, seconds(0.5, 2)), 1e-12);
    }

    @Test
    void aCurveMayBeginWithSlowerKernels() {
        double[] theory = {0, Math.log(4)};
        assertEquals(2, AxisAnalysis.breakEven(theory, seconds(0.5, 2)), 1e-12);
        assertEquals(1, AxisAnalysis.lost(theory, seconds(0.5, 2)), 1e-12);
    }

    @Test
    void timeThatNeverFallsHasNoBreakEven() {
        assertEquals(Double.POSITIVE_INFINITY, AxisAnalysis.breakEven(THEORY, seconds(1, 0.5)));
        assertEquals(1, AxisAnalysis.lost(THEORY, seconds(1, 1)), 1e-12);
    }

    @Test
    void timePerOperationRisesFromThePointAfterWhichAllAreSlower() {
        assertEquals(3, AxisAnalysis.bend(1, new double[] {1.5, 1, 0.9, 1.1, 1.2}));
        assertEquals(5, AxisAnalysis.bend(1, new double[] {1.5, 1, 1.3, 1.1, 0.9}));
        assertEquals(1, AxisAnalysis.bend(0, new double[] {1, 1.1}));
    }
}

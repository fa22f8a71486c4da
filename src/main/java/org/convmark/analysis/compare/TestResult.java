package org.convmark.analysis.compare;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.convmark.analysis.statistics.FalseDiscoveries;
import org.convmark.analysis.statistics.LogRatio;
import org.convmark.analysis.statistics.PermutationTest;
import org.convmark.analysis.statistics.Samples;
import org.convmark.analysis.statistics.VariancePrior;

/**
 * What the forks of a row show in the light of the whole suite.
 *
 * @param shift of the candidate
 * @param p how often chance alone moves a row as far
 * @param q the smallest false discovery rate over the suite at which this row is significant
 * @param secondOpinion p-value of Mann and Whitney's test on fork medians
 * @param forks of the side with fewer
 */
record TestResult(LogRatio shift, double p, double q, double secondOpinion, int forks) {
    /** With fewer on both sides, Mann and Whitney's test can never be significant. */
    static final int FEWEST_FORKS = 4;

    private static final MannWhitneyUTest MANN_WHITNEY = MannWhitneyUTest.withDefaults();

    /**
     * The results of all rows of a suite, in order. Rows that clearly moved are found first; the null distribution is
     * then estimated again without their shifts.
     */
    static List<TestResult> of(List<Samples> bases, List<Samples> candidates, Criteria criteria) {
        List<Samples> all = new ArrayList<>(bases);
        all.addAll(candidates);
        VariancePrior prior = VariancePrior.of(all);
        PermutationTest test = new PermutationTest(bases, candidates, prior, criteria.seed());
        double[] p = test.p();
        double[] q = FalseDiscoveries.adjusted(p);
        for (int i = 0; i < q.length; i++) {
            if (q[i] < criteria.rate()) {
                test.takeOut(i, candidates.get(i).mean() - bases.get(i).mean());
            }
        }
        p = test.p();
        q = FalseDiscoveries.adjusted(p);
        List<TestResult> evidence = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            Samples base = bases.get(i);
            Samples candidate = candidates.get(i);
            evidence.add(new TestResult(
                    LogRatio.of(base, candidate),
                    p[i],
                    q[i],
                    MANN_WHITNEY.test(base.logs(), candidate.logs()).getPValue(),
                    Math.min(base.size(), candidate.size())));
        }
        return evidence;
    }

    /** Whether the row moved enough to count. */
    boolean changed(Criteria criteria) {
        return q < criteria.rate()
                && secondOpinion < criteria.rate()
                && Math.abs(shift.difference()) >= criteria.least();
    }

    /** Roughly how many forks per side would settle the row, if they behave like those seen. */
    int forksToSettle(Criteria criteria) {
        if (shift.freedom() == 0) {
            return FEWEST_FORKS + 1;
        }
        double size = Math.abs(shift.difference());
        double needed;
        if (size >= criteria.least()) {
            double level = criteria.rate() * Math.min(1, p / q) / 2;
            double quantile = -NormalDistribution.of(0, 1).inverseCumulativeProbability(level);
            needed = quantile * shift.error() / size;
        } else {
            needed = shift.halfWidth() / (criteria.least() - size);
        }
        double count = Math.ceil(forks * needed * needed);
        return (int) Math.max(Math.max(FEWEST_FORKS, forks + 1), Math.min(count, Integer.MAX_VALUE));
    }
}

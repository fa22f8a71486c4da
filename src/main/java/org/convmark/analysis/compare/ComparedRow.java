package org.convmark.analysis.compare;

import java.util.List;
import org.convmark.analysis.statistics.Interval;
import org.convmark.results.Measurement;

/**
 * A row that both sides have.
 *
 * @param base its measurements on one side
 * @param candidate its measurements on the other
 * @param interval of the ratio, at 95 %
 * @param machine time of the roof loop beside the candidate over that beside the base: how much slower the machine
 *     itself was; NaN if that is unknown, or part of what is compared
 */
public record ComparedRow(
        RowKey key,
        List<Measurement> base,
        List<Measurement> candidate,
        TestResult evidence,
        Interval interval,
        double machine,
        Criteria criteria) {
    /** Time of the candidate over time of the base. */
    public double ratio() {
        return Math.exp(evidence.shift().difference());
    }

    /** The verdict on the row. */
    public Verdict verdict() {
        double most = 1 + criteria.minEffect();
        if (evidence.changed(criteria) && !interval.holds(1)) {
            return ofMachine() ? Verdict.INCONCLUSIVE : ratio() > 1 ? Verdict.SLOWER : Verdict.FASTER;
        }
        return interval.within(1 / most, most) ? Verdict.NO_CHANGE : Verdict.INCONCLUSIVE;
    }

    /** Whether the row moved no more than the machine itself did. */
    private boolean ofMachine() {
        if (Double.isNaN(machine)) {
            return false;
        }
        double rest = evidence.shift().difference() - Math.log(machine);
        return Math.signum(rest) != Math.signum(evidence.shift().difference()) || Math.abs(rest) < criteria.least();
    }

    /** What an inconclusive row needs. */
    public String remedy() {
        if (evidence.changed(criteria) && ofMachine()) {
            return "the machine itself changed: measure both sides interleaved";
        }
        int forks = evidence.forksToSettle(criteria);
        return forks > 100 ? "more than 100 forks" : "about " + forks + " forks a side";
    }
}

package org.convmark.analysis.facts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.convmark.model.Metric;
import org.convmark.model.Target;
import org.convmark.report.Cell;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;

/**
 * Whether a row is too unsteady to be trusted: its times varied, it was disturbed or timed before it was compiled, or
 * its forks were compiled differently.
 */
public final class StabilityCheck {
    /** A row is marked above this spread, as a fraction of its median. */
    public static final double MOST_SPREAD = 0.10;
    /** A row is marked above this steal time, as a fraction of all processor time. */
    public static final double MOST_STEAL = 0.02;

    /** A row of our own is marked above this many bytes allocated per pass: compiled kernels allocate nothing. */
    public static final double MOST_ALLOCATION = 10 * 1024;

    /** A row is marked if the roof beside it is below this fraction of the run's best. */
    public static final double LEAST_ROOF = 0.8;

    /** A row is marked above this ratio of its slowest fork to the median one. */
    public static final double MOST_FORK = 1.3;

    private final Roofs roofs;
    /** Kept, because tables, their summaries and the text above them all need it. */
    private final Map<Measurement, List<String>> known = Collections.synchronizedMap(new IdentityHashMap<>());

    /** @param roofs of the run that the rows belong to */
    public StabilityCheck(Roofs roofs) {
        this.roofs = roofs;
    }

    /** Reasons to doubt a row; empty if there are none. */
    public List<String> reasons(Measurement row) {
        return known.computeIfAbsent(row, this::find);
    }

    private List<String> find(Measurement row) {
        List<String> reasons = new ArrayList<>();
        if (row.spread() > MOST_SPREAD) {
            reasons.add("spread " + Unit.SHARE.format(row.spread()));
        }
        double steal =
                row.metric(Metric.STEAL).map(steals -> steals.highest() / 100).orElse(0.0);
        if (steal > MOST_STEAL) {
            reasons.add("steal " + Unit.SHARE.format(steal));
        }
        double allocation = row.allocatedBytes();
        if (allocation > MOST_ALLOCATION && row.target().filter(Target::isPeer).isEmpty()) {
            reasons.add("allocates " + Unit.BYTES.format(allocation));
        }
        Roofs.beside(row)
                .filter(own -> own < LEAST_ROOF * roofs.best(row))
                .ifPresent(own -> reasons.add(
                        "slow machine: roof " + Unit.FLOPS.format(own) + " of " + Unit.FLOPS.format(roofs.best(row))));
        row.worstFork()
                .filter(worst -> worst > MOST_FORK)
                .ifPresent(worst -> reasons.add("one fork took " + Unit.FACTOR.format(worst) + " the median fork"));
        return reasons;
    }

    /** Whether a row is steady: its forks agree, and the machine was quiet. */
    public boolean isSteady(Measurement row) {
        return reasons(row).isEmpty();
    }

    /** The table cell of a row: steady, or the reasons to doubt it. */
    public Cell mark(Measurement row) {
        List<String> reasons = reasons(row);
        return reasons.isEmpty() ? Cell.words("steady") : new Cell.Warning("unsteady: " + String.join(", ", reasons));
    }
}

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
 * When a row is too unsteady to be believed: it varied, was disturbed, was timed before it was compiled or compiled
 * differently from fork to fork.
 */
public final class StabilityCheck {
    /** Spread from which on a row is marked, as a part of its median. */
    public static final double MOST_SPREAD = 0.10;
    /** Steal time from which on a row is marked, as a part of all processor time. */
    public static final double MOST_STEAL = 0.02;

    /** Bytes per pass from which on a row of ours is marked: kernels allocate nothing once they are compiled. */
    public static final double MOST_ALLOCATION = 10 * 1024;

    /** Part of the run's best roof below which the roof beside a row marks it. */
    public static final double LEAST_ROOF = 0.8;

    /** Slowest over median fork from which on a row is marked. */
    public static final double MOST_FORK = 1.3;

    private final Roofs roofs;
    /** Tables, their sums and the sentences above them all ask. */
    private final Map<Measurement, List<String>> known = Collections.synchronizedMap(new IdentityHashMap<>());

    /** @param roofs of the run that the rows belong to */
    public StabilityCheck(Roofs roofs) {
        this.roofs = roofs;
    }

    /** What speaks against a row, empty if nothing does. */
    public List<String> doubts(Measurement row) {
        return known.computeIfAbsent(row, this::find);
    }

    private List<String> find(Measurement row) {
        List<String> doubts = new ArrayList<>();
        if (row.spread() > MOST_SPREAD) {
            doubts.add("spread " + Unit.SHARE.format(row.spread()));
        }
        double steal =
                row.metric(Metric.STEAL).map(steals -> steals.highest() / 100).orElse(0.0);
        if (steal > MOST_STEAL) {
            doubts.add("steal " + Unit.SHARE.format(steal));
        }
        double allocation = row.allocatedBytes();
        if (allocation > MOST_ALLOCATION && row.target().filter(Target::isPeer).isEmpty()) {
            doubts.add("allocates " + Unit.BYTES.format(allocation));
        }
        Roofs.beside(row)
                .filter(own -> own < LEAST_ROOF * roofs.best(row))
                .ifPresent(own -> doubts.add(
                        "slow machine: roof " + Unit.FLOPS.format(own) + " of " + Unit.FLOPS.format(roofs.best(row))));
        row.worstFork()
                .filter(worst -> worst > MOST_FORK)
                .ifPresent(worst -> doubts.add("one fork took " + Unit.FACTOR.format(worst) + " the median fork"));
        return doubts;
    }

    /** Whether a row is steady: its forks agree, and the machine was quiet. */
    public boolean holds(Measurement row) {
        return doubts(row).isEmpty();
    }

    /** A word for a reader: steady, or what was wrong. */
    public Cell mark(Measurement row) {
        List<String> doubts = doubts(row);
        return doubts.isEmpty() ? Cell.words("steady") : new Cell.Warning("unsteady: " + String.join(", ", doubts));
    }
}

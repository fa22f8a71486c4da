package org.convmark.analysis;

import java.util.ArrayList;
import java.util.List;
import org.convmark.report.Cell;
import org.convmark.report.Unit;
import org.convmark.results.Measurement;
import org.convmark.results.Metric;

/** When a row is too unsteady to be believed: it varied, was disturbed, or was timed before it was compiled. */
final class Trust {
    /** Spread from which on a row is marked, as a part of its median. */
    static final double MOST_SPREAD = 0.10;
    /** Steal time from which on a row is marked, as a part of all processor time. */
    static final double MOST_STEAL = 0.02;

    /** Bytes per pass from which on a row is marked: kernels allocate nothing once they are compiled. */
    static final double MOST_ALLOCATION = 10 * 1024;

    private Trust() {}

    /** What speaks against a row, empty if nothing does. */
    static List<String> doubts(Measurement row) {
        List<String> doubts = new ArrayList<>();
        if (row.spread() > MOST_SPREAD) {
            doubts.add("spread " + Unit.SHARE.format(row.spread()));
        }
        double steal = row.metric("steal").map(m -> m.highest() / 100).orElse(0.0);
        if (steal > MOST_STEAL) {
            doubts.add("steal " + Unit.SHARE.format(steal));
        }
        double allocation = row.metric("gc.alloc.rate.norm").map(Metric::median).orElse(0.0);
        if (allocation > MOST_ALLOCATION) {
            doubts.add("allocates " + Unit.BYTES.format(allocation));
        }
        return doubts;
    }

    static Cell mark(Measurement row) {
        List<String> doubts = doubts(row);
        return doubts.isEmpty() ? Cell.words("steady") : new Cell.Warning("unsteady: " + String.join(", ", doubts));
    }
}

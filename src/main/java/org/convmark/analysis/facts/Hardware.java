package org.convmark.analysis.facts;

import org.convmark.jvm.JvmSetup;
import org.convmark.model.Case;
import org.convmark.model.Target;
import org.convmark.results.Measurement;

/** What rows have in common if they run on the same processors in the same way. */
public record Hardware(JvmSetup jvm, Target target, int workers) {
    /** The hardware of one of the suite's rows. */
    public static Hardware of(Measurement row) {
        Case what = row.known().orElseThrow();
        return new Hardware(row.jvm(), what.target(), what.workers());
    }

    /**
     * The hardware whose roofs limit a row: everything that runs on the CPU is limited by the roofs of its vector
     * units.
     */
    static Hardware limitsOf(Measurement row) {
        Hardware own = of(row);
        return new Hardware(own.jvm(), own.target().roof(), own.workers());
    }

    /** The hardware on which the roof loop beside a row ran: for peers, a single thread. */
    static Hardware besideOf(Measurement row) {
        Hardware limits = limitsOf(row);
        return of(row).target().isPeer() ? new Hardware(limits.jvm(), limits.target(), 1) : limits;
    }
}

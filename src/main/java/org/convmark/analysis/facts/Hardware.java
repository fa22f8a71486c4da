package org.convmark.analysis.facts;

import org.convmark.jvm.JvmSetup;
import org.convmark.model.Case;
import org.convmark.model.Target;
import org.convmark.results.Measurement;

/** What rows have in common that run on the same processors in the same way. */
public record Hardware(JvmSetup jvm, Target target, int workers) {
    /** That of a row of the suite. */
    public static Hardware of(Measurement row) {
        Case what = row.known().orElseThrow();
        return new Hardware(row.jvm(), what.target(), what.workers());
    }

    /** Whose limits a row is held against: all that runs on the processor is held against its vectors. */
    static Hardware limitsOf(Measurement row) {
        Hardware own = of(row);
        return new Hardware(own.jvm(), own.target().roof(), own.workers());
    }

    /** Where the roof beside a row was read: beside other engines with one thread. */
    static Hardware besideOf(Measurement row) {
        Hardware limits = limitsOf(row);
        return of(row).target().isPeer() ? new Hardware(limits.jvm(), limits.target(), 1) : limits;
    }
}

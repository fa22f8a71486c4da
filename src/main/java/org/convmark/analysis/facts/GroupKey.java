package org.convmark.analysis.facts;

import org.convmark.jvm.JvmSetup;
import org.convmark.model.Workload;
import org.convmark.results.Measurement;

/** What compared rows have in common: the same work on one JVM, on any target. */
public record GroupKey(JvmSetup jvm, Workload workload, Point point) {
    /** The key of a workload's row. */
    public static GroupKey of(Measurement row) {
        return new GroupKey(row.jvm(), row.work().workload(), Point.of(row));
    }
}

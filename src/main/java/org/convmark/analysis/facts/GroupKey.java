package org.convmark.analysis.facts;

import org.convmark.jvm.JvmSetup;
import org.convmark.model.Workload;
import org.convmark.results.Measurement;

/** What rows have in common that are compared with each other: the same work on one JVM, whatever runs it. */
public record GroupKey(JvmSetup jvm, Workload workload, Point point) {
    /** That of a row of a workload. */
    public static GroupKey of(Measurement row) {
        return new GroupKey(row.jvm(), row.work().workload(), Point.of(row));
    }
}

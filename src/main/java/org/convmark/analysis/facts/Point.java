package org.convmark.analysis.facts;

import java.util.Comparator;
import org.convmark.model.Case;
import org.convmark.model.Extents;
import org.convmark.results.Measurement;

/** Everything that must be equal for two times of a workload to be comparable: how large it is, and on how many threads. */
public record Point(Extents extents, int workers) implements Comparable<Point> {
    private static final Comparator<Point> ORDER =
            Comparator.comparing(Point::extents).thenComparingInt(Point::workers);

    /** The point at which a row was measured. */
    public static Point of(Measurement row) {
        Case.Work work = row.work();
        return new Point(work.extents(), work.workers());
    }

    @Override
    public int compareTo(Point that) {
        return ORDER.compare(this, that);
    }
}

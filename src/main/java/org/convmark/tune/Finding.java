package org.convmark.tune;

import java.util.List;
import org.convmark.analysis.statistics.Interval;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;

/**
 * What a search found for a row.
 *
 * @param best the fastest other schedule that was tried, as {@link ScheduleOverride#toText} writes it
 * @param ratio its time over that of the planner's choice, median of laps in turn that did not choose it
 * @param interval of the ratio, 95 %
 * @param possible schedules that the row can have, the planner's choice included
 * @param trials all that were tried, the planner's choice first
 */
public record Finding(String best, double ratio, Interval interval, int possible, List<Trial> trials) {
    /**
     * A schedule that was tried.
     *
     * @param schedule empty for the planner's choice
     * @param cost modelled, besides the arithmetic of the layers, in operations of a core
     * @param ratio its time over that of the planner's choice, from few laps
     */
    public record Trial(String schedule, double cost, double ratio) {}

    /** Copies the list. */
    public Finding {
        trials = List.copyOf(trials);
    }

    /** Whether the best is faster than the planner's choice beyond noise. */
    public boolean isFaster() {
        return interval.high() < 1;
    }

    /** What to run with: the planner's choice unless another is faster beyond noise. */
    public ScheduleOverride choice() {
        return isFaster() ? ScheduleOverride.parse(best) : ScheduleOverride.NONE;
    }

    /** The planner's time over the time of the choice: 1 if it stays. */
    public double gap() {
        return isFaster() ? 1 / ratio : 1;
    }
}

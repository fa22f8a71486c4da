package org.convmark.analysis.compare;

import java.util.List;
import org.convmark.analysis.statistics.Interval;
import org.convmark.analysis.statistics.LogRatio;

/**
 * The mean ratio of rows.
 *
 * @param interval at 95 %, of the noise between forks of these rows; other rows may have another mean
 */
public record GeometricMean(double ratio, Interval interval) {
    static GeometricMean of(List<LogRatio> shifts) {
        double sum = 0;
        double squares = 0;
        double weights = 0;
        for (LogRatio shift : shifts) {
            double square = shift.error() * shift.error();
            sum += shift.difference();
            squares += square;
            weights += square * square / shift.freedom();
        }
        double mean = sum / shifts.size();
        boolean known = shifts.stream().allMatch(shift -> shift.freedom() > 0);
        double half = known
                ? new LogRatio(mean, Math.sqrt(squares) / shifts.size(), squares * squares / weights).halfWidth()
                : Double.POSITIVE_INFINITY;
        return new GeometricMean(Math.exp(mean), new Interval(Math.exp(mean - half), Math.exp(mean + half)));
    }
}

package org.convmark.run;

import java.util.List;

/**
 * How thoroughly a row is measured.
 *
 * @param forks JVMs started, one after the other; the unit of evidence
 * @param warmUpMillis time limit of a fork's warm-up, which ends earlier when the time no longer improves
 * @param iterations samples per fork
 * @param iterationMillis minimum time of a sample
 * @param counters events to count in one more fork, whose times are discarded
 */
public record MeasurementSettings(
        int forks, int warmUpMillis, int iterations, int iterationMillis, List<String> counters) {
    /** Plans without counters may omit them. */
    public MeasurementSettings {
        counters = counters == null ? List.of() : List.copyOf(counters);
    }

    /** Without counters. */
    public MeasurementSettings(int forks, int warmUpMillis, int iterations, int iterationMillis) {
        this(forks, warmUpMillis, iterations, iterationMillis, List.of());
    }

    /** The same with another number of forks. */
    public MeasurementSettings withForks(int number) {
        return new MeasurementSettings(number, warmUpMillis, iterations, iterationMillis, counters);
    }

    /** The same with one more fork that counts events. */
    public MeasurementSettings counting(List<String> events) {
        return new MeasurementSettings(forks, warmUpMillis, iterations, iterationMillis, events);
    }

    /** The number of all forks, including the one that counts events. */
    int allForks() {
        return counters.isEmpty() ? forks : forks + 1;
    }
}

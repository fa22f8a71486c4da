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
 * @param dumpsPrograms whether OpenCL's programs are written to the run's folder, before anything is timed
 * @param timesKernels whether OpenCL chooses kernels by the clock of a GPU
 */
public record MeasurementSettings(
        int forks,
        int warmUpMillis,
        int iterations,
        int iterationMillis,
        List<String> counters,
        boolean dumpsPrograms,
        boolean timesKernels) {
    /** Plans without counters may omit them. */
    public MeasurementSettings {
        counters = counters == null ? List.of() : List.copyOf(counters);
    }

    /** Without counters and programs, on a GPU with kernels chosen by its clock. */
    public MeasurementSettings(int forks, int warmUpMillis, int iterations, int iterationMillis) {
        this(forks, warmUpMillis, iterations, iterationMillis, List.of(), false, true);
    }

    /** The same with another number of forks. */
    public MeasurementSettings withForks(int number) {
        return new MeasurementSettings(
                number, warmUpMillis, iterations, iterationMillis, counters, dumpsPrograms, timesKernels);
    }

    /** The same with one more fork that counts events. */
    public MeasurementSettings counting(List<String> events) {
        return new MeasurementSettings(
                forks, warmUpMillis, iterations, iterationMillis, events, dumpsPrograms, timesKernels);
    }

    /** The same with OpenCL's programs in the run's folder. */
    public MeasurementSettings dumpingPrograms() {
        return new MeasurementSettings(forks, warmUpMillis, iterations, iterationMillis, counters, true, timesKernels);
    }

    /** The same with OpenCL's kernels chosen by a model, not by the clock. */
    public MeasurementSettings trustingModel() {
        return new MeasurementSettings(
                forks, warmUpMillis, iterations, iterationMillis, counters, dumpsPrograms, false);
    }

    /** The number of all forks, including the one that counts events. */
    int allForks() {
        return counters.isEmpty() ? forks : forks + 1;
    }
}

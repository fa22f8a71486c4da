package org.convmark.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What profilers measure beside the time of a row, as secondary results of JMH. The only list of their names. */
public enum Metric {
    /** What the hardware under a target could do while an iteration ran: the rate of a loop of multiply-adds before and after it. */
    ROOF("roof", "GFLOP/s", 1e9),
    /** The fastest core's clock. */
    CLOCK("clock", "MHz", 1e6),
    /** Processor time that the hypervisor gave to other guests. */
    STEAL("steal", "%", 1e-2),
    /** The hottest sensor of the processor. */
    TEMPERATURE("temperature", "C", 1),
    /** The largest difference of a row's result from that in double precision, relative to the largest magnitude there. */
    RESULT_ERROR("result error", "relative", 1),
    /**
     * What fewer bits cost: the largest difference of a row's result from that of the same graph before its {@link Precision} rounds any
     * weight or value, in double precision, relative to the largest magnitude there.
     */
    PRECISION_ERROR("precision error", "relative", 1),
    /** The largest difference of the activation under test from that in double precision. */
    ACTIVATION_ERROR("error", "absolute", 1),
    /** Kernels launched in a pass. */
    KERNELS("kernels", "#", 1),
    /** Bytes that were planned for the intermediates of a pass. */
    WORKSPACE("workspace", "B", 1),
    /** Total time of the kernels of a pass when each is repeated in isolation. */
    ISOLATED("isolated", "us/op", 1e-6, "alone"),
    /** Kernels that a device started in a pass: one kernel of a program may be several. */
    LAUNCHES("launches", "#", 1),
    /** Total time of a pass's launches, each from start to end by the device's clock. */
    EVENTS("event time", "us/op", 1e-6),
    /** Time from the start of a pass's first launch to the end of the last, by the device's clock. */
    SPAN("event span", "us/op", 1e-6),
    /** Time of the fastest single pass after an iteration. */
    MIN("min", "us/op", 1e-6, "least"),
    /** Bytes that a pass allocates on its own threads. */
    ALLOCATED("allocated", "B/op", 1),
    /** Bytes that the whole JVM allocates in a pass, by JMH's gc profiler. */
    ALLOCATED_BY_JVM("gc.alloc.rate.norm", "B/op", 1),
    /** Forks that were started again because their kernels were not compiled as intended. */
    REPEATS("repeats", "#", 1),
    /** Loads that miss the last-level cache, by Linux' perf. */
    LLC_LOAD_MISSES("LLC-load-misses", "#/op", 1);

    private static final String KERNELS_OF_LABEL = "isolated: ";

    private final String key;
    private final String unit;
    private final double scale;
    private final List<String> older;

    Metric(String key, String unit, double scale, String... older) {
        this.key = key;
        this.unit = unit;
        this.scale = scale;
        this.older = List.of(older);
    }

    /** The part of {@link #ISOLATED} that kernels of one label take: a result of its own, in the same unit. */
    public static String ofKernels(String label) {
        return KERNELS_OF_LABEL + label;
    }

    /** The label of kernels whose result has this name; empty for other results. */
    public static Optional<String> label(String name) {
        return Optional.of(name)
                .filter(any -> any.startsWith(KERNELS_OF_LABEL))
                .map(any -> any.substring(KERNELS_OF_LABEL.length()));
    }

    /** Its name in JMH's results. */
    public String key() {
        return key;
    }

    /** Its unit in JMH's results. */
    public String unit() {
        return unit;
    }

    /** The factor that converts a value to seconds, bytes, flops per second, hertz or a fraction of one. */
    public double scale() {
        return scale;
    }

    /** The metric with a name, or with the name that older versions gave it; empty for those of other profilers. */
    public static Optional<Metric> named(String name) {
        return Stream.of(values())
                .filter(metric -> metric.key.equals(name) || metric.older.contains(name))
                .findFirst();
    }
}

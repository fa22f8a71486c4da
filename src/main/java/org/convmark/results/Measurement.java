package org.convmark.results;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Case;
import org.convmark.model.Label;
import org.convmark.model.Metric;
import org.convmark.model.Target;

/**
 * One row of a run: a benchmark with its parameters on one JVM, and every raw sample. The unit of evidence is the fork;
 * everything else is derived on demand.
 *
 * @param subject what was measured
 * @param jvmArgs all arguments of the forks, including the suite's
 * @param jmhVersion version of JMH, "" if not recorded
 * @param mode JMH's mode: avgt, ss, thrpt or sample
 * @param threads of JMH
 * @param samples seconds per operation, one list per fork, one number per iteration, never empty
 * @param metrics what profilers measured
 * @param kernels seconds of isolated kernels by what they compute; empty for engines that are one call
 */
public record Measurement(
        Subject subject,
        JvmSetup jvm,
        List<String> jvmArgs,
        String jmhVersion,
        String mode,
        int threads,
        List<List<Double>> samples,
        Map<Metric, MetricSamples> metrics,
        Map<String, Double> kernels) {
    private static final String USUAL_MODE = "avgt";

    /**
     * More bytes per pass than this can only come from boxed vectors. Compiled kernels allocate nothing, and the harness allocates tens
     * of kilobytes around an iteration of one long pass.
     */
    private static final double BOXED_BYTES = 256 << 10;

    /** Seconds. Whatever is longer is no time, and other tools would read it as infinite nanoseconds. */
    private static final double LONGEST = 1e12;

    /** Copies the collections. */
    public Measurement {
        jvmArgs = List.copyOf(jvmArgs);
        samples = samples.stream().map(List::copyOf).toList();
        metrics = Map.copyOf(metrics);
        kernels = Map.copyOf(kernels);
    }

    /** Its label for a reader: its subject, and JMH's mode and threads unless they are the usual ones. */
    public Label label() {
        Label label = subject.label();
        return new Label(label.benchmark(), settings(label, mode, threads));
    }

    /** The subject of a row that failed, with the same settings in its label. */
    static Subject told(Subject subject, String mode, int threads) {
        return new Subject.Unknown(subject.benchmark(), settings(subject.label(), mode, threads));
    }

    private static SortedMap<String, String> settings(Label label, String mode, int threads) {
        SortedMap<String, String> settings = new TreeMap<>(label.settings());
        if (!mode.equals(USUAL_MODE)) {
            settings.put(settings.containsKey("mode") ? "jmh_mode" : "mode", mode);
        }
        if (threads != 1) {
            settings.put(settings.containsKey("threads") ? "jmh_threads" : "threads", String.valueOf(threads));
        }
        return settings;
    }

    /** The case of the suite; empty for other projects' benchmarks. */
    public Optional<Case> known() {
        return subject.known();
    }

    /** Whether a workload of the suite was measured, not a roof or another project's benchmark. */
    public boolean isWork() {
        return known().orElse(null) instanceof Case.Work;
    }

    /** @throws IllegalStateException if not {@link #isWork} */
    public Case.Work work() {
        if (known().orElse(null) instanceof Case.Work work) {
            return work;
        }
        throw new IllegalStateException(label().title() + " is not a workload");
    }

    /** The loop and its size; empty unless it is a roof. */
    public Optional<Case.Roof> roof() {
        return known().filter(Case.Roof.class::isInstance).map(Case.Roof.class::cast);
    }

    /** What runs it; empty for other projects' benchmarks. */
    public Optional<Target> target() {
        return known().map(Case::target);
    }

    /** Why this row cannot be used; empty if it is sound. */
    Optional<String> fault() {
        if (!samples.stream().flatMap(List::stream).allMatch(s -> s > 0 && s < LONGEST)) {
            return Optional.of("it was measured, but not every sample is a time above zero");
        }
        double bytes = allocatedBytes();
        if (target().filter(Target.VECTOR::equals).isPresent() && bytes > BOXED_BYTES) {
            return Optional.of("its kernels were not compiled as intended and allocated " + Math.round(bytes / 1024)
                    + " KiB a pass, so its time does not show their speed");
        }
        return isWork() ? work().fault().map(Measurement::notKnown) : Optional.empty();
    }

    /** @param why it is not a case */
    static String notKnown(String why) {
        return "it is not a case that this version of Convmark knows (" + why + "): use the version that wrote it";
    }

    /**
     * Bytes that the threads of a pass allocate. Results of versions that did not measure them count the whole JVM, including the harness
     * and compilers written in Java.
     */
    public double allocatedBytes() {
        return metric(Metric.ALLOCATED)
                .or(() -> metric(Metric.ALLOCATED_BY_JVM))
                .map(MetricSamples::median)
                .orElse(0.0);
    }

    /** Seconds per operation: median over forks of the median of each fork. */
    public double seconds() {
        return Samples.median(forkMedians());
    }

    /** One median per fork. */
    public List<Double> forkMedians() {
        return samples.stream().map(Samples::median).toList();
    }

    /**
     * The slowest fork over the median fork; empty if there is only one. Times are weighted by the roof measured beside each iteration,
     * if any, so that a slow machine does not look like badly compiled code.
     */
    public Optional<Double> worstFork() {
        Optional<MetricSamples> roof = wholeRoof();
        List<Double> forks = new ArrayList<>();
        for (int f = 0; f < samples.size(); f++) {
            List<Double> weighed = new ArrayList<>();
            for (int i = 0; i < samples.get(f).size(); i++) {
                double weight = roof.isPresent() ? roof.get().samples().get(f).get(i) : 1;
                weighed.add(samples.get(f).get(i) * weight);
            }
            forks.add(Samples.median(weighed));
        }
        return forks.size() < 2 ? Optional.empty() : Optional.of(Collections.max(forks) / Samples.median(forks));
    }

    /** The roofs measured beside the iterations; empty if any iteration has none, because then forks do not compare. */
    private Optional<MetricSamples> wholeRoof() {
        List<Integer> iterations = samples.stream().map(List::size).toList();
        return metric(Metric.ROOF)
                .filter(roof -> roof.samples().stream().map(List::size).toList().equals(iterations));
    }

    /** The fastest iteration of all forks, in seconds. */
    public double fastest() {
        return iterations().get(0);
    }

    /** Seconds of the fastest single pass; of the fastest iteration in runs that did not time single passes. */
    public double fastestPass() {
        return passes().stream()
                .flatMap(fork -> fastest(fork).stream())
                .min(Double::compare)
                .orElseGet(this::fastest);
    }

    private List<List<Double>> passes() {
        return metric(Metric.MIN).map(MetricSamples::samples).orElse(List.of());
    }

    /** In seconds; empty if no single pass was timed. */
    private static Optional<Double> fastest(List<Double> passes) {
        return passes.stream().filter(time -> time > 0).min(Double::compare).map(time -> Metric.MIN.scale() * time);
    }

    /**
     * The same row with one sample per fork, its fastest single pass, and without the roof beside iterations, which does not apply to it;
     * empty for results of versions that did not time single passes.
     */
    Optional<Measurement> byFastestPass() {
        List<List<Double>> forks = passes().stream()
                .flatMap(fork -> fastest(fork).stream())
                .map(List::of)
                .toList();
        if (forks.size() != samples.size()) {
            return Optional.empty();
        }
        Map<Metric, MetricSamples> others = new HashMap<>(metrics);
        others.remove(Metric.ROOF);
        return Optional.of(new Measurement(subject, jvm, jvmArgs, jmhVersion, mode, threads, forks, others, kernels));
    }

    /** The same row, with options that its JVM had besides its arguments. */
    Measurement withInherited(List<String> options) {
        if (options.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(jvmArgs);
        all.addAll(options);
        return new Measurement(subject, jvm.with(options), all, jmhVersion, mode, threads, samples, metrics, kernels);
    }

    /** The slowest iteration of all forks, in seconds. */
    public double slowest() {
        List<Double> sorted = iterations();
        return sorted.get(sorted.size() - 1);
    }

    /** The interquartile range of all iterations over the median, so that one disturbed iteration does not count. */
    public double spread() {
        return Samples.interquartileRange(iterations()) / seconds();
    }

    private List<Double> iterations() {
        return samples.stream().flatMap(List::stream).sorted().toList();
    }

    /** What a profiler measured; empty if none did. */
    public Optional<MetricSamples> metric(Metric metric) {
        return Optional.ofNullable(metrics.get(metric));
    }

    /** The median of a metric in base units; empty if it was not measured. */
    public Optional<Double> value(Metric metric) {
        return metric(metric).map(samples -> samples.median() * metric.scale());
    }
}

package org.convmark.analysis.facts;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.ActivationChain;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * What all sections of a report share, computed once per run, so that every section uses the same roofs and trusts the
 * same rows. Thread-safe.
 */
public final class RunFacts {
    private final Run run;
    private final Map<String, Long> cacheSizes;
    private final List<Measurement> onAxes;
    private final List<Measurement> workloads;
    private final List<Measurement> architectures;
    private final Roofs roofs;
    private final StabilityCheck stability;
    private final Footprint footprint;
    private final Bounds bounds;
    private final Resampling resampling = new Resampling();
    /** Made on demand, because it needs the cost of every graph. */
    private Gaps gaps;

    /** @param cacheSizes in bytes by name (L1d, L2, L3), that override the machine's; usually empty */
    public RunFacts(Run run, Map<String, Long> cacheSizes) {
        this.run = run;
        this.cacheSizes = Map.copyOf(cacheSizes);
        this.onAxes = run.measurements().stream().filter(Measurement::isWork).toList();
        this.workloads =
                onAxes.stream().filter(row -> row.work().axis().isNone()).toList();
        this.architectures = workloads.stream()
                .filter(row -> !(row.work().workload() instanceof ActivationChain))
                .toList();
        this.roofs = new Roofs(run);
        this.stability = new StabilityCheck(roofs);
        this.footprint = new Footprint(run.machine().before(), cacheSizes);
        this.bounds = new Bounds(roofs, footprint);
    }

    /** The run itself. */
    public Run run() {
        return run;
    }

    /** Cache sizes in bytes by name that override the machine's. */
    public Map<String, Long> cacheSizes() {
        return cacheSizes;
    }

    /**
     * Which targets could not run, on which JVM and why, in a sentence; empty if all could.
     *
     * @param peers whether of peers, or of our own targets
     */
    public Optional<String> unavailable(boolean peers) {
        List<String> reasons = run.machine().jvms().stream()
                .flatMap(probe -> probe.targets().stream()
                        .filter(state -> !state.available()
                                && peers
                                        == Target.named(state.target())
                                                .filter(Target::isPeer)
                                                .isPresent())
                        .map(state -> state.target() + " on JVM " + probe.jvm().version() + " ("
                                + state.description().origin() + ")"))
                .distinct()
                .toList();
        return reasons.isEmpty() ? Optional.empty() : Optional.of("Not available: " + String.join("; ", reasons) + ".");
    }

    /** Rows of workloads at every point of every axis. */
    public List<Measurement> onAxes() {
        return onAxes;
    }

    /**
     * Rows of workloads as their extents say: no roofs, no other points of axes, and no benchmarks from outside the suite, of which
     * only the times are known.
     */
    public List<Measurement> workloads() {
        return workloads;
    }

    /** Rows of workloads without activation chains, which would count the same convolution once per activation. */
    public List<Measurement> architectures() {
        return architectures;
    }

    /** The limits that the run measured. */
    public Roofs roofs() {
        return roofs;
    }

    /** Which rows can be trusted. */
    public StabilityCheck stability() {
        return stability;
    }

    /** Intervals of numbers computed from several rows. */
    public Resampling resampling() {
        return resampling;
    }

    /** The memory that a pass of a row keeps and moves. */
    public Footprint footprint() {
        return footprint;
    }

    /** The least time that each row can take. */
    public Bounds bounds() {
        return bounds;
    }

    /** How far each of the {@link #architectures} is from its roofs. */
    public synchronized Gaps gaps() {
        if (gaps == null) {
            gaps = new Gaps(architectures, roofs);
        }
        return gaps;
    }

    /** The speed-ups of some workloads on a JVM. */
    public Speedups speedups(JvmSetup jvm, List<? extends Workload> some) {
        return new Speedups(
                workloads.stream()
                        .filter(row -> row.jvm().equals(jvm)
                                && some.contains(row.work().workload()))
                        .toList(),
                stability);
    }
}

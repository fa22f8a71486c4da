package org.convmark.analysis.facts;

import java.util.List;
import java.util.Map;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.ActivationChain;
import org.convmark.model.Workload;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/**
 * What the sections of a report rest on, made once for a run: a row is steady in all of them or in none, and is held against the same
 * roof everywhere. Sections may ask at the same time.
 */
public final class RunFacts {
    private final Run run;
    private final Map<String, Long> cacheSizes;
    private final List<Measurement> workloads;
    private final List<Measurement> architectures;
    private final Roofs roofs;
    private final StabilityCheck stability;
    private final Footprint footprint;
    private final Resampling resampling = new Resampling();
    /** Made when it is asked for: it takes the cost of every graph. */
    private Gaps gaps;

    /** @param cacheSizes in bytes by name (L1d, L2, L3), in place of the machine's; usually none */
    public RunFacts(Run run, Map<String, Long> cacheSizes) {
        this.run = run;
        this.cacheSizes = Map.copyOf(cacheSizes);
        this.workloads = run.measurements().stream().filter(Measurement::isWork).toList();
        this.architectures = workloads.stream()
                .filter(row -> !(row.work().workload() instanceof ActivationChain))
                .toList();
        this.roofs = new Roofs(run);
        this.stability = new StabilityCheck(roofs);
        this.footprint = new Footprint(run.machine().before(), cacheSizes);
    }

    /** What was measured. */
    public Run run() {
        return run;
    }

    /** Sizes of caches in bytes by name that were given in place of the machine's. */
    public Map<String, Long> cacheSizes() {
        return cacheSizes;
    }

    /** Rows of workloads: no roofs, and no benchmarks of others, of which nothing is known but their times. */
    public List<Measurement> workloads() {
        return workloads;
    }

    /** Rows of workloads without chains of activations, which would count one convolution once for each activation. */
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

    /** Intervals of numbers that are made of several rows. */
    public Resampling resampling() {
        return resampling;
    }

    /** What the passes of a row keep and move. */
    public Footprint footprint() {
        return footprint;
    }

    /** What the roofs leave open of the time of each of the {@link #architectures}. */
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

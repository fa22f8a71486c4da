package org.convmark.bench;

import java.util.Collection;
import java.util.List;
import org.convmark.model.Case;
import org.convmark.model.Metric;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.IterationType;

/**
 * The arithmetic roof while each iteration ran, as the secondary result {@link Metric#ROOF}: the mean of a {@link RoofMeter}
 * reading right before and right after it. A shared machine may become slower for minutes without any steal time; its roof loop
 * then slows down too. On targets without a roof loop there is no result.
 */
public final class RoofProfiler implements InternalProfiler {
    private RoofMeter meter;
    private String absent;
    private double before;
    private int measured;

    @Override
    public String getDescription() {
        return "Arithmetic roof before and after each iteration";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        if (meter == null && absent == null) {
            open(MeasuredCase.of(benchmark));
        }
        if (meter != null) {
            before = meter.rate();
        }
    }

    private void open(Case what) {
        try {
            meter = new RoofMeter(what);
        } catch (UnsupportedOperationException | NotCompiled e) {
            absent = e.getMessage();
            System.out.println("# the roof is not measured beside this row: " + absent);
        }
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        if (meter == null) {
            return List.of();
        }
        double mean = (before + meter.rate()) / 2;
        if (iteration.getType() == IterationType.MEASUREMENT && ++measured == iteration.getCount()) {
            meter.close();
        }
        return List.of(SecondaryResult.of(Metric.ROOF, mean / Metric.ROOF.scale(), AggregationPolicy.AVG));
    }
}

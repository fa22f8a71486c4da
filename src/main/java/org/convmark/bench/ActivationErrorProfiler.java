package org.convmark.bench;

import java.util.Collection;
import java.util.List;
import org.convmark.kernel.ActivationError;
import org.convmark.kernel.Engine;
import org.convmark.model.Activation;
import org.convmark.model.ActivationChain;
import org.convmark.model.Algorithm;
import org.convmark.model.Case;
import org.convmark.model.Metric;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;

/**
 * The largest error of a row's activation, as the secondary result {@link Metric#ERROR}: the {@link ActivationError} of its target. It
 * is the same in every iteration, so it is measured once, before the first one, with an engine of its own. Rows without an
 * activation under test have no such result.
 */
public final class ActivationErrorProfiler implements InternalProfiler {
    private Double error;

    @Override
    public String getDescription() {
        return "Largest error of the activation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        if (error == null) {
            if (MeasuredCase.of(benchmark) instanceof Case.Work work
                    && work.workload() instanceof ActivationChain chain) {
                chain.function().ifPresent(function -> error = measure(work, function));
            }
        }
    }

    private static double measure(Case.Work work, Activation function) {
        try (Engine engine = ForkedJvm.openAny(work.target(), work.workers(), Algorithm.AUTO)) {
            return ActivationError.of(engine, function);
        }
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        return error == null ? List.of() : List.of(SecondaryResult.of(Metric.ERROR, error, AggregationPolicy.MAX));
    }
}

package org.convmark.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.convmark.kernel.ActivationError;
import org.convmark.kernel.DoubleInterpreter;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Weights;
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
import org.openjdk.jmh.runner.IterationType;

/**
 * How far a row is from double precision, as secondary results of its last iteration: {@link Metric#RESULT_ERROR} of its result, {@link
 * Metric#PRECISION_ERROR} if it has fewer bits than a float, and, if an activation is under test, {@link Metric#ACTIVATION_ERROR} of its kernel. They are measured when everything else is over: this profiler
 * must begin first, so that it ends last.
 */
public final class ErrorProfiler implements InternalProfiler {
    /**
     * Flops of the largest graph that is run in double precision, which takes about as long as the check against plain Java: seconds. The
     * largest published network has 31e9.
     */
    public static final double MOST_FLOPS = 40e9;

    private static volatile Output kept;

    private int measured;

    /** A result, and the parameters that it was computed from. */
    private record Output(Weights weights, float[] result) {
        /** Against a run in double precision. */
        double error(Weights exact) {
            return DoubleInterpreter.error(new DoubleInterpreter(exact).run(), result);
        }
    }

    @Override
    public String getDescription() {
        return "Error against double precision";
    }

    /** Keeps the result of the program that is measured in this JVM. */
    static void keep(Weights weights, float[] result) {
        kept = new Output(weights, result);
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        boolean isLast = iteration.getType() == IterationType.MEASUREMENT && ++measured == iteration.getCount();
        return isLast && MeasuredCase.of(benchmark) instanceof Case.Work work ? errors(work) : List.of();
    }

    private static List<Result<?>> errors(Case.Work work) {
        List<Result<?>> errors = new ArrayList<>();
        if (kept != null && work.cost().flops() <= MOST_FLOPS) {
            errors.add(SecondaryResult.of(Metric.RESULT_ERROR, kept.error(kept.weights), AggregationPolicy.MAX));
            if (kept.weights.areRounded()) {
                double error = kept.error(kept.weights.unrounded());
                errors.add(SecondaryResult.of(Metric.PRECISION_ERROR, error, AggregationPolicy.MAX));
            }
        }
        if (work.workload() instanceof ActivationChain chain) {
            chain.function()
                    .ifPresent(function -> errors.add(SecondaryResult.of(
                            Metric.ACTIVATION_ERROR, ofActivation(work, function), AggregationPolicy.MAX)));
        }
        return errors;
    }

    private static double ofActivation(Case.Work work, Activation function) {
        try (Engine engine = ForkedJvm.openAny(work.target(), work.workers(), Algorithm.AUTO)) {
            return ActivationError.of(engine, function);
        }
    }
}

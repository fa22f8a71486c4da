package org.convmark.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.convmark.bench.ErrorProfiler;
import org.convmark.model.Axis;
import org.convmark.model.Case;
import org.convmark.model.Network;
import org.convmark.model.Target;
import org.convmark.results.Row;

/** Roughly how long a row takes, from the work of its graph and the usual speed of a target on one core. */
final class Estimate {
    private static final double PLAIN_FLOPS_PER_SECOND = 12e9;
    private static final double COLD_FLOPS_PER_SECOND = 6e9;
    private static final double ACCELERATED_FLOPS_PER_SECOND = 25e9;
    private static final double BYTES_PER_SECOND = 5e9;
    /** What the search for the fastest pass takes after an iteration. */
    private static final double LEAST_SECONDS = 0.04;

    private final MeasurementSettings effort;
    private final Map<Case.Problem, Long> flops = new HashMap<>();

    /** @param effort of every row */
    Estimate(MeasurementSettings effort) {
        this.effort = effort;
    }

    /** The time of all forks. */
    Duration of(Row row) {
        return fork(row).multipliedBy(effort.allForks());
    }

    /** The time of a fork. */
    Duration fork(Row row) {
        double run = row.isRoof() ? roofSeconds(row) : flops(row) / speed(row.target());
        double check = row.isRoof() ? 0 : checks(row) * flops(row) / COLD_FLOPS_PER_SECOND;
        double warmUp = Math.max(6 * run, Math.min(effort.warmUpMillis() / 1e3, compileSeconds(row)));
        double samples = (effort.iterations() + 1) * Math.max(effort.iterationMillis() / 1e3, 1.2 * run)
                + effort.iterations() * LEAST_SECONDS;
        double fork =
                startSeconds(row.target()) + check + Math.min(warmUp, effort.warmUpMillis() / 1e3 + run) + samples;
        return Duration.ofMillis(Math.round(1e3 * fork));
    }

    /** Kept, because many rows time the same graph. */
    private double flops(Row row) {
        return flops.computeIfAbsent(
                row.work().problem(), problem -> problem.graph().cost().flops());
    }

    /** By plain Java before the measurement, and in double precision after it; with fewer bits also without rounding, before and after. */
    private int checks(Row row) {
        int passes = row.work().axis().axis() == Axis.PRECISION ? 2 : 1;
        return passes * (flops(row) <= ErrorProfiler.MOST_FLOPS ? 2 : 1);
    }

    private static double speed(Target target) {
        return target == Target.SCALAR ? PLAIN_FLOPS_PER_SECOND : ACCELERATED_FLOPS_PER_SECOND;
    }

    /** Time to start a JVM, measure the roof beside the row, and load the engine. */
    private static double startSeconds(Target target) {
        return switch (target.kind()) {
            case JAVA -> 1.7;
            case DEVICE -> 1.3;
            case LIBRARY -> target == Target.PYTORCH ? 3.7 : 1.9;
        };
    }

    /**
     * Time until kernels are compiled. C2 takes up to a second for a register tile. A network has more kernels than a block, and runs
     * each only once or a few times per pass.
     */
    private static double compileSeconds(Row row) {
        if (row.isRoof()) {
            return 0.3;
        }
        return switch (row.target().kind()) {
            case JAVA -> row.target() == Target.SCALAR ? 0.3 : row.work().workload() instanceof Network ? 9 : 2.1;
            case DEVICE -> 1.2;
            case LIBRARY -> 0.3;
        };
    }

    private static double roofSeconds(Row row) {
        Case.Roof roof = (Case.Roof) row.what();
        return roof.loop().isArithmetic() ? 0 : roof.size() / BYTES_PER_SECOND;
    }
}

package org.convmark.analysis.facts;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.convmark.model.Algorithm;
import org.convmark.model.Case;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.results.Measurement;

/** How much faster than unfused plain Java each target runs each workload, on one JVM. */
public final class Speedups {
    /** The fastest row of a target against the baseline, at one point. */
    public record Factor(Point point, Measurement baseline, Measurement fastest, StabilityCheck stability) {
        /** Times faster. */
        public double value() {
            return baseline.seconds() / fastest.seconds();
        }

        /** The fusion of the fastest row, and its algorithm if the user chose one. */
        public String fusion() {
            Case.Work work = fastest.work();
            return work.fusion() + (work.algorithm() == Algorithm.AUTO ? "" : " " + work.algorithm());
        }

        /** Whether both rows can be trusted. */
        public boolean steady() {
            return stability.isSteady(baseline) && stability.isSteady(fastest);
        }
    }

    private final List<Measurement> rows;
    private final Map<Workload, Map<Point, List<Measurement>>> places;
    private final StabilityCheck stability;

    /**
     * @param rows of one JVM
     * @param stability of these rows
     */
    public Speedups(List<Measurement> rows, StabilityCheck stability) {
        this.rows = rows.stream()
                .filter(row -> row.isWork() && !row.work().target().isPeer())
                .toList();
        this.places = this.rows.stream()
                .collect(Collectors.groupingBy(row -> row.work().workload(), Collectors.groupingBy(Point::of)));
        this.stability = stability;
    }

    /** Our targets other than the baseline, in the order of their rows. */
    public List<Target> targets() {
        return rows.stream()
                .map(row -> row.work().target())
                .filter(target -> target != Target.SCALAR)
                .distinct()
                .toList();
    }

    /**
     * The points at which a workload is compared with others: every point for a stack; for a network its own, because
     * networks differ in image size.
     */
    public List<Point> points(Workload workload) {
        return workload instanceof Stack
                ? points()
                : rows.stream()
                        .filter(row -> row.work().workload() == workload)
                        .map(Point::of)
                        .distinct()
                        .sorted()
                        .toList();
    }

    /** All measured points, smallest first. */
    public List<Point> points() {
        return rows.stream().map(Point::of).distinct().sorted().toList();
    }

    /** Empty where the baseline or the target was not measured. */
    Optional<Factor> factor(Workload workload, Target target, Point point) {
        List<Measurement> here = places.getOrDefault(workload, Map.of()).getOrDefault(point, List.of());
        Optional<Measurement> baseline =
                here.stream().filter(row -> row.work().isBaseline()).findFirst();
        Optional<Measurement> fastest = here.stream()
                .filter(row -> row.work().target() == target)
                .min(Comparator.comparingDouble(Measurement::seconds));
        return baseline.flatMap(b -> fastest.map(f -> new Factor(point, b, f, stability)));
    }

    /** The factors at those of the points that have one. */
    public List<Factor> factors(Workload workload, Target target, List<Point> points) {
        return points.stream()
                .flatMap(point -> factor(workload, target, point).stream())
                .toList();
    }

    /** The geometric mean of some factors; empty if there are none. */
    public static Optional<Double> mean(List<Factor> factors) {
        return geometricMean(factors.stream().map(Factor::value).toList());
    }

    /** The geometric mean, in which slow rows weigh no more than fast ones; empty if there are no factors. */
    public static Optional<Double> geometricMean(List<Double> factors) {
        return factors.isEmpty()
                ? Optional.empty()
                : Optional.of(Math.exp(
                        factors.stream().mapToDouble(Math::log).average().orElseThrow()));
    }
}

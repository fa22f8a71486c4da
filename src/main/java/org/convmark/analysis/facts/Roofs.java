package org.convmark.analysis.facts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Case;
import org.convmark.model.Metric;
import org.convmark.model.RoofLoop;
import org.convmark.model.Shape;
import org.convmark.model.Target;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** The limits that roof benchmarks measured in a run. */
public final class Roofs {
    /** A measured arithmetic rate. */
    public record Compute(JvmSetup jvm, Case.Roof roof, double flopsPerSecond) {}

    /** A measured transfer rate of one working set. */
    public record Bandwidth(JvmSetup jvm, Case.Roof roof, double bytesPerSecond) {}

    /**
     * What some hardware can do at most.
     *
     * @param flopsPerSecond of multiply-adds
     * @param bytesPerSecond by bytes of the working set
     * @param elementBytes of an element of a map there
     */
    public record Limits(double flopsPerSecond, NavigableMap<Long, Double> bytesPerSecond, int elementBytes) {
        /** No working set of this size moves faster than the largest measured one that is not larger, or than any still larger one. */
        double bandwidth(double workingSet) {
            Long from = bytesPerSecond.floorKey((long) workingSet);
            return Collections.max(bytesPerSecond
                    .tailMap(from == null ? bytesPerSecond.firstKey() : from)
                    .values());
        }
    }

    /** What multiplies: processors, and the units in them. */
    private record Units(Hardware hardware, RoofLoop loop) {}

    private final Map<Units, Double> best = new HashMap<>();
    private final List<Compute> computes = new ArrayList<>();
    private final List<Bandwidth> bandwidths = new ArrayList<>();
    /** Bytes per second by bytes of the working set. */
    private final Map<Hardware, TreeMap<Long, Double>> curves = new HashMap<>();

    /** Collects the roofs of a run. */
    public Roofs(Run run) {
        for (Measurement row : run.measurements()) {
            if (row.known().isPresent()) {
                beside(row).ifPresent(rate -> best.merge(besideOf(row), rate, Math::max));
            }
            row.roof().ifPresent(roof -> add(row, roof));
        }
        bandwidths.sort(Comparator.comparingLong((Bandwidth b) -> b.roof().size())
                .thenComparing(b -> b.roof().loop()));
    }

    private void add(Measurement row, Case.Roof roof) {
        double rate = rate(row, roof);
        Hardware limits = Hardware.limitsOf(row);
        if (roof.loop().isArithmetic()) {
            best.merge(new Units(limits, roof.loop()), rate, Math::max);
            computes.add(new Compute(row.jvm(), roof, rate));
        } else {
            curves.computeIfAbsent(limits, h -> new TreeMap<>()).merge(roof.size(), rate, Math::max);
            bandwidths.add(new Bandwidth(row.jvm(), roof, rate));
        }
    }

    /** All arithmetic roofs. */
    public List<Compute> computes() {
        return computes;
    }

    /** All memory roofs, smallest working set first. */
    public List<Bandwidth> bandwidths() {
        return bandwidths;
    }

    /**
     * The arithmetic limit of a row. Plain Java and peers share the limit of the Vector API, because they run on the same cores. Rows in half
     * precision and in integers have that of their units, or of floats if the run measured no other.
     */
    public Optional<Compute> of(Measurement row) {
        Hardware hardware = Hardware.limitsOf(row);
        return of(new Units(hardware, row.known().orElseThrow().multiplyAdds()))
                .or(() -> of(new Units(hardware, RoofLoop.COMPUTE)));
    }

    private Optional<Compute> of(Units units) {
        return computes.stream()
                .filter(c -> units.equals(new Units(
                        new Hardware(c.jvm(), c.roof().target(), c.roof().workers()),
                        c.roof().loop())))
                .findFirst();
    }

    private static Units besideOf(Measurement row) {
        return new Units(Hardware.besideOf(row), row.known().orElseThrow().multiplyAdds());
    }

    /** Whether bandwidths were measured on the hardware of a row. */
    boolean hasBandwidths(Measurement row) {
        return curves.containsKey(Hardware.limitsOf(row));
    }

    /**
     * The bandwidth of a row's hardware for a working set: that of the fastest loop over the smallest measured working
     * set that is at least as large, or else over the largest measured one.
     */
    public double bandwidth(Measurement row, double workingSet) {
        TreeMap<Long, Double> curve = curves.get(Hardware.limitsOf(row));
        Map.Entry<Long, Double> point = curve.ceilingEntry((long) Math.ceil(workingSet));
        return (point == null ? curve.lastEntry() : point).getValue();
    }

    /** The highest rates that the run saw on the hardware of a row; empty if it lacks an arithmetic roof or memory roofs of it. */
    Optional<Limits> limits(Measurement row) {
        Hardware hardware = Hardware.limitsOf(row);
        return of(row).flatMap(peak -> limits(new Units(hardware, peak.roof().loop())));
    }

    /** The highest rates that the run saw of a target with floats, on the first JVM that has both kinds of roofs with this many workers. */
    public Optional<Limits> limits(Target target, int workers) {
        return computes.stream()
                .map(compute -> new Units(new Hardware(compute.jvm(), target.roof(), workers), RoofLoop.COMPUTE))
                .filter(units -> of(units).isPresent())
                .flatMap(units -> limits(units).stream())
                .findFirst();
    }

    /** A device that multiplies halves has maps of them. */
    private Optional<Limits> limits(Units units) {
        int elementBytes = Shape.ELEMENT_BYTES / (units.loop() == RoofLoop.HALVES ? 2 : 1);
        return Optional.ofNullable(curves.get(units.hardware()))
                .map(curve -> new Limits(best.get(units), curve, elementBytes));
    }

    /** The arithmetic rate that a roof loop reached between the iterations of a row; empty in older runs. */
    public static Optional<Double> beside(Measurement row) {
        return row.value(Metric.ROOF);
    }

    /** The highest arithmetic rate that the run saw on a row's hardware; NaN if it saw none. */
    double best(Measurement row) {
        return row.known().isEmpty() ? Double.NaN : best.getOrDefault(besideOf(row), Double.NaN);
    }

    /** A number of workers in words. */
    public static String workers(int number) {
        return switch (number) {
            case 0 -> "a worker per processor";
            case 1 -> "one worker";
            default -> number + " workers";
        };
    }

    /** Flops per second of an arithmetic roof, bytes per second of a memory roof. */
    public static double rate(Measurement row, Case.Roof roof) {
        return roof.amount() / row.seconds();
    }
}

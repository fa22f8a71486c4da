package org.convmark.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.convmark.model.RoofLoop;
import org.convmark.results.JvmIdentity;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** The limits that roof benchmarks measured in a run. */
final class Roofs {
    private static final String COMPUTE = "ComputeRoofBenchmark";
    private static final String MEMORY = "MemoryRoofBenchmark";

    /** A measured arithmetic rate. */
    record Compute(JvmIdentity jvm, String target, String workers, double flopsPerSecond) {}

    /** A measured transfer rate of one working set. */
    record Bandwidth(
            JvmIdentity jvm, String target, String workers, RoofLoop loop, long bytes, double bytesPerSecond) {}

    /** What rows have in common whose roofs may be compared. */
    private record Hardware(JvmIdentity jvm, String target, String workers) {
        /** Beside other engines the roof is read with one thread. */
        static Hardware of(Measurement row) {
            String workers = Peers.isPeer(row.param("target")) ? "1" : row.param("workers");
            return new Hardware(row.jvm(), roofTarget(row), workers);
        }
    }

    private final Map<Hardware, Double> best = new HashMap<>();
    private final List<Compute> computes = new ArrayList<>();
    private final List<Bandwidth> bandwidths = new ArrayList<>();
    /** Bytes per second by bytes of the working set. */
    private final Map<Hardware, TreeMap<Long, Double>> curves = new HashMap<>();

    Roofs(Run run) {
        for (Measurement row : run.measurements()) {
            beside(row).ifPresent(rate -> best.merge(Hardware.of(row), rate, Math::max));
            if (row.simpleName().equals(COMPUTE)) {
                best.merge(Hardware.of(row), rate(row), Math::max);
                computes.add(new Compute(row.jvm(), row.param("target"), row.param("workers"), rate(row)));
            } else if (row.simpleName().equals(MEMORY)) {
                curves.computeIfAbsent(limits(row), h -> new TreeMap<>()).merge(bytes(row), rate(row), Math::max);
                bandwidths.add(new Bandwidth(
                        row.jvm(), row.param("target"), row.param("workers"), loop(row), bytes(row), rate(row)));
            }
        }
        bandwidths.sort(Comparator.comparingLong(Bandwidth::bytes).thenComparing(Bandwidth::loop));
    }

    List<Compute> computes() {
        return computes;
    }

    /** Smallest working set first. */
    List<Bandwidth> bandwidths() {
        return bandwidths;
    }

    /** The arithmetic limit of a row; that of plain Java and of other engines is the Vector API's, the same cores. */
    Optional<Compute> of(Measurement row) {
        return computes.stream()
                .filter(c -> c.jvm().equals(row.jvm())
                        && c.target().equals(roofTarget(row))
                        && c.workers().equals(row.param("workers")))
                .findFirst();
    }

    /** Whether bandwidths were measured on the hardware of a row. */
    boolean hasBandwidths(Measurement row) {
        return curves.containsKey(limits(row));
    }

    /**
     * The bandwidth that a row's hardware has for a working set: the fastest loop over the smallest measured working set that
     * is no smaller, or over the largest there is.
     */
    double bandwidth(Measurement row, double workingSet) {
        TreeMap<Long, Double> curve = curves.get(limits(row));
        Map.Entry<Long, Double> point = curve.ceilingEntry((long) Math.ceil(workingSet));
        return (point == null ? curve.lastEntry() : point).getValue();
    }

    /** Whose limits a row is held against. */
    private static Hardware limits(Measurement row) {
        return new Hardware(row.jvm(), roofTarget(row), row.param("workers"));
    }

    /** The arithmetic rate that a roof loop reached between the iterations of a row; empty in older runs. */
    static Optional<Double> beside(Measurement row) {
        return row.metric("roof").map(roof -> 1e9 * roof.median());
    }

    /** The highest arithmetic rate that any row of the run saw on the hardware of this one; NaN if none did. */
    double best(Measurement row) {
        return best.getOrDefault(Hardware.of(row), Double.NaN);
    }

    /** Whose limit a row is held against: all that runs on the processor is held against its vectors. */
    static String roofTarget(Measurement row) {
        return row.param("target").equals("OPENCL") ? "OPENCL" : "VECTOR";
    }

    /** A number of workers in words. */
    static String workers(String number) {
        return switch (number) {
            case "0" -> "a worker per processor";
            case "1" -> "one worker";
            default -> number + " workers";
        };
    }

    static boolean isMemory(Measurement row) {
        return row.simpleName().equals(MEMORY);
    }

    static boolean isCompute(Measurement row) {
        return row.simpleName().equals(COMPUTE);
    }

    /** Flops per second of an arithmetic roof, bytes per second of a memory roof. */
    static double rate(Measurement row) {
        return (isCompute(row) ? Long.parseLong(row.param("flops")) : loop(row).bytesMoved(bytes(row))) / row.seconds();
    }

    private static RoofLoop loop(Measurement row) {
        return RoofLoop.valueOf(row.param("loop"));
    }

    private static long bytes(Measurement row) {
        return Long.parseLong(row.param("bytes"));
    }
}

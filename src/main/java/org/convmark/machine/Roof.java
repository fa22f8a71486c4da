package org.convmark.machine;

import java.util.Comparator;
import java.util.List;

/**
 * The measured limits of one target: arithmetic, and transfer for each size of the working set.
 *
 * @param target name of the target
 * @param workers threads, 0 for one per processor
 * @param flopsPerSecond highest rate of arithmetic
 * @param bandwidths one per measured working set, smallest first
 */
public record Roof(String target, int workers, double flopsPerSecond, List<Bandwidth> bandwidths) {
    /**
     * Transfer rate at one size.
     *
     * @param workingSetBytes bytes touched again and again
     */
    public record Bandwidth(long workingSetBytes, double bytesPerSecond) {}

    /** Sorts by working set. */
    public Roof {
        bandwidths = bandwidths.stream()
                .sorted(Comparator.comparingLong(Bandwidth::workingSetBytes))
                .toList();
    }

    /**
     * Transfer rate for a working set: that of the smallest measured one that is not smaller, else of the largest.
     *
     * @throws IllegalStateException if none was measured
     */
    public double bytesPerSecond(long workingSetBytes) {
        return bandwidths.stream()
                .filter(b -> b.workingSetBytes() >= workingSetBytes)
                .findFirst()
                .or(() -> bandwidths.stream().reduce((smaller, larger) -> larger))
                .map(Bandwidth::bytesPerSecond)
                .orElseThrow(() -> new IllegalStateException("no bandwidth of " + target + " was measured"));
    }
}

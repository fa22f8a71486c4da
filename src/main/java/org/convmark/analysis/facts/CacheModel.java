package org.convmark.analysis.facts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.machine.Machine;
import org.convmark.model.Graph;
import org.convmark.model.cache.CacheHierarchy;
import org.convmark.model.cache.CacheHierarchy.Level;
import org.convmark.model.cache.Trace;
import org.convmark.report.Unit;

/**
 * The modelled traffic behind a machine's caches, from a simulation of each graph's second pass, when the caches are
 * warm.
 */
public final class CacheModel {
    /** Most cache lines simulated per pass; for larger graphs, a sample of the cache sets stands for all. */
    private static final long MOST_LINES = 1 << 14;

    private static final List<String> NAMES = List.of("L1d", "L2", "L3");
    /** Used where the machine does not report a value. */
    private static final int USUAL_WAYS = 8;

    private static final int USUAL_LINE = 64;

    /**
     * Modelled traffic of one pass.
     *
     * @param fromL3 bytes that miss L2
     * @param fromMemory bytes that miss L3
     * @param share one in this many cache sets was simulated
     */
    public record Traffic(double fromL3, double fromMemory, int share) {}

    private final List<Level> levels;
    private final int lineBytes;

    private CacheModel(List<Level> levels, int lineBytes) {
        this.levels = levels;
        this.lineBytes = lineBytes;
    }

    /**
     * The model of a machine's caches.
     *
     * @param sizes in bytes by name, L1d, L2 or L3, that override the machine's
     * @return empty if the size of L2 or L3 is known neither from the machine nor from {@code sizes}
     */
    public static Optional<CacheModel> of(Machine machine, Map<String, Long> sizes) {
        List<Level> levels = new ArrayList<>();
        int line = USUAL_LINE;
        for (String name : NAMES) {
            Optional<Machine.Cache> cache = machine.cache(name);
            Optional<Long> bytes = Optional.ofNullable(sizes.get(name))
                    .or(() -> cache.flatMap(c -> c.bytes().optional()));
            int ways = cache.flatMap(c -> c.ways().optional()).orElse(USUAL_WAYS);
            line = cache.flatMap(c -> c.lineBytes().optional()).orElse(line);
            bytes.ifPresent(b -> levels.add(new Level(name, b, (int) Math.min(ways, b / USUAL_LINE))));
        }
        boolean whole = levels.stream().map(Level::name).toList().containsAll(List.of("L2", "L3"));
        return whole ? Optional.of(new CacheModel(levels, line)) : Optional.empty();
    }

    /** The traffic of one pass over each graph; graphs are compared by identity. */
    public Map<Graph, Traffic> of(Stream<Graph> graphs) {
        Map<Graph, Traffic> traffics = new IdentityHashMap<>();
        graphs.forEach(graph -> traffics.put(graph, null));
        List<Graph> all = List.copyOf(traffics.keySet());
        List<Traffic> simulated = all.parallelStream().map(this::simulate).toList();
        for (int i = 0; i < all.size(); i++) {
            traffics.put(all.get(i), simulated.get(i));
        }
        return traffics;
    }

    private Traffic simulate(Graph graph) {
        Recording recording = new Recording();
        new Trace(graph).visit(recording);
        int share = 1;
        while (recording.bytes / lineBytes / share > MOST_LINES && divides(2 * share)) {
            share *= 2;
        }
        CacheHierarchy caches = new CacheHierarchy(lineBytes, share, levels);
        recording.replay(caches);
        caches.reset();
        recording.replay(caches);
        return new Traffic(caches.missedBytes(levels.size() - 2), caches.missedBytes(levels.size() - 1), share);
    }

    /** The memory ranges that one pass touches, in order, each as an address and a size in bytes. */
    private static final class Recording implements Trace.Visitor {
        private long[] ranges = new long[1 << 12];
        private int length;
        private long bytes;

        @Override
        public void touch(long address, long size) {
            if (length == ranges.length) {
                ranges = Arrays.copyOf(ranges, 2 * length);
            }
            ranges[length++] = address;
            ranges[length++] = size;
            bytes += size;
        }

        void replay(CacheHierarchy caches) {
            for (int i = 0; i < length; i += 2) {
                caches.touch(ranges[i], ranges[i + 1]);
            }
        }
    }

    private boolean divides(int share) {
        return levels.stream().allMatch(level -> level.sets(lineBytes) % share == 0);
    }

    /** {@code L1d 32.0 KiB, L2 512 KiB, L3 32.0 MiB}. */
    @Override
    public String toString() {
        return String.join(
                ", ",
                levels.stream()
                        .map(level ->
                                level.name() + " " + Unit.BYTES.format(level.bytes()) + " (" + level.ways() + " ways)")
                        .toList());
    }
}

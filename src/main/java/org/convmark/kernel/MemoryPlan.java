package org.convmark.kernel;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each tensor lies in a shared memory while it is alive. Each tensor is placed in the narrowest gap between those that are
 * alive at the same time. Three orders are tried, largest tensor first (greedy by size, Pisarchyk and Lee 2020, arXiv
 * 2001.03288), largest area first, and order of birth, and the one that needs the least memory is kept.
 */
final class MemoryPlan {
    /**
     * A tensor and the nodes between which it is alive.
     *
     * @param value the value it holds
     * @param from first node that writes it
     * @param to last node that writes or reads it
     * @param layout its layout in memory, border included
     * @param need its memory requirement; only tensors of the same kind share memory
     */
    record LiveRange(int value, int from, int to, Object layout, Backend.MemoryRequirement need) {
        long units() {
            return need.units();
        }

        Object kind() {
            return need.kind();
        }

        long unitsOverLife() {
            return units() * (to - from + 1);
        }

        boolean livesWith(LiveRange that) {
            return kind().equals(that.kind()) && from <= that.to && that.from <= to;
        }
    }

    private record Allocation(LiveRange tenant, long first) {
        long end() {
            return first + tenant.units();
        }

        boolean overlaps(Allocation that) {
            return tenant.kind().equals(that.tenant.kind()) && first < that.end() && that.first < end();
        }

        /** Whether both tensors have their zeros in the same places. */
        boolean looksLike(Allocation that) {
            return first == that.first && tenant.layout.equals(that.tenant.layout);
        }
    }

    private static final List<Comparator<LiveRange>> ORDERS = List.of(
            Comparator.comparingLong(LiveRange::units).reversed().thenComparingInt(LiveRange::from),
            Comparator.comparingLong(LiveRange::unitsOverLife).reversed().thenComparingInt(LiveRange::from),
            Comparator.comparingInt(LiveRange::from).thenComparing(LiveRange::units, Comparator.reverseOrder()));

    private final Map<Integer, Allocation> places;

    MemoryPlan(List<LiveRange> tenants) {
        places = ORDERS.stream()
                .map(order -> lay(tenants.stream()
                        .sorted(order.thenComparingInt(LiveRange::value))
                        .toList()))
                .min(Comparator.comparingLong(MemoryPlan::total))
                .orElseThrow();
    }

    private static Map<Integer, Allocation> lay(List<LiveRange> tenants) {
        Map<Integer, Allocation> places = new HashMap<>();
        tenants.forEach(tenant -> places.put(tenant.value, new Allocation(tenant, gap(tenant, places))));
        return places;
    }

    private static long total(Map<Integer, Allocation> places) {
        return needs(places).stream()
                .mapToLong(Backend.MemoryRequirement::units)
                .sum();
    }

    private static long gap(LiveRange tenant, Map<Integer, Allocation> places) {
        List<Allocation> neighbours = places.values().stream()
                .filter(place -> place.tenant.livesWith(tenant))
                .sorted(Comparator.comparingLong(Allocation::first))
                .toList();
        long best = -1;
        long narrowest = Long.MAX_VALUE;
        long end = 0;
        for (Allocation next : neighbours) {
            long gap = next.first - end;
            if (gap >= tenant.units() && gap < narrowest) {
                best = end;
                narrowest = gap;
            }
            end = Math.max(end, next.end());
        }
        return best < 0 ? end : best;
    }

    /** Unit of its memory at which a value starts. */
    int first(int value) {
        return (int) places.get(value).first;
    }

    /** Whether the border of this tensor may hold another tensor's data and must be cleared. */
    boolean isSpoiled(int value) {
        Allocation place = places.get(value);
        int born = place.tenant.from;
        List<Allocation> others =
                places.values().stream().filter(place::overlaps).toList();
        int like = others.stream()
                .filter(other -> other.looksLike(place) && other.tenant.from < born)
                .mapToInt(other -> other.tenant.from)
                .max()
                .orElse(-1);
        return others.stream()
                .filter(other -> !other.looksLike(place))
                .anyMatch(other -> like < 0 || like < other.tenant.from && other.tenant.from < born);
    }

    /** Requirement of each kind of memory. */
    Collection<Backend.MemoryRequirement> needs() {
        return needs(places);
    }

    /** Bytes of all memories; empty if those of any one are unknown. */
    Optional<Long> bytes() {
        return needs().stream().allMatch(need -> need.unitBytes() > 0)
                ? Optional.of(needs().stream()
                        .mapToLong(need -> need.units() * need.unitBytes())
                        .sum())
                : Optional.empty();
    }

    private static Collection<Backend.MemoryRequirement> needs(Map<Integer, Allocation> places) {
        Map<Object, Backend.MemoryRequirement> needs = new HashMap<>();
        places.values()
                .forEach(place -> needs.merge(
                        place.tenant.kind(),
                        new Backend.MemoryRequirement(place.tenant.kind(), place.end(), place.tenant.need.unitBytes()),
                        (a, b) -> a.units() > b.units() ? a : b));
        return needs.values();
    }
}

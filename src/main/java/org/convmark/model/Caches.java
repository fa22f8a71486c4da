package org.convmark.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Data caches of a machine as one thread of a kernel sees them.
 *
 * @param l1 bytes of a core's first level
 * @param l2 bytes of a core's second level
 * @param l3 bytes of the third level, shared
 */
public record Caches(long l1, long l2, long l3) {
    /** What most processors have at least; used for machines whose caches are unknown. */
    public static final Caches TYPICAL = new Caches(32 << 10, 512 << 10, 16 << 20);

    /**
     * From sizes by the names L1d, L2 and L3. Typical sizes replace absent ones, and all of them if the sizes are inconsistent.
     */
    public static Caches of(Map<String, Long> bytes) {
        try {
            return new Caches(
                    bytes.getOrDefault("L1d", TYPICAL.l1),
                    bytes.getOrDefault("L2", TYPICAL.l2),
                    bytes.getOrDefault("L3", TYPICAL.l3));
        } catch (IllegalArgumentException implausible) {
            return TYPICAL;
        }
    }

    /** @throws IllegalArgumentException if a level is not larger than the one before */
    public Caches {
        if (l1 < 1 << 10 || l2 < l1 || l3 < l2) {
            throw new IllegalArgumentException("caches of " + l1 + ", " + l2 + " and " + l3
                    + " bytes are not those of a machine: each level holds at least the one before it");
        }
    }

    /** Names of the levels that hold the one number of bytes and not the other, least first. */
    public List<String> levels(long held, long tooMany) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("L1d", l1);
        sizes.put("L2", l2);
        sizes.put("L3", l3);
        return sizes.entrySet().stream()
                .filter(level -> held <= level.getValue() && level.getValue() < tooMany)
                .map(Map.Entry::getKey)
                .toList();
    }
}

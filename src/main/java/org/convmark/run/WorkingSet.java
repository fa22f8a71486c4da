package org.convmark.run;

import org.convmark.machine.Machine;

/** Sizes at which bandwidth is measured: half of each cache, and far more than the last. */
public enum WorkingSet {
    /** Half of the first level. */
    L1("L1d", 1 << 14),
    /** Half of the second level. */
    L2("L2", 1 << 18),
    /** Half of the third level. */
    L3("L3", 1 << 23),
    /** Four times the third level, between 128 MiB and 1 GiB. */
    MEMORY("L3", 1 << 28) {
        @Override
        long of(long cache) {
            return Math.max(1L << 27, Math.min(4 * cache, 1L << 30));
        }
    };

    private final String cache;
    private final long otherwise;

    WorkingSet(String cache, long otherwise) {
        this.cache = cache;
        this.otherwise = otherwise;
    }

    /** Bytes on a machine; a usual size if its caches are unknown. */
    public long bytes(Machine machine) {
        return machine.cache(cache)
                .flatMap(c -> c.bytes().optional())
                .map(this::of)
                .orElse(otherwise);
    }

    long of(long cacheBytes) {
        return cacheBytes / 2;
    }
}

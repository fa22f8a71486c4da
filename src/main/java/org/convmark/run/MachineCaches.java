package org.convmark.run;

import org.convmark.machine.Machine;
import org.convmark.model.Caches;

/** The caches that plans of fused blocks are made for, as a machine reports them. */
public final class MachineCaches {
    private MachineCaches() {}

    /** Those of a machine; usual ones where it does not tell, or tells what cannot be. */
    public static Caches of(Machine machine) {
        try {
            return new Caches(
                    bytes(machine, "L1d", Caches.TYPICAL.l1()),
                    bytes(machine, "L2", Caches.TYPICAL.l2()),
                    bytes(machine, "L3", Caches.TYPICAL.l3()));
        } catch (IllegalArgumentException implausible) {
            return Caches.TYPICAL;
        }
    }

    private static long bytes(Machine machine, String name, long otherwise) {
        return machine.cache(name).flatMap(cache -> cache.bytes().optional()).orElse(otherwise);
    }
}

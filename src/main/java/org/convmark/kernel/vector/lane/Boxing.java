package org.convmark.kernel.vector.lane;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.OwnThreads;

/**
 * Whether vectors stay boxed on this JVM. Every vector is an object until a compiler that knows the Vector API has compiled the
 * method; until then kernels are hundreds of times slower. On a JVM without such a compiler a run would take minutes and show
 * nothing else.
 */
public final class Boxing {
    private static final int CALLS = 200;
    private static final int VECTORS = 16;

    /** Bytes of the smallest object. */
    private static final int OBJECT = 16;

    /** Many times what a compiler needs for such a small method; Graal is slow until it has compiled itself. */
    private static final long MOST_NANOS = 30_000_000_000L;

    private Boxing() {}

    /** Calls a small kernel until calls no longer allocate; false if they always do, as with vectors longer than the hardware's. */
    public static boolean ends() {
        if (Lanes.FLOATS.vectorBitSize() > FloatVector.SPECIES_PREFERRED.vectorBitSize()) {
            return false;
        }
        float[] data = new float[VECTORS * Lanes.L];
        OwnThreads threads = new OwnThreads();
        long start = System.nanoTime();
        do {
            long before = threads.allocatedBytes();
            for (int call = 0; call < CALLS; call++) {
                kernel(data);
            }
            if (threads.allocatedBytes() - before < CALLS * OBJECT) {
                return true;
            }
        } while (System.nanoTime() - start < MOST_NANOS);
        return false;
    }

    /** The operations of register tiles: multiply, add and clamp. */
    private static void kernel(float[] data) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        FloatVector high = FloatVector.broadcast(Lanes.FLOATS, 6);
        for (int i = 0; i < data.length; i += Lanes.L) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, data, i);
            sum = x.fma(x, sum);
            sum.blend(high, high.lt(sum)).intoArray(data, i);
        }
    }
}

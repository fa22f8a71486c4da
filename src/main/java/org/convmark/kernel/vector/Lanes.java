package org.convmark.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The species of all vectors here: what the JVM prefers, or {@code -Dconvmark.vector.bits=128|256|512} for tests. */
public final class Lanes {
    public static final VectorSpecies<Float> FLOATS = species();

    /** Floats in a vector, channels in a block. */
    public static final int L = FLOATS.length();

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        Integer bits = Integer.getInteger("convmark.vector.bits");
        return bits == null
                ? FloatVector.SPECIES_PREFERRED
                : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    /** Blocks that hold this many channels; the last may be part empty. */
    static int blocks(int channels) {
        return (channels + L - 1) / L;
    }

    /** Values of channels padded with zeros to whole blocks. */
    static float[] padded(float[] perChannel) {
        return java.util.Arrays.copyOf(perChannel, blocks(perChannel.length) * L);
    }
}

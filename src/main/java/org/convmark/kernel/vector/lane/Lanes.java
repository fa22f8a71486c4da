package org.convmark.kernel.vector.lane;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.convmark.kernel.VectorLength;

/** The species of all vectors here: what the JVM prefers, or what {@link VectorLength#BITS} says: 128, 256 or 512. */
public final class Lanes {
    /** The only shape used in this JVM. */
    public static final VectorSpecies<Float> FLOATS = species();

    /** As many ints. */
    public static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);

    /** Floats in a vector, channels in a block. */
    public static final int L = FLOATS.length();

    /** Floats in the longest vector of AVX-512, the x86-64 extension with 32 registers for vectors of all lengths. */
    private static final int LANES_OF_AVX_512 = 16;

    /** Vector registers that kernels are written for: 16 unless the JVM uses AVX-512. */
    static final int REGISTERS = Integer.getInteger(
            VectorLength.REGISTERS, FloatVector.SPECIES_PREFERRED.length() == LANES_OF_AVX_512 ? 32 : 16);

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        Integer bits = Integer.getInteger(VectorLength.BITS);
        return bits == null
                ? FloatVector.SPECIES_PREFERRED
                : VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
    }

    /** Blocks that hold this many channels; the last may be partly empty. */
    public static int blocks(int channels) {
        return (channels + L - 1) / L;
    }

    /** Values of channels padded with zeros to whole blocks. */
    public static float[] padded(float[] perChannel) {
        return java.util.Arrays.copyOf(perChannel, blocks(perChannel.length) * L);
    }
}

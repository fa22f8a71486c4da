package org.convmark.kernel.opencl;

import java.util.Optional;
import java.util.stream.IntStream;

/** How a device multiplies matrices of half precision and adds floats, see {@code vec.cl}. */
enum Mma {
    /** Instructions of NVIDIA's GPUs with tensor cores since 2020, for which its OpenCL has no name. */
    PTX,
    /** Plain C, slowly: for tests of the kernels around it. */
    C;

    /** Rows of sums, columns of sums, and terms. */
    static final int ROWS = 16, COLUMNS = 8, TERMS = 16;

    /** The way that a device has and that is right there; empty if there is none. */
    static Optional<Mma> of(ClDevice device, Cl cl) {
        if (device.info().vendor().contains("NVIDIA") && PTX.isRight(cl)) {
            return Optional.of(PTX);
        }
        return MatrixTile.Unit.HALVES.isEverywhere() ? Optional.of(C) : Optional.empty();
    }

    /** Build option of kernels that multiply so. */
    String option() {
        return " -DMMA=" + this;
    }

    /** Whether a product is what it should be; not if the device's compiler does not know the way. */
    boolean isRight(Cl cl) {
        float[] a = numbers(ROWS * TERMS, 5);
        float[] b = numbers(TERMS * COLUMNS, 7);
        float[] sums = new float[ROWS * COLUMNS];
        for (int i = 0; i < sums.length; i++) {
            for (int k = 0; k < TERMS; k++) {
                sums[i] += a[i / COLUMNS * TERMS + k] * b[k * COLUMNS + i % COLUMNS];
            }
        }
        Cl.Range warp = new Cl.Range(new long[] {32, 1, 1}, new long[] {32, 1, 1});
        return cl.gives(sums, () -> {
            Cl.Memory out = cl.allocate((long) sums.length * Float.BYTES);
            cl.kernel("mma.cl", "mma", option(), warp, cl.upload(a), cl.upload(b), out)
                    .run(0, 1);
            return out;
        });
    }

    /** Small integers, which are exact in half precision. */
    private static float[] numbers(int count, int step) {
        float[] numbers = new float[count];
        IntStream.range(0, count).forEach(i -> numbers[i] = i * step % 23 - 11);
        return numbers;
    }

    /**
     * Where kernels for tensor cores read the weight of a term and a channel, of so many channels: in squares of 16 x 16, those of 16 channels
     * after each other. A warp reads a quad of words for each item, each word two terms: item 4 r + t has those of channels r and r + 8 at word
     * t of the terms, then at word t + 4.
     */
    static int place(int term, int channel, int channels) {
        int word = term % TERMS / 2;
        int square = term / TERMS * (channels / 16) + channel / 16;
        int item = channel % 8 * 4 + word % 4;
        return ((square * 32 + item) * 4 + channel % 16 / 8 + word / 4 * 2) * 2 + term % 2;
    }
}

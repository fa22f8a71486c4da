package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** How a device adds the products of four pairs of 8-bit integers, fastest first, see {@code vec.cl}. */
enum Dots {
    /** A function that a device may offer. */
    KHR(device -> device.offers("cl_khr_integer_dot_product")),
    /** An instruction of NVIDIA's GPUs, for which its OpenCL has no name. */
    PTX(device -> device.info().vendor().contains("NVIDIA")),
    /** A function of AMD's compilers, for those of its GPUs that have the instruction. */
    AMD(device -> device.info().vendor().contains("Advanced Micro Devices")),
    /** Multiplications and additions, of which a compiler makes what it can. */
    C(device -> true);

    private final Predicate<ClDevice> offered;

    Dots(Predicate<ClDevice> offered) {
        this.offered = offered;
    }

    /** The fastest way that a device has and that is right there. */
    static Dots of(ClDevice device, Cl cl) {
        return Arrays.stream(values())
                .filter(way -> way.offered.test(device))
                .filter(way -> way == C || way.isRight(cl))
                .findFirst()
                .orElseThrow();
    }

    /** Whether some products are what they should be; not if the device's compiler does not know the way. */
    boolean isRight(Cl cl) {
        int[] bytes = {0, 1, -1, 127, -128, 77, -128, 127, 127, 127, -128, -128};
        int items = bytes.length - 3;
        int[] a = IntStream.range(0, items).map(i -> word(bytes, i)).toArray();
        int[] b = IntStream.range(0, items).map(i -> word(bytes, items - 1 - i)).toArray();
        float[] sums = new float[items];
        float[] right = new float[items];
        for (int i = 0; i < items; i++) {
            sums[i] = 1000 - i;
            right[i] = sums[i];
            for (int bit = 0; bit < Integer.SIZE; bit += Byte.SIZE) {
                right[i] += (byte) (a[i] >> bit) * (byte) (b[i] >> bit);
            }
        }
        Cl.Range range = new Cl.Range(new long[] {items, 1, 1}, new long[] {1, 1, 1});
        return cl.gives(right, () -> {
            Cl.Memory out = cl.upload(sums);
            cl.kernel("dots.cl", "dots", "-DDOTS=" + this, range, cl.upload(a), cl.upload(b), out)
                    .run(0, 1);
            return out;
        });
    }

    private static int word(int[] bytes, int first) {
        return IntStream.range(0, Integer.BYTES)
                .map(i -> (bytes[first + i] & 0xff) << i * Byte.SIZE)
                .reduce(0, (x, y) -> x | y);
    }
}

package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.convmark.model.Precision;

/** How a device adds the products of two words of integers or of halves, of each the fastest first, see {@code vec.cl}. */
enum Dots {
    /** A function that a device may offer. */
    KHR(MatrixTile.Unit.INTEGERS, device -> device.offers("cl_khr_integer_dot_product")),
    /** An instruction of NVIDIA's GPUs, for which its OpenCL has no name. */
    PTX(MatrixTile.Unit.INTEGERS, device -> device.info().vendor().contains("NVIDIA")),
    /** A function of AMD's compilers, for those of its GPUs that have the instruction. */
    AMD(MatrixTile.Unit.INTEGERS, Dots::isOfAmd),
    /** Multiplications and additions, of which a compiler makes what it can. */
    C(MatrixTile.Unit.INTEGERS, device -> true),
    /** A function of AMD's compilers, for those of its GPUs that have the instruction. */
    AMD_HALVES(MatrixTile.Unit.PAIRS, Dots::isOfAmd),
    /** Multiply-adds of floats whose factors are numbers of half precision, which compilers of GPUs take from registers as they are. */
    KHR_HALVES(MatrixTile.Unit.PAIRS, device -> device.offers("cl_khr_fp16")),
    /** Plain C, slowly: for tests of the kernels around it. */
    C_HALVES(MatrixTile.Unit.PAIRS, device -> MatrixTile.Unit.PAIRS.isEverywhere());

    private final MatrixTile.Unit unit;
    private final Predicate<ClDevice> offered;

    Dots(MatrixTile.Unit unit, Predicate<ClDevice> offered) {
        this.unit = unit;
        this.offered = offered;
    }

    private static boolean isOfAmd(ClDevice device) {
        return device.info().vendor().contains("Advanced Micro Devices");
    }

    /** The fastest way that a device has for such words and that is right there; empty if there is none. */
    static Optional<Dots> of(MatrixTile.Unit unit, ClDevice device, Cl cl) {
        return Arrays.stream(values())
                .filter(way -> way.unit == unit && way.offered.test(device))
                .filter(way -> way == C || way.isRight(cl))
                .findFirst();
    }

    /** Build options of kernels that multiply so. */
    String option() {
        return " -DDOTS=" + this + " -DIN_WORD=" + unit.lanes;
    }

    /** Whether some products are what they should be; not if the device's compiler does not know the way. */
    boolean isRight(Cl cl) {
        int[] numbers = {0, 1, -1, 127, -128, 77, -128, 127, 127, 127, -128, -128};
        int items = numbers.length - unit.lanes + 1;
        int[] a = IntStream.range(0, items).map(i -> word(numbers, i)).toArray();
        int[] b =
                IntStream.range(0, items).map(i -> word(numbers, items - 1 - i)).toArray();
        float[] sums = new float[items];
        float[] right = new float[items];
        for (int i = 0; i < items; i++) {
            sums[i] = 1000 - i;
            right[i] = sums[i];
            for (int lane = 0; lane < unit.lanes; lane++) {
                right[i] += numbers[i + lane] * numbers[items - 1 - i + lane];
            }
        }
        Cl.Range range = new Cl.Range(new long[] {items, 1, 1}, new long[] {1, 1, 1});
        return cl.gives(right, () -> {
            Cl.Memory out = cl.upload(sums);
            cl.kernel("dots.cl", "dots", option(), range, cl.upload(a), cl.upload(b), out)
                    .run(0, 1);
            return out;
        });
    }

    /** Neighbours in a word. */
    private int word(int[] numbers, int first) {
        int bits = Integer.SIZE / unit.lanes;
        return IntStream.range(0, unit.lanes)
                .map(lane -> code(numbers[first + lane]) << lane * bits)
                .reduce(0, (x, y) -> x | y);
    }

    private int code(int number) {
        return unit == MatrixTile.Unit.PAIRS ? Precision.FP16.encode(number) : number & 0xff;
    }
}

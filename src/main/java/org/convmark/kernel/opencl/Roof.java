package org.convmark.kernel.opencl;

import org.convmark.kernel.Kernel;
import org.convmark.model.RoofLoop;
import org.convmark.model.Shape;

/** Binds the roof loops. */
final class Roof {
    /** Work-items per compute unit of a GPU: enough to hide memory latency. */
    private static final int GPU_ITEMS = 1024;

    /** Work-items of four warps, a group on tensor cores. */
    private static final int WARPS = 128;

    /** Work-items of the compute loop per compute unit of a CPU: several, so that uneven scheduling costs little. */
    private static final int CPU_SHARES = 16;

    private final Cl cl;
    private final Tuning tuning;
    private final String options;

    Roof(Cl cl, Tuning tuning) {
        this.cl = cl;
        this.tuning = tuning;
        this.options = tuning.options() + " -DLANES=" + tuning.lanes() + " -DCHAINS=" + tuning.chains();
    }

    Kernel bind(RoofLoop loop, long size) {
        return switch (loop) {
            case COMPUTE, COMPUTE_L1 -> compute(size); // fed from memory it reached 40 % on PoCL: no roof
            case HALVES -> halves(size);
            case INTEGERS -> integers(size);
            case READ -> read(size);
            case COPY -> copy(size);
            case TRIAD -> triad(size);
        };
    }

    private boolean gpu() {
        return tuning.family() == Tuning.Family.GPU;
    }

    /** A power of two, so that each item gets the same whole number of steps. */
    private int items() {
        return Integer.highestOneBit(cl.units() * (gpu() ? GPU_ITEMS : CPU_SHARES));
    }

    private Kernel compute(long flops) {
        int items = items();
        int steps = (int) (flops / (2.0 * tuning.lanes() * items));
        return kernel("compute", items, 0.999f, 0.001f, steps, floats((long) items * tuning.lanes()));
    }

    /** Operations of an item's part of a product of a warp: 16 x 8 sums of 16 products. */
    private static final int MMA_FLOPS = 2 * Mma.ROWS * Mma.COLUMNS * Mma.TERMS / 32;

    private Kernel halves(long flops) {
        if (!gpu() || cl.halves() == MatrixTile.Unit.FLOATS) {
            throw new UnsupportedOperationException(
                    cl.info().name() + " has no unit of half precision that kernels of GPUs can use");
        }
        return cl.halves() == MatrixTile.Unit.PAIRS ? words(MatrixTile.Unit.PAIRS, flops) : matrices(flops);
    }

    private Kernel matrices(long flops) {
        int items = items();
        int steps = (int) Math.max(1, flops / ((long) MMA_FLOPS * items));
        Cl.Range range = new Cl.Range(new long[] {items}, new long[] {Math.min(items, WARPS)});
        return cl.kernel(
                "roof.cl",
                "halves",
                options + cl.mma().orElseThrow().option() + " -DWARPS=" + Math.min(items, WARPS),
                range,
                0.001f,
                steps,
                floats(items));
    }

    private Kernel integers(long flops) {
        if (!gpu()) {
            throw new UnsupportedOperationException("kernels of CPUs multiply floats in place of integers");
        }
        return words(MatrixTile.Unit.INTEGERS, flops);
    }

    /** Halves in a word. */
    private static final int TWO_ONES = 0x3c003c00;

    /** A step adds the products of a word. */
    private Kernel words(MatrixTile.Unit unit, long flops) {
        int items = items();
        int steps = (int) Math.max(1, flops / (2L * unit.lanes * items));
        Cl.Range range = new Cl.Range(new long[] {items}, new long[] {tuning.group()});
        int factor = unit == MatrixTile.Unit.PAIRS ? TWO_ONES : 3;
        String words = options + cl.dots(unit).orElseThrow().option();
        return cl.kernel("roof.cl", "words", words, range, factor, steps, floats(items));
    }

    private Kernel read(long bytes) {
        Split split = split(bytes);
        return kernel(
                "read",
                split.items,
                RoofLoop.passes(bytes),
                split.count,
                floats(split.floats()),
                floats((long) split.items * tuning.lanes()));
    }

    private Kernel copy(long bytes) {
        Split split = split(bytes / 2);
        return kernel(
                "copy",
                split.items,
                RoofLoop.passes(bytes),
                split.count,
                floats(split.floats()),
                floats(split.floats()));
    }

    private Kernel triad(long bytes) {
        Split split = split(bytes / 3);
        return kernel(
                "triad",
                split.items,
                RoofLoop.passes(bytes),
                split.count,
                0.5f,
                floats(split.floats()),
                floats(split.floats()),
                floats(split.floats()));
    }

    /**
     * An array shared by work-items.
     *
     * @param items work-items
     * @param count vectors per item
     * @param lanes floats of a vector
     */
    private record Split(int items, int count, int lanes) {
        long floats() {
            return (long) items * count * lanes;
        }
    }

    /** One item per compute unit of a CPU, so that its share stays in its caches; many on a GPU. */
    private Split split(long bytes) {
        long vectors = Math.max(1, bytes / ((long) tuning.lanes() * Shape.ELEMENT_BYTES));
        long wish = gpu() ? (long) cl.units() * GPU_ITEMS : cl.units();
        int items = (int) Math.max(tuning.group(), Math.min(wish, vectors) / tuning.group() * tuning.group());
        return new Split(items, (int) Math.max(1, vectors / items), tuning.lanes());
    }

    private Cl.Memory floats(long count) {
        return cl.allocate(count * Shape.ELEMENT_BYTES);
    }

    private Kernel kernel(String name, int items, Object... arguments) {
        Cl.Range range = new Cl.Range(new long[] {items}, new long[] {tuning.group()});
        return cl.kernel("roof.cl", name, options, range, arguments);
    }
}

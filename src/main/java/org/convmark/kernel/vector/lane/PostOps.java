package org.convmark.kernel.vector.lane;

import org.convmark.kernel.Epilogue;
import org.convmark.model.Activation;

/**
 * What happens to sums: activation, residual, activation. A register tile can add a residual to its sums and limit them before it
 * stores them, so neither costs a pass where it comes first; the rest happens to a row just stored, still in L1.
 *
 * @param epilogue which
 * @param residual what is added, or null
 */
public record PostOps(Epilogue epilogue, BlockedTensor residual) {
    /** Sums stay as they are. */
    public static final PostOps NOTHING = new PostOps(Epilogue.NONE, null);

    /** What a tile adds before it limits its sums: the residual if nothing comes before it and it lies as the output does, else null. */
    public BlockedTensor added(BlockedTensor out) {
        boolean first = residual != null && epilogue.before() == null;
        return first && residual.row == out.row && residual.block == out.block ? residual : null;
    }

    /** What is left to do when the residual has been added. */
    public PostOps afterResidual() {
        return new PostOps(epilogue, null);
    }

    /** What a register tile can do itself. */
    public Clamp clamp() {
        return Clamp.of(first());
    }

    /** What is left to do when the sums have been limited. */
    public PostOps afterLimits() {
        if (!Clamp.suffice(first())) {
            return this;
        }
        return new PostOps(residual == null ? Epilogue.NONE : new Epilogue(null, epilogue.after()), residual);
    }

    private Activation first() {
        return residual == null ? epilogue.after() : epilogue.before();
    }

    /** Finishes row y of block b of image n. */
    public void row(BlockedTensor out, int n, int b, int y) {
        run(out, n, b, y, out.rowLength());
    }

    /** Finishes rows of block b of image n: as one where they follow one another, since a loop over few vectors is a slow one. */
    public void rows(BlockedTensor out, int n, int b, int from, int to) {
        if (out.joined() && (residual == null || residual.joined())) {
            run(out, n, b, from, (to - from) * out.rowLength());
        } else {
            for (int y = from; y < to; y++) {
                row(out, n, b, y);
            }
        }
    }

    /** Finishes so many floats from row y of block b of image n on, all of which follow one another. */
    public void run(BlockedTensor out, int n, int b, int y, int length) {
        int o = out.at(n, b, y, 0);
        if (epilogue.before() != null) {
            ElementwiseKernels.activate(epilogue.before(), out.data, o, out.data, o, length);
        }
        if (residual != null) {
            int r = residual.at(n, b, y, 0);
            ElementwiseKernels.add(out.data, o, residual.data, r, Clamp.of(epilogue.after()), out.data, o, length);
        }
        if (epilogue.after() != null && (residual == null || !Clamp.suffice(epilogue.after()))) {
            ElementwiseKernels.activate(epilogue.after(), out.data, o, out.data, o, length);
        }
    }
}

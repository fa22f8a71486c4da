package org.convmark.kernel.vector.lane;

import org.convmark.kernel.Epilogue;
import org.convmark.model.Activation;

/**
 * What happens to finished sums: activation, residual, activation. A register tile can add a residual and clamp its sums before
 * it stores them, so these cost no extra pass if they come first; the rest is applied to rows just stored, still in L1.
 *
 * @param epilogue the activations
 * @param residual what is added, or null
 */
public record PostOps(Epilogue epilogue, BlockedTensor residual) {
    /** Sums stay as they are. */
    public static final PostOps NOTHING = new PostOps(Epilogue.NONE, null);

    /**
     * The residual if a tile can add it before it clamps its sums: nothing comes before it, and it has the layout of the output.
     * Otherwise null.
     */
    public BlockedTensor added(BlockedTensor out) {
        boolean first = residual != null && epilogue.before() == null;
        return first && residual.row == out.row && residual.block == out.block ? residual : null;
    }

    /** What is left after the residual has been added. */
    public PostOps afterResidual() {
        return new PostOps(epilogue, null);
    }

    /** The clamp that a register tile can apply itself. */
    public Clamp clamp() {
        return Clamp.of(first());
    }

    /** What is left after the sums have been clamped. */
    public PostOps afterLimits() {
        if (!Clamp.suffice(first())) {
            return this;
        }
        return new PostOps(residual == null ? Epilogue.NONE : new Epilogue(null, epilogue.after()), residual);
    }

    private Activation first() {
        return residual == null ? epilogue.after() : epilogue.before();
    }

    /** Applies them to row y of block b of image n. */
    public void row(BlockedTensor out, int n, int b, int y) {
        run(out, n, b, y, out.rowLength());
    }

    /** Applies them to rows of block b of image n; contiguous rows are treated as one, since loops over few vectors are slow. */
    public void rows(BlockedTensor out, int n, int b, int from, int to) {
        if (out.joined() && (residual == null || residual.joined())) {
            run(out, n, b, from, (to - from) * out.rowLength());
        } else {
            for (int y = from; y < to; y++) {
                row(out, n, b, y);
            }
        }
    }

    /** Applies them to this many contiguous floats from row y of block b of image n on. */
    public void run(BlockedTensor out, int n, int b, int y, int length) {
        run(out.data, out.at(n, b, y, 0), out, n, b, y, length);
    }

    /** The same with sums that are elsewhere. */
    public void run(float[] sums, int s, BlockedTensor out, int n, int b, int y, int length) {
        float[] from = sums;
        int p = s;
        int o = out.at(n, b, y, 0);
        if (epilogue.before() != null) {
            ElementwiseKernels.activate(epilogue.before(), from, p, out.data, o, length);
            from = out.data;
            p = o;
        }
        if (residual != null) {
            int r = residual.at(n, b, y, 0);
            ElementwiseKernels.add(from, p, residual.data, r, Clamp.of(epilogue.after()), out.data, o, length);
            from = out.data;
            p = o;
        }
        if (epilogue.after() != null && (residual == null || !Clamp.suffice(epilogue.after()))) {
            ElementwiseKernels.activate(epilogue.after(), from, p, out.data, o, length);
            from = out.data;
            p = o;
        }
        if (p != o || from != out.data) {
            ElementwiseKernels.copy(from, p, out.data, o, length);
        }
    }
}

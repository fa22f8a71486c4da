package org.convmark.kernel.vector.lane;

import org.convmark.kernel.Epilogue;
import org.convmark.kernel.Epilogue.Stage;

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
        boolean first = residual != null && epilogue.before().isNone();
        return first && residual.row == out.row && residual.block == out.block ? residual : null;
    }

    /** What is left after the residual has been added. */
    public PostOps afterResidual() {
        return new PostOps(epilogue, null);
    }

    /** The clamp that a register tile can apply itself. */
    public Clamp clamp() {
        return first().first() == null ? Clamp.of(first().function()) : Clamp.NONE;
    }

    /** What is left after the sums have been clamped. */
    public PostOps afterLimits() {
        if (first().first() != null || !Clamp.suffice(first().function())) {
            return this;
        }
        Stage rounding = new Stage(first().last(), null, null);
        return new PostOps(
                residual == null ? new Epilogue(Stage.NONE, rounding) : new Epilogue(rounding, epilogue.after()),
                residual);
    }

    private Stage first() {
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
        if (!epilogue.before().isNone()) {
            stage(epilogue.before(), true, from, p, out.data, o, length);
            from = out.data;
            p = o;
        }
        Stage after = epilogue.after();
        if (residual != null) {
            int r = residual.at(n, b, y, 0);
            Clamp clamp = after.first() == null ? Clamp.of(after.function()) : Clamp.NONE;
            ElementwiseKernels.add(from, p, residual.data, r, clamp, out.data, o, length);
            from = out.data;
            p = o;
        }
        boolean activates = residual == null || after.first() != null || !Clamp.suffice(after.function());
        if (!after.isNone()) {
            stage(after, activates, from, p, out.data, o, length);
        } else if (p != o || from != out.data) {
            ElementwiseKernels.copy(from, p, out.data, o, length);
        }
    }

    /** @param activates whether the activation has not been applied yet */
    private static void stage(Stage stage, boolean activates, float[] in, int i, float[] out, int o, int length) {
        float[] from = in;
        int p = i;
        if (stage.first() != null) {
            ElementwiseKernels.quantise(stage.first(), from, p, out, o, length);
            from = out;
            p = o;
        }
        if (stage.function() != null && activates) {
            ElementwiseKernels.activate(stage.function(), from, p, out, o, length);
            from = out;
            p = o;
        }
        if (stage.last() != null) {
            ElementwiseKernels.quantise(stage.last(), from, p, out, o, length);
        }
    }
}

package org.convmark.kernel.opencl;

import java.util.Arrays;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;

/** Chooses the kernel of a CPU for a convolution, packs its filter for that kernel and binds its operands. */
final class Convolution {
    private final Cl cl;
    private final Tuning tuning;
    private final FoldedConv folded;
    private final Conv conv;
    private final DeviceTensor in;
    private final DeviceTensor residual;
    private final DeviceTensor out;
    private final String options;

    Convolution(Cl cl, Tuning tuning, FoldedConv folded, DeviceTensor in, DeviceTensor residual, DeviceTensor out) {
        this.cl = cl;
        this.tuning = tuning;
        this.conv = folded.conv();
        this.folded = folded;
        this.in = in;
        this.residual = residual == null ? out : residual;
        this.out = out;
        this.options = tuning.options() + Tuning.epilogue(folded.epilogue(), residual);
    }

    Kernel bind() {
        int channels = in.shape().channels();
        return conv.groupWidth(channels) == 1 && conv.groupOut(channels) == 1 ? depthwise() : direct();
    }

    private Kernel direct() {
        PackedConv packed = new PackedConv(tuning, folded, in.shape(), out.shape());
        return cl.kernel(
                "conv.cl",
                "conv",
                options + Tuning.window(conv) + packed.options(),
                new Cl.Range(
                        new long[] {
                            out.shape().height(),
                            packed.first.length,
                            out.shape().batch()
                        },
                        new long[] {1, 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                cl.upload(packed.filter),
                cl.upload(packed.ends),
                cl.upload(packed.first),
                packed.blocks,
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                out.shape().width(),
                out.blocks());
    }

    private Kernel depthwise() {
        int v = tuning.vector();
        int rows = DeviceTensor.rowsPerItem(
                out.shape().height(), out.blocks() * out.shape().batch(), cl.units());
        return cl.kernel(
                "depthwise.cl",
                "depthwise",
                options + Tuning.window(conv) + " -DPIXELS="
                        + tuning.evenPixels(out.shape().width()),
                new Cl.Range(
                        new long[] {
                            DeviceTensor.blocks(out.shape().height(), rows),
                            out.blocks(),
                            out.shape().batch()
                        },
                        new long[] {1, 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                cl.upload(PackedConv.depthwise(conv, folded.filter(), v)),
                cl.upload(Arrays.copyOf(folded.bias(), out.blocks() * v)),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                rows,
                out.shape().height(),
                out.shape().width());
    }
}

package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.List;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.Kernel;
import org.convmark.model.Conv;

/** Chooses the kernel for a convolution, packs its filter for that kernel and binds its operands. */
final class Convolution {
    /** Fewer output channels than this make no tile on a GPU. */
    private static final int NARROW = 32;

    private final Cl cl;
    private final Tuning tuning;
    private final Conv conv;
    private final float[] filter;
    private final float[] bias;
    private final DeviceTensor in;
    private final DeviceTensor residual;
    private final DeviceTensor out;
    private final String options;
    private final int group;
    private final int groupOut;

    Convolution(
            Cl cl,
            Tuning tuning,
            Conv conv,
            Epilogue epilogue,
            float[] filter,
            float[] bias,
            DeviceTensor in,
            DeviceTensor residual,
            DeviceTensor out) {
        this.cl = cl;
        this.tuning = tuning;
        this.conv = conv;
        this.filter = filter;
        this.bias = bias;
        this.in = in;
        this.residual = residual == null ? out : residual;
        this.out = out;
        this.group = conv.groupWidth(in.shape().channels());
        this.groupOut = conv.groupOut(in.shape().channels());
        this.options = tuning.options() + Tuning.epilogue(epilogue, residual);
    }

    Kernel bind() {
        if (tuning.family() == Tuning.Family.GPU) {
            int side = groupOut >= NARROW ? side() : 0;
            return side > 0 ? gpuTile(side) : gpuGrouped();
        }
        return group == 1 && groupOut == 1 ? depthwise() : direct();
    }

    /** The weight of one product. */
    private float weight(int channelOut, int channelInGroup, int tap) {
        return filter[(channelOut * group + channelInGroup) * taps() + tap];
    }

    private int taps() {
        return conv.kernel() * conv.kernel();
    }

    // ---------------------------------------------------------------- CPU

    private Kernel direct() {
        PackedConv packed = new PackedConv(tuning, conv, filter, bias, in.shape(), out.shape());
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
                cl.upload(packed.bias),
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
                cl.upload(PackedConv.depthwise(conv, filter, v)),
                cl.upload(Arrays.copyOf(bias, out.blocks() * v)),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                rows,
                out.shape().height(),
                out.shape().width());
    }

    // ---------------------------------------------------------------- GPU

    /** Work-items of a tile in each direction, as many as the device runs with the registers that the kernel takes; 0 for no tile. */
    private int side() {
        List<Integer> possible = Tuning.sides(cl.info()).toList();
        return possible.stream()
                .filter(side -> cl.fits("conv_gpu.cl", "conv_tile", tileOptions(side), side, side))
                .findFirst()
                .orElse(possible.isEmpty() ? 0 : possible.get(0));
    }

    private String tileOptions(int side) {
        return options + Tuning.window(conv) + " -DTILE=" + Tuning.OWN * side + " -DDEPTH=" + Tuning.DEPTH + " -DSIDE="
                + side;
    }

    private Kernel gpuTile(int side) {
        int tile = Tuning.OWN * side;
        int groups = in.shape().channels() / group;
        int terms = DeviceTensor.blocks(group * taps(), Tuning.DEPTH) * Tuning.DEPTH;
        int paddedOut = DeviceTensor.blocks(groupOut, tile) * tile;
        float[] packed = new float[groups * terms * paddedOut];
        for (int o = 0; o < conv.outChannels(); o++) {
            for (int k = 0; k < group * taps(); k++) {
                packed[(o / groupOut * terms + k) * paddedOut + o % groupOut] = weight(o, k / taps(), k % taps());
            }
        }
        int pixels = (int) out.shape().pixels();
        return cl.kernel(
                "conv_gpu.cl",
                "conv_tile",
                tileOptions(side),
                new Cl.Range(
                        new long[] {
                            (long) DeviceTensor.blocks(pixels, tile) * side,
                            (long) DeviceTensor.blocks(groupOut, tile) * side,
                            (long) out.shape().batch() * groups
                        },
                        new long[] {side, side, 1}),
                in.memory(),
                in.at(conv.padding()),
                group * in.plane(),
                cl.upload(packed),
                cl.upload(bias),
                cl.upload(offsets(terms)),
                terms,
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                out.shape().width(),
                pixels,
                groupOut,
                paddedOut,
                groups);
    }

    private Kernel gpuGrouped() {
        int channels = groupOut % 4 == 0 ? 4 : groupOut % 2 == 0 ? 2 : 1;
        int pixels = (int) out.shape().pixels();
        return cl.kernel(
                "conv_gpu.cl",
                "conv_grouped",
                options + Tuning.window(conv) + " -DCHANNELS=" + channels,
                new Cl.Range(
                        new long[] {
                            pixels, conv.outChannels() / channels, out.shape().batch()
                        },
                        new long[] {tuning.group(), 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                group * in.plane(),
                cl.upload(filter),
                cl.upload(bias),
                cl.upload(offsets(group * taps())),
                group * taps(),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                out.shape().width(),
                pixels,
                groupOut);
    }

    /** Offset of each term of a sum from the pixel under the filter's first tap; 0 for terms that are only padding. */
    private int[] offsets(int terms) {
        int[] offsets = new int[terms];
        for (int k = 0; k < group * taps(); k++) {
            int tap = k % taps();
            offsets[k] = k / taps() * in.plane()
                    + tap / conv.kernel() * conv.dilation() * in.row()
                    + tap % conv.kernel() * conv.dilation();
        }
        return offsets;
    }
}

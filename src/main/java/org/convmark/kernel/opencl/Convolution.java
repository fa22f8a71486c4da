package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.Locale;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.Kernel;
import org.convmark.model.Activation;
import org.convmark.model.Layer;

/** Chooses the kernel for a convolution, packs its filter the way that kernel reads it and binds its operands. */
final class Convolution {
    private final Cl cl;
    private final Tuning tuning;
    private final Layer.Conv conv;
    private final float[] filter;
    private final float[] bias;
    private final Tensor in;
    private final Tensor residual;
    private final Tensor out;
    private final String options;
    private final int group;
    private final int groupOut;

    Convolution(
            Cl cl,
            Tuning tuning,
            Layer.Conv conv,
            Epilogue epilogue,
            float[] filter,
            float[] bias,
            Tensor in,
            Tensor residual,
            Tensor out) {
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
        this.options = tuning.options()
                + define("BEFORE", epilogue.before())
                + define("AFTER", epilogue.after())
                + (residual == null ? "" : " -DRESIDUAL");
    }

    private static String define(String name, Activation function) {
        return function == null ? "" : " -D" + name + "=" + function.name().toLowerCase(Locale.ROOT);
    }

    Kernel bind() {
        if (tuning.family() == Tuning.Family.GPU) {
            return groupOut >= Tuning.TILE / 2 ? gpuTile() : gpuGrouped();
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

    private String window() {
        return " -DKERNEL=" + conv.kernel() + " -DSTRIDE=" + conv.stride() + " -DDILATION=" + conv.dilation();
    }

    // ---------------------------------------------------------------- CPU

    private Kernel direct() {
        int v = tuning.vector();
        Tuning.Tile tile = tuning.tile(out.blocks(), out.shape().width(), widest());
        int tiles = Tensor.blocks(out.blocks(), tile.out());
        int blocks = seen(tile.out());
        int channels = in.blocks() == 1 ? in.shape().channels() : v;
        int[] first = new int[tiles];
        for (int t = 0; t < tiles; t++) {
            first[t] = Math.min(firstSeen(t * tile.out() * v) / v, in.blocks() - blocks);
        }
        return cl.kernel(
                "conv.cl",
                "conv",
                options + window() + " -DOUT=" + tile.out() + " -DPIXELS=" + tile.pixels() + " -DCHANNELS=" + channels,
                new Cl.Range(
                        new long[] {out.shape().height(), tiles, out.shape().batch()}, new long[] {1, 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                cl.upload(pack(first, tile.out(), blocks, channels)),
                cl.upload(Arrays.copyOf(bias, tiles * tile.out() * v)),
                cl.upload(first),
                blocks,
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                out.shape().width(),
                out.blocks());
    }

    /** First input channel that an output channel sees. */
    private int firstSeen(int channelOut) {
        return Math.min(channelOut, conv.outChannels() - 1) / groupOut * group;
    }

    /** Input blocks that a tile of so many output blocks sees, at most. */
    private int seen(int outBlocks) {
        int v = tuning.vector();
        int most = 0;
        for (int o = 0; o < conv.outChannels(); o += outBlocks * v) {
            most = Math.max(most, (firstSeen(o + outBlocks * v - 1) + group - 1) / v - firstSeen(o) / v + 1);
        }
        return most;
    }

    /** Output blocks that can share a tile without seeing more than one alone. */
    private int widest() {
        int most = 1;
        for (int out = 2; out <= this.out.blocks(); out++) {
            most = seen(out) == seen(1) ? out : most;
        }
        return most;
    }

    /** Tile x input block x row x column x input channel x output channel; zero where a filter does not see a channel. */
    private float[] pack(int[] first, int outBlocks, int blocks, int channels) {
        int v = tuning.vector();
        int lanes = outBlocks * v;
        float[] packed = new float[first.length * blocks * taps() * channels * lanes];
        for (int o = 0; o < conv.outChannels(); o++) {
            int tile = o / lanes;
            for (int c = 0; c < group; c++) {
                int channel = firstSeen(o) + c - first[tile] * v;
                for (int tap = 0; tap < taps(); tap++) {
                    int row = ((tile * blocks + channel / v) * taps() + tap) * channels + channel % v;
                    packed[row * lanes + o % lanes] = weight(o, c, tap);
                }
            }
        }
        return packed;
    }

    private Kernel depthwise() {
        int v = tuning.vector();
        int rows = Tensor.rowsPerItem(
                out.shape().height(), out.blocks() * out.shape().batch(), cl.units());
        float[] packed = new float[out.blocks() * taps() * v];
        for (int o = 0; o < conv.outChannels(); o++) {
            for (int tap = 0; tap < taps(); tap++) {
                packed[(o / v * taps() + tap) * v + o % v] = weight(o, 0, tap);
            }
        }
        return cl.kernel(
                "depthwise.cl",
                "depthwise",
                options + window() + " -DPIXELS=" + evenPixels(),
                new Cl.Range(
                        new long[] {
                            Tensor.blocks(out.shape().height(), rows),
                            out.blocks(),
                            out.shape().batch()
                        },
                        new long[] {1, 1, 1}),
                in.memory(),
                in.at(conv.padding()),
                cl.upload(packed),
                cl.upload(Arrays.copyOf(bias, out.blocks() * v)),
                residual.memory(),
                residual.at(),
                out.memory(),
                out.at(),
                rows,
                out.shape().height(),
                out.shape().width());
    }

    /** Columns of a depthwise tile such that the tiles of a row hardly overlap. */
    private int evenPixels() {
        int width = out.shape().width();
        int tiles = Tensor.blocks(width, tuning.depthwisePixels());
        return Tensor.blocks(width, tiles);
    }

    // ---------------------------------------------------------------- GPU

    private Kernel gpuTile() {
        int groups = in.shape().channels() / group;
        int terms = Tensor.blocks(group * taps(), Tuning.DEPTH) * Tuning.DEPTH;
        int paddedOut = Tensor.blocks(groupOut, Tuning.TILE) * Tuning.TILE;
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
                options + window() + " -DTILE=" + Tuning.TILE + " -DDEPTH=" + Tuning.DEPTH + " -DSIDE=" + Tuning.SIDE,
                new Cl.Range(
                        new long[] {
                            (long) Tensor.blocks(pixels, Tuning.TILE) * Tuning.SIDE,
                            (long) Tensor.blocks(groupOut, Tuning.TILE) * Tuning.SIDE,
                            (long) out.shape().batch() * groups
                        },
                        new long[] {Tuning.SIDE, Tuning.SIDE, 1}),
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
                options + window() + " -DCHANNELS=" + channels,
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

    /** Where each term of a sum lies, from the pixel under the filter's first tap; 0 for terms that only pad. */
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

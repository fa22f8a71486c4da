package org.convmark.kernel.opencl;

import org.convmark.kernel.FoldedConv;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * A convolution as the CPU kernels read it, for a whole map or a window: its register tile, the input blocks that each tile of
 * output blocks reads, and its filter packed in the order of the loops.
 */
final class PackedConv {
    private final Conv conv;
    private final int v;
    private final int group;
    private final int groupOut;
    private final int inBlocks;
    private final int outBlocks;
    private final String format;

    /** Output blocks and pixels of a register tile. */
    final Tuning.Tile tile;

    /** Input blocks that a tile reads. */
    final int blocks;

    /** Input channels of a block, fewer than a vector where there are no more. */
    final int channels;

    /** For each tile, the first input block that it reads. */
    final int[] first;

    /** Words: tile x input block x row x column x input channel x output channel; zero where a filter does not read a channel. */
    final int[] filter;

    /** Words: a bias, and where weights are codes a scale, per output channel of all tiles. */
    final int[] ends;

    PackedConv(Tuning tuning, FoldedConv folded, Shape in, Shape out) {
        this.conv = folded.conv();
        this.v = tuning.vector();
        this.group = conv.groupWidth(in.channels());
        this.groupOut = conv.groupOut(in.channels());
        this.inBlocks = DeviceTensor.blocks(in.channels(), v);
        this.outBlocks = DeviceTensor.blocks(out.channels(), v);
        this.tile = tuning.tile(outBlocks, out.width(), widest());
        this.blocks = seen(tile.out());
        this.channels = Math.min(in.channels(), v);
        this.first = new int[DeviceTensor.blocks(outBlocks, tile.out())];
        for (int t = 0; t < first.length; t++) {
            first[t] = Math.min(firstSeen(t * tile.out() * v) / v, inBlocks - blocks);
        }
        StoredConv stored = StoredConv.of(folded);
        this.format = stored.option("FORMAT");
        this.filter = pack(stored);
        this.ends = stored.ends(first.length * tile.out() * v);
    }

    /** Build options of the kernel. */
    String options() {
        return " -DOUT=" + tile.out() + " -DPIXELS=" + tile.pixels() + " -DCHANNELS=" + channels + format;
    }

    /** First input channel that an output channel reads. */
    private int firstSeen(int channelOut) {
        return Math.min(channelOut, conv.outChannels() - 1) / groupOut * group;
    }

    /** Most input blocks that a tile of this many output blocks reads. */
    private int seen(int outBlocks) {
        int most = 0;
        for (int o = 0; o < conv.outChannels(); o += outBlocks * v) {
            most = Math.max(most, (firstSeen(o + outBlocks * v - 1) + group - 1) / v - firstSeen(o) / v + 1);
        }
        return most;
    }

    /** Output blocks that can share a tile without reading more than one of them alone. */
    private int widest() {
        int most = 1;
        for (int out = 2; out <= outBlocks; out++) {
            most = seen(out) == seen(1) ? out : most;
        }
        return most;
    }

    private int[] pack(StoredConv stored) {
        float[] weights = stored.numbers();
        int lanes = tile.out() * v;
        int taps = conv.kernel() * conv.kernel();
        int[] packed = stored.room(first.length * blocks * taps * channels * lanes);
        for (int o = 0; o < conv.outChannels(); o++) {
            int t = o / lanes;
            for (int c = 0; c < group; c++) {
                int channel = firstSeen(o) + c - first[t] * v;
                for (int tap = 0; tap < taps; tap++) {
                    int row = ((t * blocks + channel / v) * taps + tap) * channels + channel % v;
                    stored.put(packed, row * lanes + o % lanes, weights[(o * group + c) * taps + tap]);
                }
            }
        }
        return packed;
    }

    /** The filter of a depthwise convolution: block x tap x channel. */
    static float[] depthwise(Conv conv, float[] weights, int v) {
        int taps = conv.kernel() * conv.kernel();
        float[] packed = new float[DeviceTensor.blocks(conv.outChannels(), v) * taps * v];
        for (int o = 0; o < conv.outChannels(); o++) {
            for (int tap = 0; tap < taps; tap++) {
                packed[(o / v * taps + tap) * v + o % v] = weights[o * taps + tap];
            }
        }
        return packed;
    }
}

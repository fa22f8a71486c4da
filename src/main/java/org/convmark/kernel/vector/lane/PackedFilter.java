package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.convmark.kernel.FoldedConv;
import org.convmark.model.Conv;
import org.convmark.model.Precision;

/**
 * The part of a convolution's filter that computes one or two blocks of output channels, in the order in which register tiles
 * read it. A table holds the offset of each run of {@link #RUN} taps, which are neighbouring channels, relative to the pixel in
 * channel block 0; for each tap there is one vector of weights per block. Groups narrower than a run and channels that do not
 * fill one are padded with zeros, which costs arithmetic but no extra kernel.
 */
public final class PackedFilter {
    /**
     * Taps per offset in the table; divides the length of a vector. More than one tap saves instructions. That matters where
     * another thread shares the core and takes half of its issue slots, and where other instructions compete for the ports of two
     * 512-bit FMA units.
     */
    public static final int RUN = Lanes.REGISTERS == 16 ? 4 : 2;

    /**
     * Whether C2 is told how far the weights of one run are from those of the next. Then it checks each of a run's loads for the first and the
     * last run before the loop; otherwise one pair of checks for all loads stays in the loop. With 16 registers the checks before the
     * loop of JDK 25, of up to eight loads, take as long as one or two taps of a tile. JDK 17 makes one pair of checks of them, and without the
     * constant its loop is slower.
     */
    private static final boolean TELLS_PITCH =
            Lanes.REGISTERS == 32 || Runtime.version().feature() < 25;

    private static final AlignedFloats NOTHING = new AlignedFloats(new float[0], 0);

    /** Every tile needs a packed filter, so tiles are kept from C1 before the first one runs. */
    static final String COMPILATION = TileCompilation.STATE;

    /** Offset of the first tap of each run, in floats. */
    public final int[] offsets;

    /** One or two vectors per tap, starting at {@link #first}, so that no load crosses a cache line; empty if they are codes. */
    public final float[] weights;

    /** The weights in fewer bits; null if they are floats. */
    private final CodedWeights codes;

    /** Taps per offset: {@link #RUN}, or one of a pruned filter, whose taps are no neighbours. */
    private final int run;

    /** Index of the first weight. */
    public final int first;

    /** One per output channel of the blocks. */
    public final float[] bias;

    /** Range that finished sums are clamped to. */
    public final Clamp clamp;

    /** Added to finished sums before the clamp, or null. */
    public final float[] residual;

    /**
     * The first run, 0. A loop that starts from a constant 0 is slower on JDK 17: C2 then knows that the weights' index starts at
     * 0 too and keeps it in registers and copies of its own.
     */
    public final int start;

    /** The first of the output blocks. */
    public final int block;

    /** Vectors of output channels. The second may be past the last block; then its weights are zeros. */
    public final int vectors;

    /**
     * A matrix with one or two output blocks: a vector of weights per channel and block, padded to whole runs and still zero.
     *
     * @param offsets offset in the other matrix of every {@link #RUN}th channel
     */
    public PackedFilter(int[] offsets, int vectors) {
        this(offsets, new float[vectors * L], Clamp.NONE, null, 0, vectors);
    }

    /**
     * The taps of a filter as vectors hold their inputs. In blocks of channels these are the channels at each row and column of the
     * filter. In an interleaved image they are the columns of a row with all their channels, as if these were channels.
     *
     * @param channels of a group that vectors hold, and of the group of an output
     * @param filter output channel x channel x row x column
     */
    public record Taps(int channels, int group, int rows, int columns, float[] filter) {
        /** Of a convolution that reads a tensor. */
        public static Taps of(FoldedConv folded, BlockedTensor in) {
            Conv conv = folded.conv();
            int k = conv.kernel();
            int channels = in.shape.channels();
            float[] filter = folded.filter();
            if (!in.isInterleaved()) {
                return new Taps(channels, conv.groupWidth(channels), k, k, filter);
            }
            float[] rows = new float[filter.length];
            for (int o = 0; o < conv.outChannels(); o++) {
                for (int tap = 0; tap < channels * k * k; tap++) {
                    int inRow = tap % k * channels + tap / (k * k);
                    rows[(o * channels * k + inRow) * k + tap / k % k] = filter[o * channels * k * k + tap];
                }
            }
            return new Taps(channels * k, channels * k, k, 1, rows);
        }
    }

    /** Offset of the vector of a channel block at a row and column of the filter. */
    public interface Offsets {
        /** Floats from the offset that the tile is given. */
        int at(int block, int row, int column);
    }

    /** A filter whose weights are not yet filled in. */
    public PackedFilter(int[] offsets, float[] bias, Clamp clamp, float[] residual, int block, int vectors) {
        this(offsets, RUN, bias, clamp, residual, block, vectors);
    }

    private PackedFilter(int[] offsets, int run, float[] bias, Clamp clamp, float[] residual, int block, int vectors) {
        this(
                offsets,
                run,
                AlignedFloats.of(floats(offsets.length, run, vectors)),
                null,
                bias,
                clamp,
                residual,
                block,
                vectors);
    }

    private PackedFilter(
            int[] offsets,
            int run,
            AlignedFloats lines,
            CodedWeights codes,
            float[] bias,
            Clamp clamp,
            float[] residual,
            int block,
            int vectors) {
        this.run = run;
        this.offsets = offsets;
        this.weights = lines.data();
        this.first = lines.first();
        this.codes = codes;
        this.bias = bias;
        this.clamp = clamp;
        this.residual = residual;
        this.start = 0;
        this.block = block;
        this.vectors = vectors;
    }

    private static int floats(int runs, int run, int vectors) {
        return Math.multiplyExact(runs, run * vectors * L);
    }

    /** The weights, which must be floats, and the biases. */
    public List<FloatBuffer> parameters() {
        return List.of(FloatBuffer.wrap(weights, first, floats()), FloatBuffer.wrap(bias));
    }

    /**
     * Floats from the weights of one run of {@link #RUN} taps to those of the next.
     *
     * @param constant the same, as a tile knows it
     */
    public int pitch(int constant) {
        return TELLS_PITCH ? constant : vectors * (RUN * L);
    }

    /** Whether it has one tap per offset. */
    public boolean isPruned() {
        return run == 1;
    }

    /** Bytes of the weights as floats. */
    public int bytes() {
        return floats() * Float.BYTES;
    }

    private int floats() {
        return floats(offsets.length, run, vectors);
    }

    /** Floats that {@link #expand} writes, in whole cache lines; 0 if nothing is to be expanded. */
    public int room() {
        if (codes == null) {
            return 0;
        }
        int lines = AlignedFloats.CACHE_LINE_FLOATS;
        return (codes.written(floats() / L) * L + lines - 1) / lines * lines;
    }

    /** The same filter with room for its weights at a place in a thread's memory. */
    public PackedFilter in(AlignedFloats place) {
        return new PackedFilter(offsets, run, place, codes, bias, clamp, residual, block, vectors);
    }

    /** Makes floats of the codes. */
    public void expand() {
        codes.expand(0, floats() / L, weights, first);
    }

    /** The same filter with its weights in fewer bits. */
    private PackedFilter coded(Precision precision, float[] scales) {
        float[] own = Arrays.copyOfRange(weights, first, first + floats());
        float[] lanes = Arrays.copyOfRange(scales, block * L, (block + vectors) * L);
        CodedWeights coded = new CodedWeights(precision, own, lanes);
        return new PackedFilter(offsets, run, NOTHING, coded, bias, clamp, residual, block, vectors);
    }

    /** One or two blocks of a convolution, starting at {@code block}. */
    private static PackedFilter of(
            FoldedConv folded, Taps taps, Clamp clamp, float[] residual, Offsets places, int block, int vectors) {
        Conv conv = folded.conv();
        int group = taps.group;
        int groupOut = conv.outChannels() / (taps.channels / group);
        int first = block * L / groupOut * group;
        int last = (Math.min((block + vectors) * L, conv.outChannels()) - 1) / groupOut * group + group;
        int runs = ((last + RUN - 1) / RUN - first / RUN) * taps.rows * taps.columns;
        Precision precision = conv.precision();
        int floats = floats(runs, RUN, vectors);
        PackedFilter made = new PackedFilter(
                new int[runs],
                RUN,
                precision.isNone() ? AlignedFloats.of(floats) : new AlignedFloats(new float[floats], 0),
                null,
                Arrays.copyOfRange(Lanes.padded(folded.bias()), block * L, (block + vectors) * L),
                clamp,
                residual,
                block,
                vectors);
        made.fill(conv, taps, groupOut, first, last, places);
        return precision.isNone() ? made : made.coded(precision, Lanes.padded(folded.scales()));
    }

    /**
     * The number of vectors of output channels of each part: two; one if there is no second block, or if a pair in two groups
     * would read the channels of both.
     *
     * @param singles whether there are tiles of one vector
     * @param last whether a last block without a partner takes such a tile
     */
    public static int[] split(Conv conv, int inChannels, boolean singles, boolean last) {
        int groupOut = conv.groupOut(inChannels);
        int channels = conv.outChannels();
        List<Integer> vectors = new ArrayList<>();
        int block = 0;
        while (block * L < channels) {
            int lastOfTwo = Math.min((block + 2) * L, channels) - 1;
            boolean alone =
                    (block + 1) * L >= channels ? last : singles && block * L / groupOut != lastOfTwo / groupOut;
            vectors.add(alone ? 1 : 2);
            block += vectors.get(vectors.size() - 1);
        }
        return vectors.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * All blocks.
     *
     * @param split vectors of each part
     * @param places where they read their inputs
     */
    public static PackedFilter[] all(
            FoldedConv folded, Taps taps, Clamp clamp, float[] residual, int[] split, Offsets places) {
        PackedFilter[] all = new PackedFilter[split.length];
        int block = 0;
        for (int i = 0; i < all.length; i++) {
            all[i] = of(folded, taps, clamp, residual, places, block, split[i]);
            block += split[i];
        }
        return all;
    }

    /** Each block of an ungrouped convolution alone, with those taps that are not zero for all of its channels. */
    public static PackedFilter[] pruned(FoldedConv folded, Clamp clamp, float[] residual, Offsets places) {
        Conv conv = folded.conv();
        float[] filter = folded.filter();
        int blocks = Lanes.blocks(conv.outChannels());
        int taps = filter.length / conv.outChannels();
        float[] weights = Arrays.copyOf(filter, blocks * L * taps);
        float[] biases = Lanes.padded(folded.bias());
        PackedFilter[] all = new PackedFilter[blocks];
        for (int block = 0; block < blocks; block++) {
            int first = block * L * taps;
            int[] kept = IntStream.range(0, taps)
                    .filter(tap -> IntStream.range(0, L).anyMatch(lane -> weights[first + lane * taps + tap] != 0))
                    .toArray();
            int[] offsets =
                    IntStream.of(kept).map(tap -> place(conv, tap, places)).toArray();
            float[] some = Arrays.copyOfRange(biases, block * L, block * L + L);
            all[block] = new PackedFilter(offsets, 1, some, clamp, residual, block, 1);
            for (int k = 0; k < kept.length; k++) {
                for (int lane = 0; lane < L; lane++) {
                    all[block].weights[all[block].first + k * L + lane] = weights[first + lane * taps + kept[k]];
                }
            }
        }
        return all;
    }

    private static int place(Conv conv, int tap, Offsets places) {
        int side = conv.kernel();
        int channel = tap / (side * side);
        return places.at(channel / L, tap / side % side, tap % side) + channel % L;
    }

    /** Reads the input in place. */
    public static Offsets inPlace(Conv conv, BlockedTensor in) {
        int next = in.isInterleaved() ? L : in.block;
        return (block, row, column) -> block * next + (row * in.row + column * in.pixel) * conv.dilation();
    }

    /** Runs in the order block, row, column, channel: neighbours in the table are neighbours in memory. */
    private void fill(Conv conv, Taps taps, int groupOut, int first, int last, Offsets places) {
        int k = 0;
        for (int from = first; from < last; from = (from / L + 1) * L) {
            for (int r = 0; r < taps.rows; r++) {
                for (int s = 0; s < taps.columns; s++) {
                    for (int run = from / RUN * RUN; run < Math.min(last, (from / L + 1) * L); run += RUN) {
                        offsets[k] = places.at(run / L, r, s) + run % L;
                        for (int c = Math.max(run, first); c < Math.min(run + RUN, last); c++) {
                            int tap = (c % taps.group * taps.rows + r) * taps.columns + s;
                            weights(k * RUN + c - run, conv, taps, groupOut, tap, c / taps.group);
                        }
                        k++;
                    }
                }
            }
        }
    }

    /** Weights of a tap of a group's filters; zeros for outputs of other groups. */
    private void weights(int k, Conv conv, Taps taps, int groupOut, int tap, int ofGroup) {
        int all = taps.group * taps.rows * taps.columns;
        for (int i = 0; i < vectors * L; i++) {
            int out = block * L + i;
            if (out < conv.outChannels() && out / groupOut == ofGroup) {
                weights[first + k * vectors * L + i] = taps.filter[out * all + tap];
            }
        }
    }
}

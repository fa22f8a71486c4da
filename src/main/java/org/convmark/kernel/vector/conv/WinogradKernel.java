package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.vector.lane.AlignedFloats;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.ElementwiseKernels;
import org.convmark.kernel.vector.lane.Lanes;
import org.convmark.kernel.vector.lane.PackedFilter;
import org.convmark.kernel.vector.lane.PostOps;
import org.convmark.kernel.vector.lane.ThreadMemory;
import org.convmark.kernel.vector.lane.Tiling;
import org.convmark.kernel.vector.tile.PairTiles;
import org.convmark.kernel.vector.tile.SingleTiles;
import org.convmark.model.Conv;

/**
 * Dense convolution at stride 1 by Winograd's minimal filtering. Rows of tiles are processed in strips. For each strip:
 * <ul>
 *   <li>the input is transformed into n x n matrices of channels x tiles;
 *   <li>these are multiplied by the transformed filter, for some pairs of output blocks at a time; the products are matrix
 *     products on the register tiles of the direct kernel, with channels as taps and tiles as pixels;
 *   <li>the sums are transformed into rows of the result, each with its epilogue.
 * </ul>
 *
 * <p>The matrices of a strip stay in L2, and the filter is read once per strip. Matrix products take 70 to 90 % of the time.
 * Flops of the direct kernel per second as a share of the FMA roof, Zen 3, AVX2, one thread, JDK 17 / 25: F4 with 64 channels at
 * 56 pixels 238 / 223 %, 128 at 28 257 / 210 %, 256 at 14 197 / 154 %; F2 about 150 %.
 */
public final class WinogradKernel implements GatedParameters.Packed {
    /** Floats between matrices, so that they do not all start in the same cache set. */
    private static final int PAD = 16;

    /** Bytes of a strip's transformed input: half of L2. */
    private static final int STRIP_BYTES = 256 << 10;

    /** Minimum tiles of a strip, so that weights read from L3 are used at least this often. */
    private static final int STRIP_TILES = 16;

    /** Bytes of the sums of a strip. */
    private static final int CHUNK_BYTES = 256 << 10;

    private final Winograd form;
    private final int padding;
    private final PostOps postOps;
    private final BlockedTensor in;
    private final BlockedTensor out;

    /** The filter, one per product of a tile and pair of output blocks; the last pair may be a single block. */
    private final PackedFilter[] panels;

    private final float[] bias;
    private final float[] zeros;

    private final int pairs;

    /** Tiles per row. */
    private final int across;

    /** Rows of tiles per image. */
    private final int down;

    /** Rows of tiles of all images. */
    private final int rows;

    private final int strips;

    /** Tiles of the largest strip, rounded up to register tiles. */
    private final int tiles;

    /** Where register tiles of each size end; indexed by vectors of a tile and by rows of tiles, both less one. */
    private final int[][][] ends;

    /** Groups of pairs; the sums of one group wait together for their transform. */
    private final int chunks;

    /** Floats from one product's matrix to the next, for inputs; {@code sumPlane} is that for sums. */
    private final int plane;

    private final int sumPlane;

    /** Offsets of the columns of a tile. */
    private final int[] columns;

    /**
     * Offsets into a thread's memory. It starts with a row of tiles of the input, transformed in one dimension. Then come the
     * matrices of inputs, the matrices of sums, a row of tiles of sums transformed in one dimension, and the results of the tile
     * that reaches past the end of a row.
     */
    private final int inputs;

    private final int sums;
    private final int sumLines;
    private final int end;

    /** Rounds up to whole cache lines. */
    private static int whole(int floats) {
        return parts(floats, AlignedFloats.CACHE_LINE_FLOATS) * AlignedFloats.CACHE_LINE_FLOATS;
    }

    /**
     * A convolution with stride 1 and a filter of the form's size, with all its post-ops.
     *
     * @param filter {@linkplain Winograd#transformed transformed}
     */
    public WinogradKernel(
            Winograd form,
            Conv conv,
            float[] filter,
            float[] bias,
            PostOps postOps,
            BlockedTensor in,
            BlockedTensor out) {
        this.form = form;
        this.padding = conv.padding();
        this.postOps = postOps;
        this.in = in;
        this.out = out;
        this.pairs = (out.blocks + 1) / 2;
        this.bias = Lanes.padded(bias);
        this.zeros = new float[2 * L];
        this.across = parts(out.shape.width(), form.m);
        this.down = parts(out.shape.height(), form.m);
        this.rows = down * out.shape.batch();
        int products = form.n * form.n;
        int rowBytes = products * in.blocks * across * L * Float.BYTES;
        this.strips = parts(rows, Math.max(STRIP_BYTES / rowBytes, parts(STRIP_TILES, across)));
        this.ends = new int[][][] {ends(1), ends(2)};
        int singles = out.blocks % 2; // only an odd last block has them, and few tiles for pairs need less memory
        this.tiles = Stream.of(ends)
                .skip(1 - singles)
                .flatMap(Stream::of)
                .mapToInt(sizes -> sizes[sizes.length - 1])
                .max()
                .getAsInt();
        this.chunks = parts(pairs, Math.max(1, CHUNK_BYTES / (products * 2 * tiles * L * Float.BYTES)));
        this.plane = in.blocks * tiles * L + PAD;
        this.sumPlane = parts(pairs, chunks) * 2 * tiles * L + PAD;
        int[] runs = new int[parts(in.shape.channels(), PackedFilter.RUN)];
        for (int i = 0; i < runs.length; i++) {
            int c = i * PackedFilter.RUN;
            runs[i] = c / L * tiles * L + c % L;
        }
        this.panels = panels(form, filter, in.shape.channels(), conv.outChannels(), runs);
        this.inputs = whole(form.n * lineLength());
        this.sums = inputs + whole(products * plane);
        this.sumLines = sums + whole(products * sumPlane);
        this.end = sumLines + form.m * form.n * across * L;
        ThreadMemory.reserve(end + form.m * L);
        this.columns = new int[form.n];
        for (int j = 0; j < form.n; j++) {
            columns[j] = j * L;
        }
    }

    /** For each product of a tile and pair of output blocks: input channels, padded to whole runs, x L or 2 L. */
    private static PackedFilter[] panels(Winograd form, float[] filter, int inChannels, int outChannels, int[] runs) {
        int blocks = Lanes.blocks(outChannels);
        int pairs = (blocks + 1) / 2;
        PackedFilter[] panels = IntStream.range(0, form.n * form.n * pairs)
                .mapToObj(i -> new PackedFilter(runs, Math.min(2, blocks - i % pairs * 2)))
                .toArray(PackedFilter[]::new);
        for (int c = 0; c < inChannels; c++) {
            for (int o = 0; o < outChannels; o++) {
                for (int t = 0; t < form.products(); t++) {
                    PackedFilter panel = panels[t * pairs + o / (2 * L)];
                    panel.weights[panel.first + c * panel.vectors * L + o % (2 * L)] =
                            filter[(o * inChannels + c) * form.products() + t];
                }
            }
        }
        return panels;
    }

    @Override
    public List<FloatBuffer> parameters() {
        return Stream.concat(
                        Stream.of(panels).map(PackedFilter::parameters).map(both -> both.get(0)),
                        Stream.of(FloatBuffer.wrap(bias)))
                .toList();
    }

    private int[][] ends(int vectors) {
        return IntStream.rangeClosed(1, parts(rows, strips))
                .mapToObj(r -> Tiling.along(r * across, vectors))
                .toArray(int[][]::new);
    }

    /** Number of parts of at most this size; or the size of the largest of this many parts. */
    private static int parts(int all, int size) {
        return (all + size - 1) / size;
    }

    private int lineLength() {
        return ((across - 1) * form.m + form.n) * L;
    }

    @Override
    public int units() {
        return strips * chunks;
    }

    /** Units are strips x chunks of pairs; a strip shared by two calls is transformed by both. */
    @Override
    public void run(int from, int to) {
        AlignedFloats scratch = ThreadMemory.lines();
        for (int step = from; step < to; step++) {
            int first = rows * (step / chunks) / strips;
            int last = rows * (step / chunks + 1) / strips;
            if (step == from || step % chunks == 0) {
                transform(scratch, first, last);
            }
            int pair = pairs * (step % chunks) / chunks;
            int end = pairs * (step % chunks + 1) / chunks;
            multiply(scratch, last - first, pair, end);
            restore(scratch, first, last, pair * 2, Math.min(end * 2, out.blocks));
        }
    }

    /**
     * Rows of tiles to matrices. Input from outside the map only affects results that are not stored, but it goes through the
     * same sums as the others: a row below the border may hold any row, columns to the right of it are zeros.
     */
    private void transform(AlignedFloats scratch, int first, int last) {
        int readable = in.shape.width() + 2 * padding;
        int[] starts = ThreadMemory.offsets();
        float[] data = scratch.data();
        for (int row = first; row < last; row++) {
            int y = row % down * form.m - padding;
            for (int r = 0; r < form.n; r++) {
                starts[r] = in.at(row / down, 0, Math.min(y + r, in.shape.height() + padding - 1), -padding);
            }
            for (int b = 0; b < in.blocks; b++) {
                form.input(in.data, starts, b * in.block, L, data, scratch.first(), lineLength(), readable);
                for (int r = 0; r < form.n; r++) {
                    int p = scratch.first() + r * lineLength();
                    Arrays.fill(data, p + readable * L, p + lineLength(), 0);
                    int q = scratch.first() + inputs + r * form.n * plane + (b * tiles + (row - first) * across) * L;
                    form.input(data, columns, p, form.m * L, data, q, plane, across);
                }
            }
        }
    }

    /** Matrix products of some rows of tiles. */
    private void multiply(AlignedFloats scratch, int rows, int firstPair, int lastPair) {
        float[] data = scratch.data();
        int next = tiles * L;
        for (int t = 0; t < form.n * form.n; t++) {
            int p = scratch.first() + inputs + t * plane;
            for (int pair = firstPair; pair < lastPair; pair++) {
                int q = scratch.first() + sums + t * sumPlane + (pair - firstPair) * 2 * next;
                PackedFilter panel = panels[t * pairs + pair];
                int[] sizes = ends[panel.vectors - 1][rows - 1];
                if (panel.vectors == 1) {
                    SingleTiles.along(panel, sizes, data, p, data, q);
                } else {
                    PairTiles.along(panel, sizes, data, p, data, q, next);
                }
            }
        }
    }

    /** Sums to rows of the result. */
    private void restore(AlignedFloats scratch, int first, int last, int firstBlock, int lastBlock) {
        float[] data = scratch.data();
        int lines = scratch.first() + sumLines;
        for (int b = firstBlock; b < lastBlock; b++) {
            for (int row = first; row < last; row++) {
                int p = scratch.first() + sums + ((b - firstBlock) * tiles + (row - first) * across) * L;
                for (int j = 0; j < form.n; j++) {
                    form.output(
                            data,
                            p + j * sumPlane,
                            form.n * sumPlane,
                            zeros,
                            0,
                            data,
                            lines + j * across * L,
                            L,
                            form.n * across * L,
                            across);
                }
                int y = row % down * form.m;
                for (int r = 0; r < Math.min(form.m, out.shape.height() - y); r++) {
                    row(scratch, lines + r * form.n * across * L, row / down, b, y + r);
                }
            }
        }
    }

    /** One row of the result; the tile that reaches past its end goes through a buffer. */
    private void row(AlignedFloats scratch, int p, int n, int b, int y) {
        int whole = out.shape.width() / form.m;
        int q = out.at(n, b, y, 0);
        int stride = across * L;
        float[] data = scratch.data();
        form.output(data, p, stride, bias, b * L, out.data, q, form.m * L, L, whole);
        if (whole < across) {
            int last = scratch.first() + end;
            form.output(data, p + whole * L, stride, bias, b * L, data, last, form.m * L, L, 1);
            ElementwiseKernels.copy(data, last, out.data, q + whole * form.m * L, out.shape.width() % form.m * L);
        }
        postOps.row(out, n, b, y);
    }
}

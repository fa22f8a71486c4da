package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.convmark.kernel.vector.lane.AlignedFloats;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.PostOps;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.kernel.vector.lane.SparseFilter;
import org.convmark.kernel.vector.lane.ThreadMemory;
import org.convmark.kernel.vector.lane.TileSize;
import org.convmark.kernel.vector.lane.Transposition;
import org.convmark.kernel.vector.tile.SparseTiles;
import org.convmark.model.Conv;

/**
 * Ungrouped convolution with a pruned filter, which multiplies by no zeros. Zeros may be anywhere, so the lanes are pixels: each weight
 * is broadcast to vectors of pixels of its input channel. A unit is a band of rows of one image for some blocks of output channels. The
 * band's input is first turned into planes of one channel, and the results back into blocks. {@link ConvKernel} is faster where {@linkplain
 * ConvKernel#suitsPruned it can} leave out whole vectors of weights.
 *
 * <p>A plane has the columns of the output and those that the filter reads beyond, row after row, so the input of a tap lies at the same
 * distance from each pixel. Pixels in the columns beyond are computed and not stored. At larger strides a channel has a plane for each
 * row and column of the step that a tap reads.
 */
public final class SparseKernel implements RowRangeKernel {
    /** Bytes of planes that are expected to stay in L2. */
    private static final int CACHED = 256 << 10;

    /** Bytes of the input that one part of the taps reads for a tile, expected to stay in L1. */
    private static final int NEAR = 40 << 10;

    /** Weights of an output channel in a part that are worth loading and storing its sums, on average. */
    private static final int LEAST = 12;

    /** Units of a layer, if its map does not give as many: workers share them. */
    private static final int UNITS = 8;

    /** Time to transpose a vector, in that of a multiply-add of vectors. */
    private static final double MOVE = 5;

    /** A band of fewer rows is taken if it costs at most one in this many more. */
    private static final int TOLERANCE = 32;

    private final Conv conv;
    private final PostOps postOps;
    private final BlockedTensor in;
    private final BlockedTensor out;
    private final SparseFilter taps;

    /** Rows, or columns, of a step that taps read. */
    private final int[] phases;

    /** Rows, or columns, that the filter reaches beyond a pixel, in steps. */
    private final int reach;

    /** Pixels of a row of a plane. */
    private final int pitch;

    /** Rows of a band; the last may have fewer. */
    private final int rows;

    /** Blocks of output channels of a unit. */
    private final int together;

    /** Floats of a plane: an odd number of vectors, so that planes lie in different sets of the cache. */
    private final int plane;

    /** By rows of a band less one, and plane of a channel: offset of each pixel from the band's first input. */
    private final int[][][] places;

    /** By rows of a band less one: offset of each channel of a block's sums, for one vector of pixels after the other. */
    private final int[][] results;

    /** A convolution with all its post-ops. */
    public SparseKernel(Conv conv, float[] filter, float[] bias, PostOps postOps, BlockedTensor in, BlockedTensor out) {
        this.conv = conv;
        this.postOps = postOps;
        this.in = in;
        this.out = out;
        this.phases = IntStream.range(0, conv.kernel())
                .map(tap -> tap * conv.dilation() % conv.stride())
                .distinct()
                .toArray();
        this.reach = (conv.kernel() - 1) * conv.dilation() / conv.stride();
        this.pitch = out.shape.width() + reach;
        long weights = weights(filter);
        this.rows = rows(weights);
        this.plane = plane(rows);
        this.taps = new SparseFilter(filter, bias, offsets(), part(weights, filter.length));
        int parts = Math.max(1, UNITS / (out.shape.batch() * bands()));
        this.together = (out.blocks + parts - 1) / parts;
        this.places = IntStream.rangeClosed(1, rows).mapToObj(this::places).toArray(int[][][]::new);
        this.results = IntStream.rangeClosed(1, rows).mapToObj(this::results).toArray(int[][]::new);
        ThreadMemory.reserve(planes() + (together + 1) * L * pixels(rows) + Transposition.SCRATCH * L);
    }

    /** Taps of a part: those whose inputs for a tile fit L1, or more if few of them have weights. */
    private int part(long weights, int all) {
        int span = (TileSize.SPARSE.get(0) * L + reach * (pitch + 1)) * phases.length * phases.length * Float.BYTES;
        long near = (long) NEAR / span * conv.kernel() * conv.kernel();
        int taps = all / out.shape.channels();
        int parts = (int) Math.max(1, Math.ceil(taps / Math.max(near, LEAST * all / (double) weights)));
        return (taps + parts - 1) / parts;
    }

    private static long weights(float[] filter) {
        return IntStream.range(0, filter.length).filter(i -> filter[i] != 0).count();
    }

    /** Pixels that are computed for a band. */
    private int pixels(int height) {
        return TileSize.sparsePixels((height - 1) * pitch + out.shape.width());
    }

    /** Pixels of a plane that are read. */
    private int read(int height) {
        return (reach * (pitch + 1) + pixels(height) + L - 1) / L * L;
    }

    private int plane(int height) {
        return (read(height) / L | 1) * L;
    }

    private int planes() {
        return planes(rows);
    }

    private int planes(int height) {
        return Math.multiplyExact(in.blocks * L * phases.length * phases.length, plane(height));
    }

    /** The rows of a band at which a map takes least time, fewer if that costs little. */
    private int rows(long weights) {
        int best = 1;
        for (int height = 2; height <= out.rows && planes(height) * Float.BYTES <= CACHED; height++) {
            if (cost(height, weights) * (TOLERANCE + 1) < cost(best, weights) * TOLERANCE) {
                best = height;
            }
        }
        return best;
    }

    /** Multiply-adds of vectors of a map, and what takes as long. */
    private double cost(int height, long weights) {
        int rest = out.rows % height;
        return out.rows / height * ofBand(height, weights) + (rest == 0 ? 0 : ofBand(rest, weights));
    }

    private double ofBand(int height, long weights) {
        double moved = (double) read(height) * phases.length * phases.length * in.blocks
                + (double) pixels(height) * out.blocks;
        return pixels(height) / L * weights + MOVE * moved;
    }

    /** For each tap, the offset of its input. */
    private int[] offsets() {
        int side = conv.kernel();
        int[] offsets = new int[in.shape.channels() * side * side];
        for (int t = 0; t < offsets.length; t++) {
            int r = t / side % side * conv.dilation();
            int s = t % side * conv.dilation();
            offsets[t] = planeOf(t / (side * side), r, s) * plane + r / conv.stride() * pitch + s / conv.stride();
        }
        return offsets;
    }

    private int planeOf(int channel, int row, int column) {
        return (channel * phases.length + phase(row)) * phases.length + phase(column);
    }

    private int phase(int distance) {
        return IntStream.range(0, phases.length)
                .filter(i -> phases[i] == distance % conv.stride())
                .findFirst()
                .orElseThrow();
    }

    private int[][] places(int height) {
        int[][] all = new int[phases.length * phases.length][read(height)];
        int lastRow = (height - 1) * conv.stride() + (conv.kernel() - 1) * conv.dilation();
        int lastColumn = (out.shape.width() - 1) * conv.stride() + (conv.kernel() - 1) * conv.dilation();
        for (int i = 0; i < all.length; i++) {
            for (int t = 0; t < all[i].length; t++) {
                int y = t / pitch * conv.stride() + phases[i / phases.length];
                int x = t % pitch * conv.stride() + phases[i % phases.length];
                all[i][t] = Math.min(y, lastRow) * in.row + Math.min(x, lastColumn) * L;
            }
        }
        return all;
    }

    private int[] results(int height) {
        int pixels = pixels(height);
        return IntStream.range(0, pixels).map(i -> i % L * pixels + i / L * L).toArray();
    }

    private int bands() {
        return (out.shape.height() + rows - 1) / rows;
    }

    private int groups() {
        return (out.blocks + together - 1) / together;
    }

    @Override
    public int units() {
        return out.shape.batch() * bands() * groups();
    }

    @Override
    public void run(int from, int to) {
        AlignedFloats memory = ThreadMemory.lines();
        int current = -1;
        for (int unit = from; unit < to; unit++) {
            int band = unit / groups();
            int n = band / bands();
            int y = band % bands() * rows;
            int height = Math.min(rows, out.shape.height() - y);
            if (band != current) {
                read(memory, n, y, height);
                current = band;
            }
            make(memory, n, unit % groups() * together, y, height);
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        AlignedFloats memory = ThreadMemory.lines();
        for (int y = from; y < to; y += rows) {
            int height = Math.min(rows, to - y);
            read(memory, n, y, height);
            for (int block = 0; block < out.blocks; block += together) {
                make(memory, n, block, y, height);
            }
        }
    }

    /** Turns the input of a band into planes. */
    private void read(AlignedFloats memory, int n, int y, int height) {
        int scratch = memory.first() + planes() + (together + 1) * L * pixels(rows);
        int step = phases.length * phases.length * plane;
        int[][] of = places[height - 1];
        for (int block = 0; block < in.blocks; block++) {
            int p = in.at(n, block, y * conv.stride() - conv.padding(), -conv.padding());
            for (int i = 0; i < of.length; i++) {
                int q = memory.first() + (block * L * of.length + i) * plane;
                Transposition.run(in.data, p, of[i], memory.data(), q, step, L, memory.data(), scratch);
            }
        }
    }

    /** Makes some blocks of output channels of a band. */
    private void make(AlignedFloats memory, int n, int first, int y, int height) {
        float[] data = memory.data();
        int pixels = pixels(height);
        int blocks = Math.min(together, out.blocks - first);
        int sums = memory.first() + planes();
        for (int o = 0; o < blocks * L; o++) {
            Arrays.fill(data, sums + o * pixels, sums + (o + 1) * pixels, taps.bias[first * L + o]);
        }
        for (int v = 0; v < pixels / L; ) {
            int size = TileSize.sparse(pixels / L - v);
            for (int part = 0; part < taps.parts; part++) {
                for (int b = 0; b < blocks; b++) {
                    int q = sums + b * L * pixels + v * L;
                    SparseTiles.block(
                            taps, size, taps.entry(part, first + b), data, memory.first() + v * L, data, q, pixels);
                }
            }
            v += size;
        }
        for (int b = 0; b < blocks; b++) {
            store(memory, sums + b * L * pixels, n, first + b, y, height);
        }
    }

    /** Turns the sums of a block of output channels into pixels and finishes them. */
    private void store(AlignedFloats memory, int sums, int n, int block, int y, int height) {
        float[] data = memory.data();
        int turned = memory.first() + planes() + together * L * pixels(rows);
        int scratch = turned + L * pixels(rows);
        Transposition.run(data, sums, results[height - 1], data, turned, L, L * L, data, scratch);
        for (int row = 0; row < height; row++) {
            postOps.run(data, turned + row * pitch * L, out, n, block, y + row, out.rowLength());
        }
    }
}

package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.lane.Band;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.PackedFilter;
import org.convmark.kernel.vector.lane.Tiling;
import org.convmark.kernel.vector.tile.Packing;
import org.convmark.model.Conv;

/**
 * The inputs of a band in the order in which its register tiles read them: tile x channel block x row and column of the filter x
 * pixel x lane. They are packed once (as in Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008) and
 * read by each pair of output blocks. Without packing, a tile of many channels jumps from map to map: its cache lines lie in
 * separate pages, which prefetchers do not follow, and maps of 56 or 112 pixels compete for few sets of L1.
 */
public final class Panel {
    /** Bytes of a map from which reading in place costs more than packing. */
    private static final int FAR = 1 << 20;

    /** Channels from which this holds for maps of any size. */
    private static final int MANY = 640;

    /** Channels below which a tile reads too few cache lines for packing to help. */
    private static final int FEW = 128;

    /** Pairs of output blocks that must share the cost of packing: for large maps or many channels, and otherwise. */
    private static final int FEW_PAIRS = 2;

    private static final int MANY_PAIRS = 16;

    /**
     * Vectors of a pixel that are copied for all tiles before the next ones: so many maps are read along their rows, which prefetchers
     * follow. All maps at once are too many for them.
     */
    private static final int AT_A_TIME = 8;

    /** Pixels per tile. */
    private final int size;

    /** Floats from one pixel to the next. */
    private final int step;

    private final int kernel;

    private final int floats;

    /** Vectors of a pixel. */
    private final int vectors;

    /** Offsets of a pixel's vectors, relative to the pixel in channel block 0, some at a time. */
    private final int[][] parts;

    Panel(Conv conv, BlockedTensor in, Tiling tiling) {
        this.size = tiling.most();
        this.step = conv.stride() * L;
        this.kernel = conv.kernel();
        this.vectors = in.blocks * kernel * kernel;
        int[] places = new int[vectors];
        for (int v = 0; v < vectors; v++) {
            int place = v % (kernel * kernel);
            places[v] = PackedFilter.inPlace(conv, in).at(v / (kernel * kernel), place / kernel, place % kernel);
        }
        this.parts = IntStream.iterate(0, v -> v < vectors, v -> v + AT_A_TIME)
                .mapToObj(v -> Arrays.copyOfRange(places, v, Math.min(v + AT_A_TIME, vectors)))
                .toArray(int[][]::new);
        int tiles = 0;
        for (int rows = 1; rows <= tiling.rows; rows++) {
            tiles = Math.max(tiles, tiling.tiles(rows, 2).size());
        }
        this.floats = Math.multiplyExact(tiles, tile());
    }

    /** Floats of a panel. */
    int floats() {
        return floats;
    }

    /**
     * Whether packing makes a convolution faster, as measured: docs/log/register-tiles.md, "Inputs packed" and "Inputs in place". With 32
     * registers it never does: a tile reads fourteen pixels of a map in a row.
     */
    static boolean pays(Conv conv, BlockedTensor in, BlockedTensor out) {
        int channels = in.shape.channels();
        if (conv.groupWidth(channels) != channels || !Tiling.fitsPairs(out)) {
            return false;
        }
        if (!Tiling.hasStep(conv.stride())) {
            return true;
        }
        if (Tiling.HAS_LARGE) {
            return false;
        }
        long bytes = (long) channels * in.shape.height() * in.shape.width() * Float.BYTES;
        int pairs = out.blocks / 2;
        return conv.kernel() == 1
                && channels >= FEW
                && pairs >= (bytes >= FAR || channels >= MANY ? FEW_PAIRS : MANY_PAIRS);
    }

    /** Floats from the start of a tile to one of its vectors. */
    int at(int block, int row, int column) {
        return ((block * kernel + row) * kernel + column) * size * L;
    }

    /** Floats of a tile. */
    int tile() {
        return vectors * size * L;
    }

    /**
     * Packs a band.
     *
     * @param p offset of its first pixel in channel block 0
     * @param band its tiles, reading in place
     * @param first where to, in a thread's memory
     */
    void pack(float[] in, int p, Band band, float[] to, int first) {
        int o = first;
        for (int[] some : parts) {
            pack(some, in, p, band, to, o);
            o += some.length * size * L;
        }
    }

    /** Packs some vectors of every pixel. */
    private void pack(int[] places, float[] in, int p, Band band, float[] to, int first) {
        for (int t = 0; t < band.ins().length; t++) {
            int i = p + band.ins()[t];
            int o = first + t * tile();
            int inRow = band.inRow()[t];
            if (inRow < band.pixels()[t]) {
                copy(places, in, i, to, o, inRow);
                copy(places, in, i + band.inGaps()[t], to, o + inRow * L, band.pixels()[t] - inRow);
                continue;
            }
            Packing.copy(inRow, places, step, size * L, in, i, to, o);
        }
    }

    private void copy(int[] places, float[] in, int p, float[] out, int o, int pixels) {
        for (int place : places) {
            for (int j = 0; j < pixels; j++) {
                FloatVector.fromArray(FLOATS, in, p + place + j * step).intoArray(out, o + j * L);
            }
            o += size * L;
        }
    }
}

package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.vector.lane.AlignedFloats;
import org.convmark.kernel.vector.lane.Band;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.PackedFilter;
import org.convmark.kernel.vector.lane.PostOps;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.kernel.vector.lane.ThreadMemory;
import org.convmark.kernel.vector.lane.Tiling;
import org.convmark.kernel.vector.tile.PairTiles;
import org.convmark.kernel.vector.tile.SingleTiles;
import org.convmark.model.Conv;
import org.convmark.model.Shape;
import org.convmark.model.Sparsity;

/**
 * Convolution of any kind that is not lane-wise. A unit is a band of rows of one image for one or two output blocks: tiles along
 * the band, then the epilogue on the rows just stored. Sums stay in registers over all taps. Several output blocks, as many as
 * keep their weights in a typical L2, process a band one after the other before the next band starts, so weights and band both
 * stay in L2. Where it pays, the inputs of a band are packed first, see {@link Panel}. Where more output blocks follow, the panels
 * of several bands, a strip of the map, are kept for them: otherwise each group of blocks would pack the map again.
 */
public final class ConvKernel implements RowRangeKernel, GatedParameters.Packed {
    private static final int CACHED_WEIGHTS = 512 << 10;

    /** Bytes of the panels that are kept. Tiles read them in sequence, so they may lie in L3. */
    private static final int KEPT_PANELS = 2 << 20;

    private final Conv conv;
    private final PackedFilter[] taps;
    private final PostOps postOps;

    /** What the tiles themselves add, or null. */
    private final BlockedTensor residual;

    private final BlockedTensor in;
    private final BlockedTensor out;
    private final Tiling tiling;

    /** Filters that process a band one after the other. */
    private final int together;

    /** Bands of a whole map. */
    private final int bands;

    /** Bands of a strip; the last may have fewer. */
    private final int strip;

    /** Floats for the weights of a filter that are expanded; 0 if they are floats. */
    private final int room;

    /** Filters that stay expanded: one where each processes a single band, so that it stays in L1. */
    private final int rooms;

    /** Floats of the panels of a strip, after which weights are expanded. */
    private final int packedFloats;

    /** The filters with their weights in the memory of a thread. */
    private final ThreadLocal<PackedFilter[]> expanded = new ThreadLocal<>();

    /** Indexed by rows of a band and by vectors, both less one. */
    private final Band[][] tiles;

    /** Packed inputs of the tiles; null if tiles read the input in place. */
    private final Panel panel;

    /** Tiles that read the panel, indexed by rows of a band less one. */
    private final Band[] packed;

    /** A convolution with all its post-ops. */
    public ConvKernel(FoldedConv folded, PostOps postOps, BlockedTensor in, BlockedTensor out) {
        this.conv = folded.conv();
        this.residual = postOps.added(out);
        PostOps sums = residual == null ? postOps : postOps.afterResidual();
        this.postOps = sums.afterLimits();
        this.in = in;
        this.out = out;
        boolean pruned = suitsPruned(conv, out);
        boolean plain = !pruned && !in.isInterleaved();
        boolean pack = plain && Panel.pays(conv, in, out);
        boolean singles = plain && Tiling.fitsSingle(out, conv.stride());
        boolean last = plain && !pack && Tiling.suitsSingle(in, out, conv.stride());
        int[] split = PackedFilter.split(conv, in.shape.channels(), singles, last);
        this.tiling = new Tiling(in, out, conv.stride(), pruned ? 1 : split[0], split.length, pack);
        PackedFilter.Taps order = PackedFilter.Taps.of(folded, in);
        this.panel = pack ? new Panel(conv, in, tiling) : null;
        float[] added = residual == null ? null : residual.data;
        PackedFilter.Offsets places = panel == null ? PackedFilter.inPlace(conv, in) : panel::at;
        this.taps = pruned
                ? PackedFilter.pruned(folded, sums.clamp(), added, places)
                : PackedFilter.all(folded, order, sums.clamp(), added, split, places);
        this.together = Math.max(1, Math.min(taps.length, CACHED_WEIGHTS / Math.max(1, taps[0].bytes())));
        this.bands = (out.shape.height() + tiling.rows - 1) / tiling.rows;
        this.strip = strip();
        this.room = Stream.of(taps).mapToInt(PackedFilter::room).max().orElseThrow();
        this.packedFloats = panel == null ? 0 : Math.multiplyExact(strip, panel.floats());
        this.rooms = bands == 1 ? 1 : together;
        ThreadMemory.reserve(Math.addExact(packedFloats, Math.multiplyExact(rooms, room)));
        this.tiles = new Band[tiling.rows][];
        this.packed = new Band[tiling.rows];
        for (int rows = 1; rows <= tiling.rows; rows++) {
            tiles[rows - 1] = tiles(rows);
            if (panel != null && tiling.runs(rows)) {
                packed[rows - 1] = tiles[rows - 1][1].packed(panel.tile()).withTiles();
            }
        }
    }

    /** Whether a pruned filter has whole vectors of zeros, and the map has tiles of one vector, for neighbouring columns. */
    public static boolean suitsPruned(Conv conv, BlockedTensor out) {
        return conv.compression() instanceof Sparsity sparsity
                && sparsity.block() >= L
                && conv.stride() == 1
                && Tiling.fitsSingle(out, 1);
    }

    /**
     * Whether a convolution can read an interleaved image. In blocks of channels most lanes of an image would be empty, and runs of taps
     * would end after three.
     */
    public static boolean readsInterleaved(Conv conv, Shape in, Shape out) {
        return conv.groupWidth(in.channels()) == in.channels()
                && conv.dilation() == 1
                && conv.kernel() > 1
                && Tiling.fitsImage(in, out, conv.stride());
    }

    @Override
    public List<FloatBuffer> parameters() {
        return Stream.of(taps)
                .map(PackedFilter::parameters)
                .flatMap(List::stream)
                .toList();
    }

    private Band[] tiles(int rows) {
        if (!tiling.runs(rows)) {
            return new Band[] {null, Band.scattered(tiling, rows, in, out)};
        }
        Stream<Band> bands = IntStream.of(1, 2).mapToObj(vectors -> Band.runs(tiling, vectors, rows, in, out));
        return (panel == null ? bands.map(Band::withTiles) : bands).toArray(Band[]::new);
    }

    /** All bands if nothing is packed, one if no other blocks need its panel. */
    private int strip() {
        if (panel == null) {
            return bands;
        }
        int most = taps.length == together ? 1 : KEPT_PANELS / Float.BYTES / panel.floats();
        return Math.max(1, Math.min(most, bands));
    }

    @Override
    public int units() {
        return out.shape.batch() * taps.length * bands;
    }

    @Override
    public void run(int from, int to) {
        AlignedFloats memory = memory();
        PackedFilter[] filters = filters(memory);
        // Filters come in turn, then bands, groups of filters, strips and images.
        // Divisions for each unit would cost 1 to 3 per cent of short products.
        int inImage = from % (taps.length * bands);
        int n = from / (taps.length * bands);
        int firstBand = inImage / (taps.length * strip) * strip;
        int size = Math.min(strip, bands - firstBand);
        int inStrip = inImage % (taps.length * strip);
        int group = inStrip / (together * size) * together;
        int count = Math.min(together, taps.length - group);
        int slot = (inStrip - group * size) / count;
        int next = (inStrip - group * size) % count;
        int start = slot;
        int kept = 0;
        int seen = 0;
        for (int unit = from; unit < to; unit++) {
            int y = (firstBand + slot) * tiling.rows;
            int end = Math.min(y + tiling.rows, out.shape.height());
            // Bands come in turn, from any one on, so those that are packed already follow the first.
            if (panel != null && (slot - start + size) % size == kept) {
                pack(n, y, end, memory, slot);
                kept++;
            }
            PackedFilter filter = filters[group + next];
            // Filters of a group come in turn, so the first ones seen are all of them.
            if (room > 0 && (bands == 1 || seen < count)) {
                filter.expand();
                seen++;
            }
            band(memory, slot, n, filter, y, end);
            if (++next == count) {
                next = 0;
                slot++;
            }
            if (slot == size) {
                slot = 0;
                int before = group;
                group += together;
                if (group >= taps.length) {
                    group = 0;
                    start = 0;
                    kept = 0;
                    firstBand += strip;
                }
                if (firstBand >= bands) {
                    firstBand = 0;
                    n++;
                }
                size = Math.min(strip, bands - firstBand);
                count = Math.min(together, taps.length - group);
                seen = group == before ? seen : 0;
            }
        }
    }

    private AlignedFloats memory() {
        return panel == null && room == 0 ? null : ThreadMemory.lines();
    }

    /** The filters that tiles of a thread read. Those that are used again have places of their own. */
    private PackedFilter[] filters(AlignedFloats memory) {
        if (room == 0) {
            return taps;
        }
        PackedFilter[] own = expanded.get();
        if (own == null || own[0].weights != memory.data()) {
            own = IntStream.range(0, taps.length)
                    .mapToObj(t -> taps[t].in(memory.from(packedFloats + t % rooms * room)))
                    .toArray(PackedFilter[]::new);
            expanded.set(own);
        }
        return own;
    }

    @Override
    public void rows(int n, int from, int to) {
        AlignedFloats memory = memory();
        PackedFilter[] filters = filters(memory);
        int height = strip * tiling.rows;
        for (int top = from; top < to; top += height) {
            int bottom = Math.min(top + height, to);
            for (int first = 0; first < taps.length; first += together) {
                for (int y = top, slot = 0; y < bottom; y += tiling.rows, slot++) {
                    int end = Math.min(y + tiling.rows, bottom);
                    if (panel != null && first == 0) {
                        pack(n, y, end, memory, slot);
                    }
                    for (int t = first; t < Math.min(first + together, taps.length); t++) {
                        if (room > 0 && slot == 0) {
                            filters[t].expand();
                        }
                        band(memory, slot, n, filters[t], y, end);
                    }
                }
            }
        }
    }

    /** Offset of the band's first pixel in channel block 0. */
    private int place(int n, int from) {
        return in.at(n, 0, from * conv.stride() - conv.padding(), -conv.padding());
    }

    private void pack(int n, int from, int to, AlignedFloats memory, int slot) {
        int o = memory.first() + slot * panel.floats();
        panel.pack(in.data, place(n, from), tiles[to - from - 1][1], memory.data(), o);
    }

    /**
     * @param memory holds the panels of a strip; null if there are none
     * @param slot the band's place in its strip
     */
    private void band(AlignedFloats memory, int slot, int n, PackedFilter t, int from, int to) {
        int q = out.at(n, t.block, from, 0);
        int blocks = Math.min(t.vectors, out.blocks - t.block);
        int next = (blocks - 1) * out.block;
        int r = residual == null ? 0 : residual.at(n, t.block, from, 0);
        Band band = tiles[to - from - 1][t.vectors - 1];
        if (panel != null) {
            int p = memory.first() + slot * panel.floats();
            PairTiles.band(t, packed[to - from - 1], 1, memory.data(), p, out.data, q, next, r);
        } else if (!tiling.runs(to - from)) {
            PairTiles.scattered(t, band, in.data, place(n, from), out.data, q, next, r);
        } else if (in.isInterleaved()) {
            PairTiles.image(t, band, conv.stride(), in.data, place(n, from), out.data, q, next, r);
        } else if (t.vectors == 1) {
            SingleTiles.band(t, band, conv.stride(), in.data, place(n, from), out.data, q, r);
        } else {
            PairTiles.band(t, band, conv.stride(), in.data, place(n, from), out.data, q, next, r);
        }
        for (int block = t.block; block < t.block + blocks; block++) {
            postOps.rows(out, n, block, from, to);
        }
    }
}

package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import java.util.List;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.Clamp;
import org.convmark.kernel.vector.lane.ElementwiseKernels;
import org.convmark.kernel.vector.lane.RowKernel;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.model.Activation;
import org.convmark.model.TileLayer;
import org.convmark.model.TileLayer.Grid;

/**
 * Makes computed tiles from a map, or from other tiles. A unit is one channel block of one tile of the map, row by row; those that are
 * not computed take no time.
 *
 * @param mask the places of computed tiles
 * @param blocks channel blocks
 */
record TileKernel(Grid grid, BlockedTensor mask, int blocks, Unit unit) implements RowRangeKernel {
    /** One channel block of a tile. */
    private interface Unit {
        /**
         * @param tile of image n
         * @param place of the tile among those that are computed
         */
        void run(int n, int tile, int place, int block);
    }

    static TileKernel gather(TileLayer.Gather gather, BlockedTensor in, BlockedTensor mask, BlockedTensor out) {
        Grid grid = gather.grid();
        int halo = gather.halo();
        return new TileKernel(grid, mask, out.blocks, (n, tile, place, block) -> {
            int left = tile % grid.columns() * grid.width() - halo;
            int from = Math.max(0, -left);
            int to = Math.min(out.shape.width(), grid.mapWidth() - left);
            for (int r = 0; r < out.shape.height(); r++) {
                int y = tile / grid.columns() * grid.height() - halo + r;
                int o = out.at(place, block, r, 0);
                if (y < 0 || y >= grid.mapHeight()) {
                    Arrays.fill(out.data, o, o + out.rowLength(), 0);
                } else {
                    Arrays.fill(out.data, o, o + from * L, 0);
                    int i = in.at(n, block, y, left + from);
                    System.arraycopy(in.data, i, out.data, o + from * L, (to - from) * L);
                    Arrays.fill(out.data, o + to * L, o + out.rowLength(), 0);
                }
            }
        });
    }

    static TileKernel exchange(TileLayer.Exchange exchange, BlockedTensor in, BlockedTensor mask, BlockedTensor out) {
        Grid grid = exchange.grid();
        int halo = exchange.halo();
        return new TileKernel(grid, mask, out.blocks, (n, tile, place, block) -> {
            int left = tile % grid.columns() * grid.width() - halo;
            for (int r = 0; r < out.shape.height(); r++) {
                int y = tile / grid.columns() * grid.height() - halo + r;
                exchanged(grid, in, mask, n, block, y, left, out, out.at(place, block, r, 0));
            }
        });
    }

    /** A row of a tile and its halo, from column {@code left} of the map on, tile after tile. */
    private static void exchanged(
            Grid grid,
            BlockedTensor in,
            BlockedTensor mask,
            int n,
            int block,
            int y,
            int left,
            BlockedTensor out,
            int o) {
        int end = left + out.shape.width();
        int next;
        for (int x = left; x < end; x = next) {
            int to = o + (x - left) * L;
            boolean inside = y >= 0 && y < grid.mapHeight() && x >= 0 && x < grid.mapWidth();
            if (!inside) {
                next = x < 0 && y >= 0 && y < grid.mapHeight() ? 0 : end;
                Arrays.fill(out.data, to, to + (next - x) * L, 0);
                continue;
            }
            int column = x / grid.width();
            next = Math.min(end, Math.min((column + 1) * grid.width(), grid.mapWidth()));
            int from = place(mask, n, y / grid.height(), column);
            if (from < 0) {
                Arrays.fill(out.data, to, to + (next - x) * L, 0);
            } else {
                int i = in.at(from, block, y % grid.height(), x - column * grid.width());
                System.arraycopy(in.data, i, out.data, to, (next - x) * L);
            }
        }
    }

    /**
     * A unit is a row of the map: neighbouring tiles that are not computed are one run.
     *
     * @param in the map, the mask and the tiles
     */
    static RowRangeKernel scatter(TileLayer.Scatter scatter, List<BlockedTensor> in, BlockedTensor out) {
        Grid grid = scatter.grid();
        BlockedTensor map = in.get(0);
        BlockedTensor mask = in.get(1);
        BlockedTensor tiles = in.get(2);
        Activation after = scatter.after();
        return new RowKernel(out, index -> {
            int y = index % grid.mapHeight();
            int n = index / grid.mapHeight() / out.blocks;
            int block = RowKernel.block(out, index);
            int i = map.rowAt(index);
            int o = out.rowAt(index);
            int kept = 0;
            for (int column = 0; column < grid.columns(); column++) {
                int place = place(mask, n, y / grid.height(), column);
                if (place >= 0) {
                    int x = column * grid.width();
                    int pixels = Math.min(grid.width(), grid.mapWidth() - x);
                    keep(after, map.data, i + kept * L, out.data, o + kept * L, (x - kept) * L);
                    int j = tiles.at(place, block, y % grid.height(), 0);
                    add(after, map.data, i + x * L, tiles.data, j, out.data, o + x * L, pixels * L);
                    kept = x + pixels;
                }
            }
            keep(after, map.data, i + kept * L, out.data, o + kept * L, (grid.mapWidth() - kept) * L);
        });
    }

    private static void keep(Activation after, float[] in, int i, float[] out, int o, int length) {
        if (length == 0) {
            return;
        }
        if (after == null) {
            ElementwiseKernels.copy(in, i, out, o, length);
        } else {
            ElementwiseKernels.activate(after, in, i, out, o, length);
        }
    }

    private static void add(Activation after, float[] a, int i, float[] b, int j, float[] out, int o, int length) {
        ElementwiseKernels.add(a, i, b, j, Clamp.of(after), out, o, length);
        if (!Clamp.suffice(after)) {
            ElementwiseKernels.activate(after, out, o, out, o, length);
        }
    }

    private static int place(BlockedTensor mask, int n, int row, int column) {
        return (int) mask.data[mask.at(n, 0, row, column)];
    }

    @Override
    public int units() {
        return mask.shape.batch() * grid.tiles() * blocks;
    }

    @Override
    public void run(int from, int to) {
        for (int index = from; index < to; index++) {
            int n = index / blocks / grid.tiles();
            int tile = index / blocks % grid.tiles();
            int place = place(mask, n, tile / grid.columns(), tile % grid.columns());
            if (place >= 0) {
                unit.run(n, tile, place, index % blocks);
            }
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        throw new IllegalStateException("tiles may lie anywhere in a map");
    }
}

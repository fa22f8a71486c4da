package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.vector.lane.BlockedTensor;
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

    /** Tiles that are inside those with a halo already are not copied. */
    static TileKernel exchange(TileLayer.Exchange exchange, BlockedTensor in, BlockedTensor mask, BlockedTensor out) {
        Grid grid = exchange.grid();
        int halo = exchange.halo();
        boolean inside = in.isTilesOf(out);
        return new TileKernel(grid, mask, out.blocks, (n, tile, place, block) -> {
            int row = tile / grid.columns();
            int column = tile % grid.columns();
            int down = (halo + grid.height() - 1) / grid.height();
            int right = (halo + grid.width() - 1) / grid.width();
            for (int i = row - down; i <= row + down; i++) {
                for (int j = column - right; j <= column + right; j++) {
                    if (!inside || i != row || j != column) {
                        part(grid, halo, in, mask, n, i, j, i - row, j - column, out, place, block);
                    }
                }
            }
        });
    }

    /**
     * What a tile with a halo takes from tile (i, j), which is {@code down} and {@code right} tiles away: zeros if it is not computed or
     * outside the map.
     */
    private static void part(
            Grid grid,
            int halo,
            BlockedTensor in,
            BlockedTensor mask,
            int n,
            int i,
            int j,
            int down,
            int right,
            BlockedTensor out,
            int place,
            int block) {
        int top = Math.max(0, halo + down * grid.height());
        int left = Math.max(0, halo + right * grid.width());
        int bottom = Math.min(out.shape.height(), halo + (down + 1) * grid.height());
        int end = Math.min(out.shape.width(), halo + (right + 1) * grid.width());
        int o = out.at(place, block, top, left);
        boolean inMap = i >= 0 && i < grid.rows() && j >= 0 && j < grid.columns();
        int from = inMap ? place(mask, n, i, j) : TileLayer.SKIPPED;
        if (from < 0) {
            clear(out, o, bottom - top, (end - left) * L);
            return;
        }
        int y = top - halo - down * grid.height();
        int x = left - halo - right * grid.width();
        int p = in.at(from, block, y, x);
        int rows = Math.min(bottom - top, grid.mapHeight() - i * grid.height() - y);
        int columns = Math.min(end - left, grid.mapWidth() - j * grid.width() - x);
        if (rows < bottom - top || columns < end - left) {
            clear(out, o, bottom - top, (end - left) * L);
        }
        copy(in.data, p, in.row, out.data, o, out.row, rows, columns * L);
    }

    /** Rows of few pixels: a call for each would take longer. */
    private static void copy(float[] in, int i, int inRow, float[] out, int o, int outRow, int rows, int length) {
        for (int r = 0; r < rows; r++) {
            for (int k = 0; k < length; k += L) {
                FloatVector.fromArray(FLOATS, in, i + r * inRow + k).intoArray(out, o + r * outRow + k);
            }
        }
    }

    private static void clear(BlockedTensor out, int o, int rows, int length) {
        for (int r = 0; r < rows; r++) {
            Arrays.fill(out.data, o + r * out.row, o + r * out.row + length, 0);
        }
    }

    /** Finds the computed tiles of a map in place. */
    static Kernel placing(Grid grid, int halo, BlockedTensor mask, BlockedTensor tiles) {
        return new Kernel.Whole() {
            @Override
            public void run() {
                for (int n = 0; n < mask.shape.batch(); n++) {
                    for (int i = 0; i < grid.rows(); i++) {
                        for (int j = 0; j < grid.columns(); j++) {
                            int place = place(mask, n, i, j);
                            if (place >= 0) {
                                tiles.showTile(place, n, i * grid.height() - halo, j * grid.width() - halo);
                            }
                        }
                    }
                }
            }
        };
    }

    /**
     * A unit is a row of the map: neighbouring tiles that are not computed are one run. Tiles that are in place already are not copied.
     *
     * @param in the map, the mask and the tiles
     */
    static RowRangeKernel scatter(TileLayer.Scatter scatter, List<BlockedTensor> in, BlockedTensor out) {
        Grid grid = scatter.grid();
        BlockedTensor map = in.get(0);
        BlockedTensor mask = in.get(1);
        BlockedTensor tiles = in.get(2);
        Activation after = scatter.after();
        boolean inPlace = tiles.isTilesOf(out);
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
                    if (!inPlace) {
                        int j = tiles.at(place, block, y % grid.height(), 0);
                        ElementwiseKernels.copy(tiles.data, j, out.data, o + x * L, pixels * L);
                    }
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

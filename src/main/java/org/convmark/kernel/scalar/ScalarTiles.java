package org.convmark.kernel.scalar;

import java.util.Arrays;
import java.util.List;
import org.convmark.model.Gated;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;
import org.convmark.model.TileLayer.Grid;

/** The loops of spatially dynamic layers in plain Java. */
final class ScalarTiles {
    private ScalarTiles() {}

    /**
     * A whole mask: the place of a tile is the number of those with a higher score, or with the same one and a lower index.
     *
     * @param scores scratch, one per tile of the batch, overwritten
     */
    static void select(TileLayer.Select select, PlanarTensor in, float[] scores, PlanarTensor mask) {
        Grid grid = select.grid();
        for (int tile = 0; tile < scores.length; tile++) {
            scores[tile] = score(grid, in, tile);
        }
        for (int tile = 0; tile < scores.length; tile++) {
            int place = 0;
            for (int other = 0; other < scores.length; other++) {
                boolean before = scores[other] > scores[tile] || scores[other] == scores[tile] && other < tile;
                place += before ? 1 : 0;
            }
            mask.maps()[tile / grid.tiles()][tile % grid.tiles()] = place < select.kept() ? place : TileLayer.SKIPPED;
        }
    }

    private static float score(Grid grid, PlanarTensor in, int tile) {
        Shape shape = in.shape();
        int i = tile % grid.tiles() / grid.columns();
        int j = tile % grid.columns();
        int left = TileLayer.Select.from(j, shape.width(), grid.columns());
        int right = TileLayer.Select.from(j + 1, shape.width(), grid.columns());
        float score = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < shape.channels(); c++) {
            float[] x = in.maps()[tile / grid.tiles() * shape.channels() + c];
            for (int y = TileLayer.Select.from(i, shape.height(), grid.rows());
                    y < TileLayer.Select.from(i + 1, shape.height(), grid.rows());
                    y++) {
                for (int at = y * shape.width() + left; at < y * shape.width() + right; at++) {
                    score = x[at] > score ? x[at] : score;
                }
            }
        }
        return score;
    }

    private static int place(PlanarTensor mask, Grid grid, int tile) {
        return (int) mask.maps()[tile / grid.tiles()][tile % grid.tiles()];
    }

    /** One channel of all tiles. */
    static void gather(TileLayer.Gather gather, PlanarTensor in, PlanarTensor mask, PlanarTensor out, int c) {
        Grid grid = gather.grid();
        int halo = gather.halo();
        for (int tile = 0; tile < in.shape().batch() * grid.tiles(); tile++) {
            int place = place(mask, grid, tile);
            if (place < 0) {
                continue;
            }
            float[] x = in.maps()[tile / grid.tiles() * in.shape().channels() + c];
            float[] y = out.maps()[place * out.shape().channels() + c];
            int top = tile % grid.tiles() / grid.columns() * grid.height() - halo;
            int left = tile % grid.columns() * grid.width() - halo;
            int from = Math.max(0, -left);
            int to = Math.min(out.shape().width(), grid.mapWidth() - left);
            Arrays.fill(y, 0);
            for (int p = Math.max(0, -top); p < Math.min(out.shape().height(), grid.mapHeight() - top); p++) {
                System.arraycopy(
                        x,
                        (top + p) * grid.mapWidth() + left + from,
                        y,
                        p * out.shape().width() + from,
                        to - from);
            }
        }
    }

    /** One channel of all tiles: each takes what lies around it from the tiles that it reaches. */
    static void exchange(TileLayer.Exchange exchange, PlanarTensor in, PlanarTensor mask, PlanarTensor out, int c) {
        Grid grid = exchange.grid();
        int channels = in.shape().channels();
        int halo = exchange.halo();
        int width = out.shape().width();
        for (int tile = 0; tile < mask.shape().batch() * grid.tiles(); tile++) {
            int place = place(mask, grid, tile);
            if (place < 0) {
                continue;
            }
            float[] y = out.maps()[place * channels + c];
            int first = tile / grid.tiles() * grid.tiles();
            int top = tile % grid.tiles() / grid.columns() * grid.height() - halo;
            int left = tile % grid.columns() * grid.width() - halo;
            int bottom = Math.min(grid.mapHeight(), top + out.shape().height());
            int right = Math.min(grid.mapWidth(), left + width);
            Arrays.fill(y, 0);
            for (int i = Math.max(0, top) / grid.height(); i * grid.height() < bottom; i++) {
                for (int j = Math.max(0, left) / grid.width(); j * grid.width() < right; j++) {
                    int from = place(mask, grid, first + i * grid.columns() + j);
                    if (from >= 0) {
                        float[] x = in.maps()[from * channels + c];
                        int at = (i * grid.height() - top) * width + j * grid.width() - left;
                        overlap(grid, x, i * grid.height(), j * grid.width(), top, left, bottom, right, y, at, width);
                    }
                }
            }
        }
    }

    /**
     * Copies what a tile has in common with a part of the map.
     *
     * @param row of the map at which the tile x starts; so do column, and for the part y its top and left
     * @param at where the first pixel of the tile would be in y
     * @param width columns of y
     */
    private static void overlap(
            Grid grid,
            float[] x,
            int row,
            int column,
            int top,
            int left,
            int bottom,
            int right,
            float[] y,
            int at,
            int width) {
        int from = Math.max(0, left - column);
        int to = Math.min(grid.width(), right - column);
        for (int p = Math.max(0, top - row); p < Math.min(grid.height(), bottom - row); p++) {
            System.arraycopy(x, p * grid.width() + from, y, at + p * width + from, to - from);
        }
    }

    /** The channels that a mask chooses, unless all are. */
    static void channels(PlanarTensor mask, int[] channels) {
        for (int g = 0; channels != null && g < mask.shape().pixels(); g++) {
            Gated.choose(g, (int) mask.maps()[0][g], channels);
        }
    }

    /** One map of the result. */
    static void scatter(TileLayer.Scatter scatter, List<PlanarTensor> in, PlanarTensor out, int map) {
        Grid grid = scatter.grid();
        int channels = out.shape().channels();
        float[] y = out.maps()[map];
        System.arraycopy(in.get(0).maps()[map], 0, y, 0, y.length);
        if (scatter.after() != null) {
            ScalarLoops.activate(scatter.after(), y, 0, y.length);
        }
        for (int tile = 0; tile < grid.tiles(); tile++) {
            int place = place(in.get(1), grid, map / channels * grid.tiles() + tile);
            if (place >= 0) {
                put(grid, tile, in.get(2).maps()[place * channels + map % channels], y);
            }
        }
    }

    private static void put(Grid grid, int tile, float[] x, float[] y) {
        int top = tile / grid.columns() * grid.height();
        int left = tile % grid.columns() * grid.width();
        int columns = Math.min(grid.width(), grid.mapWidth() - left);
        for (int p = 0; p < Math.min(grid.height(), grid.mapHeight() - top); p++) {
            System.arraycopy(x, p * grid.width(), y, (top + p) * grid.mapWidth() + left, columns);
        }
    }
}

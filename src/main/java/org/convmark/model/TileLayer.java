package org.convmark.model;

import java.util.List;

/**
 * A layer of spatially dynamic computation: a mask says which tiles of a map are computed, and these pass through a residual branch as
 * images of their own, as in SBNet (Ren et al. 2018, arXiv 1801.02108) and LAUDNet (Han et al. 2023, arXiv 2308.15949). How many tiles
 * are computed is fixed, so shapes are static; which ones is found anew in each pass.
 *
 * <p>A mask is a map with one pixel per tile of a {@link Grid}: the place of the tile among those that are computed, counted from 0 over
 * all images of the batch, or -1. The computed tiles are images in the order of their places.
 */
public sealed interface TileLayer extends Layer {
    /** A tile that is not computed. */
    int SKIPPED = -1;

    /** What a visitor has for this kind of layer. */
    <R> R accept(Visitor<R> visitor);

    /** A mask and the tiles that it chooses are read as a whole. */
    @Override
    default ReceptiveField reach(int input) {
        return ReceptiveField.MAP;
    }

    @Override
    default <R> R accept(LayerVisitor<R> visitor) {
        return visitor.tiles(this);
    }

    /**
     * One method per kind.
     *
     * @param <R> result for a layer
     */
    interface Visitor<R> {
        R select(Select select);

        R gather(Gather gather);

        R exchange(Exchange exchange);

        R scatter(Scatter scatter);
    }

    /**
     * A map cut into tiles of equal size. Tiles in the last row and column may hang over the edge; what lies outside the map is zero.
     *
     * @param mapHeight rows of the map
     * @param mapWidth columns of the map
     * @param height rows of a tile
     * @param width columns of a tile
     */
    record Grid(int mapHeight, int mapWidth, int height, int width) {
        /**
         * The map cut along each side into the number of tiles whose sides come nearest to a wish: tiles of 8 on a map of 28 pixels are
         * four tiles of 7.
         *
         * @param wish rows and columns of a tile; 0 for the whole map
         */
        static Grid of(Shape map, int wish) {
            return new Grid(map.height(), map.width(), side(map.height(), wish), side(map.width(), wish));
        }

        private static int side(int size, int wish) {
            int tiles = wish == 0 ? 1 : Math.max(1, Math.round((float) size / wish));
            return (size + tiles - 1) / tiles;
        }

        /** Tiles from top to bottom. */
        public int rows() {
            return (mapHeight + height - 1) / height;
        }

        /** Tiles from left to right. */
        public int columns() {
            return (mapWidth + width - 1) / width;
        }

        /** Tiles of a map. */
        public int tiles() {
            return rows() * columns();
        }

        /** Whether no tile hangs over an edge. */
        public boolean isFilled() {
            return mapHeight % height == 0 && mapWidth % width == 0;
        }

        private void require(Shape map) {
            if (map.height() != mapHeight || map.width() != mapWidth) {
                throw new IllegalArgumentException(
                        "a grid over " + mapHeight + "x" + mapWidth + " pixels does not fit " + map);
            }
        }

        /** The shape of the mask for a batch. */
        Shape mask(int batch) {
            return new Shape(batch, 1, rows(), columns());
        }

        private Shape batch(int kept, int channels, int halo) {
            return new Shape(kept, channels, height + 2 * halo, width + 2 * halo);
        }
    }

    /**
     * The mask: the tiles of the batch with the highest scores are computed, of equal scores the first. The score of tile (i, j) is the
     * maximum, over all channels, of the input's pixels in the part of it where the tile lies: rows i * H / rows to (i + 1) * H / rows -
     * 1, and likewise columns. Places follow the order of the tiles or that of the scores.
     *
     * <p>A maximum is exact in every order, so engines that compute the same input find the same mask.
     *
     * @param kept tiles that are computed, of all images together
     */
    record Select(Grid grid, int kept) implements TileLayer {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.select(this);
        }

        /** The first of the input's rows or columns, {@code size} in all, under tile i of {@code tiles}. */
        public static int from(int i, int size, int tiles) {
            return (int) ((long) i * size / tiles);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = ShapeInference.single(this, inputs);
            int all = in.batch() * grid.tiles();
            if (kept < 1 || kept > all || in.height() < grid.rows() || in.width() < grid.columns()) {
                throw new IllegalArgumentException(
                        "a mask of " + grid.rows() + "x" + grid.columns() + " tiles cannot keep " + kept + " of " + in);
            }
            return grid.mask(in.batch());
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            Shape in = inputs.get(0);
            return new Cost(0, in.elements(), in.bytes(), output(inputs).bytes(), 0, 0, 0);
        }
    }

    /**
     * The computed tiles of a map, each with the pixels around it. Reads the map and the mask.
     *
     * @param halo rows and columns of pixels on every side; zeros outside the map
     */
    record Gather(Grid grid, int kept, int halo) implements TileLayer {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.gather(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = inputs.get(0);
            grid.require(in);
            requireMask(grid, in.batch(), inputs.get(1));
            return grid.batch(kept, in.channels(), halo);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            long bytes = output(inputs).bytes();
            return new Cost(0, 0, bytes + inputs.get(1).bytes(), bytes, 0, 0, 0);
        }
    }

    /**
     * Computed tiles, each with the pixels around it, from the tiles next to it: a halo exchange. Pixels of tiles that are not computed
     * are zeros, as are those outside the map, so a convolution sees what it sees in a submanifold sparse convolution (Graham et al. 2018,
     * arXiv 1711.10275). Reads the tiles and the mask.
     *
     * @param halo rows and columns of pixels on every side
     */
    record Exchange(Grid grid, int halo) implements TileLayer {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.exchange(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape tiles = inputs.get(0);
            requireTiles(grid, tiles);
            requireMask(grid, inputs.get(1).batch(), inputs.get(1));
            return grid.batch(tiles.batch(), tiles.channels(), halo);
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            long read = inputs.get(0).bytes() + inputs.get(1).bytes();
            return new Cost(0, 0, read, output(inputs).bytes(), 0, 0, 0);
        }
    }

    /**
     * A map with its computed tiles put in place: the end of a residual block, where the other tiles keep what they were. Reads the map,
     * the mask and the tiles.
     *
     * @param after activation of the tiles that are not computed, or null
     */
    record Scatter(Grid grid, Activation after) implements TileLayer {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.scatter(this);
        }

        @Override
        public ReceptiveField reach(int input) {
            return input == 0 ? ReceptiveField.ROW : ReceptiveField.MAP;
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = inputs.get(0);
            grid.require(in);
            requireMask(grid, in.batch(), inputs.get(1));
            requireTiles(grid, inputs.get(2));
            if (inputs.get(2).channels() != in.channels()) {
                throw new IllegalArgumentException("tiles " + inputs.get(2) + " cannot be part of " + in);
            }
            return in;
        }

        @Override
        public Cost cost(List<Shape> inputs) {
            Shape in = inputs.get(0);
            long others = Math.max(0, in.elements() - inputs.get(2).elements());
            long read = in.bytes() + inputs.get(1).bytes();
            return new Cost(0, after == null ? 0 : others, read, in.bytes(), 0, 0, after == null ? 0 : 1);
        }
    }

    private static void requireTiles(Grid grid, Shape tiles) {
        if (tiles.height() != grid.height || tiles.width() != grid.width) {
            throw new IllegalArgumentException(
                    tiles + " are not tiles of " + grid.height + "x" + grid.width + " pixels");
        }
    }

    private static void requireMask(Grid grid, int batch, Shape mask) {
        if (!mask.equals(grid.mask(batch))) {
            throw new IllegalArgumentException(
                    mask + " is no mask of " + grid.rows() + "x" + grid.columns() + " tiles");
        }
    }
}

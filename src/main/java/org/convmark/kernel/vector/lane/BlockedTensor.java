package org.convmark.kernel.vector.lane;

import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import org.convmark.model.Shape;

/**
 * A tensor in blocks of L channels: batch x channel block x row x column x lane (oneDNN's nChw{L}c), with a border of zeros
 * around every map. Lanes after the last channel may hold anything. An image of few channels may lie {@linkplain #interleaved without}
 * such lanes.
 *
 * <p>Kernels address it by image and row of the map. In a fused kernel the image is replaced by the number of a worker: each
 * worker has a window that holds only the rows it currently needs, and it sees a tensor from outside as the image that it works
 * on.
 */
public final class BlockedTensor {
    /** Without the border. */
    public final Shape shape;

    final int border;
    /** All floats, those of the border too. */
    public final float[] data;

    /** Floats from one pixel to the next. */
    public final int pixel;

    /** Floats from one row to the next. */
    public final int row;

    /** Floats from one channel block to the next. */
    public final int block;

    /** Channel blocks of one image. */
    public final int blocks;

    /** Most and fewest rows of a map that kernels compute at a time; outside a fused kernel all rows. */
    public final int rows;

    final int fewest;

    /** Rows of a map that fit, border rows included. */
    public final int held;

    /** By image, or worker: offset of lane 0 of the first pixel of the map in block 0 of the whole tensor. */
    private final int[] origins;

    /** Floats from the start of the memory, or from block 0 of the whole tensor, to block 0 of this part. */
    private final int part;

    /** Floats from one image, or window, to the next. */
    private final int image;

    /** The tensor whose tiles this one shows, or null. */
    private final BlockedTensor map;

    /** A tensor of zeros with memory of its own. */
    public BlockedTensor(Shape shape, int border) {
        this(shape, border, AlignedFloats.of(Math.toIntExact(floats(shape, border))));
    }

    /** A tensor at the start of a memory that holds others too. */
    public BlockedTensor(Shape shape, int border, AlignedFloats memory) {
        this(shape, border, L, memory);
    }

    private BlockedTensor(Shape shape, int border, int pixel, AlignedFloats memory) {
        this(shape, border, pixel, shape.height(), shape.height(), shape.height() + 2 * border, 0, memory);
        for (int n = 0; n < shape.batch(); n++) {
            place(n, -border);
        }
    }

    /**
     * A tensor of zeros as decoders of images write them: batch x row x column x channel (NHWC), with fewer channels than lanes. A vector
     * that starts at any of its pixels ends inside its memory.
     */
    public static BlockedTensor interleaved(Shape shape, int border) {
        long pixels = (shape.height() + 2L * border) * (shape.width() + 2L * border);
        int floats = Math.toIntExact(shape.batch() * pixels * shape.channels() + L);
        return new BlockedTensor(shape, border, shape.channels(), AlignedFloats.of(floats));
    }

    /** Whether pixels hold channels only, without lanes that are not used. */
    public boolean isInterleaved() {
        return pixel < L;
    }

    /** Elements of a tensor, border included. */
    public static long floats(Shape shape, int border) {
        long pixels = (shape.height() + 2L * border) * (shape.width() + 2L * border);
        return (long) shape.batch() * Lanes.blocks(shape.channels()) * L * pixels;
    }

    /** @param pad floats between channel blocks */
    private BlockedTensor(
            Shape shape, int border, int pixel, int rows, int fewest, int held, int pad, AlignedFloats memory) {
        this.shape = shape;
        this.border = border;
        this.rows = rows;
        this.fewest = fewest;
        this.held = held;
        this.pixel = pixel;
        this.row = (shape.width() + 2 * border) * pixel;
        this.block = Math.addExact(Math.multiplyExact(held, row), pad);
        this.blocks = Lanes.blocks(shape.channels());
        this.image = Math.multiplyExact(block, blocks);
        this.data = memory.data();
        this.origins = new int[shape.batch()];
        this.part = memory.first();
        this.map = null;
    }

    private BlockedTensor(
            BlockedTensor whole, Shape shape, int rows, int fewest, int[] origins, int part, BlockedTensor map) {
        this.shape = shape;
        this.border = whole.border;
        this.rows = rows;
        this.fewest = fewest;
        this.held = whole.held;
        this.pixel = whole.pixel;
        this.row = whole.row;
        this.block = whole.block;
        this.blocks = Lanes.blocks(shape.channels());
        this.image = whole.image;
        this.data = whole.data;
        this.origins = origins;
        this.part = part;
        this.map = map;
    }

    /**
     * A window per worker.
     *
     * @param map the map whose rows it shows; its batch is the number of workers
     * @param rows most rows that are computed at a time
     * @param fewest fewest rows
     * @param held rows that it holds, those outside the map included
     */
    public static BlockedTensor windows(Shape map, int border, int rows, int fewest, int held) {
        int lines = held * (map.width() + 2 * border) * L / AlignedFloats.CACHE_LINE_FLOATS;
        int pad = lines % 2 == 0
                ? AlignedFloats.CACHE_LINE_FLOATS
                : 0; // an odd number of lines apart, so in different sets of the cache
        int block = Math.addExact(Math.multiplyExact(held, (map.width() + 2 * border) * L), pad);
        int floats = Math.multiplyExact(Math.multiplyExact(block, Lanes.blocks(map.channels())), map.batch());
        return new BlockedTensor(map, border, L, rows, fewest, held, pad, AlignedFloats.of(floats));
    }

    /** Some channels, in the same memory; the first must be the first of a block. */
    public BlockedTensor part(int first, int channels) {
        Shape some = shape.withChannels(channels);
        return new BlockedTensor(this, some, rows, fewest, origins, part + first / L * block, null);
    }

    /**
     * This tensor as the kernels inside a fused kernel see it: their image index is a worker, and each worker is shown one image.
     *
     * @param most most rows of it that they compute at a time
     */
    public BlockedTensor seenBy(int workers, int most, int fewest) {
        Shape map = new Shape(workers, shape.channels(), shape.height(), shape.width());
        return new BlockedTensor(this, map, most, fewest, new int[workers], part, null);
    }

    /** Tiles of a map as images, in the same memory: each is where it was {@linkplain #showTile shown} last. */
    public BlockedTensor tiles(Shape tiles) {
        int height = tiles.height();
        return new BlockedTensor(this, tiles, height, height, new int[tiles.batch()], part, this);
    }

    /** Shows a tile of an image as an image of this tensor of tiles. */
    public void showTile(int tile, int image, int top, int left) {
        origins[tile] = map.origins[image] + top * row + left * pixel;
    }

    /** All images without some pixels on every side, in the same memory. */
    public BlockedTensor inside(int halo) {
        Shape small = new Shape(shape.batch(), shape.channels(), shape.height() - 2 * halo, shape.width() - 2 * halo);
        BlockedTensor inside = tiles(small);
        for (int n = 0; n < shape.batch(); n++) {
            inside.showTile(n, n, halo, halo);
        }
        return inside;
    }

    /** Whether this tensor shows tiles of another. */
    public boolean isTilesOf(BlockedTensor whole) {
        return map == whole;
    }

    /** Shows an image of a whole tensor to a worker. */
    public void show(int worker, BlockedTensor whole, int image) {
        origins[worker] = whole.origins[image];
    }

    /** Moves a worker's window so that it starts at a row of the map or of its border. */
    public void place(int worker, int top) {
        origins[worker] = worker * image + border * pixel - top * row;
    }

    /** Offset of lane 0 of a pixel of the map; rows and columns may lie in the border. */
    public int at(int n, int b, int y, int x) {
        return origins[n] + part + b * block + y * row + x * pixel;
    }

    /** Floats of a row without its border. */
    public int rowLength() {
        return shape.width() * pixel;
    }

    /** Whether the rows of a map are contiguous, without a border between them. */
    public boolean joined() {
        return row == rowLength();
    }

    /** Whether maps are one pixel and channels are contiguous. */
    public boolean isPoint() {
        return shape.height() == 1 && shape.width() == 1 && block == L;
    }

    /** Rows of all maps of all images. */
    public int rows() {
        return shape.batch() * blocks * shape.height();
    }

    /** Offset of the first pixel of a row, counted over images, blocks and rows. */
    public int rowAt(int index) {
        int map = index / shape.height();
        return at(map / blocks, map % blocks, index % shape.height(), 0);
    }

    /** Moves a worker's window down to another top row; the rows from there to {@code end - 1} are kept. */
    public void slide(int worker, int from, int top, int end) {
        int count = Math.max(0, end - top) * row;
        for (int b = 0; b < blocks && count > 0; b++) {
            int p = at(worker, b, from, 0) - border * L;
            System.arraycopy(data, p + (top - from) * row, data, p, count);
        }
        place(worker, top);
    }

    /** Clears rows of a worker's window, border included. */
    public void clear(int worker, int from, int to) {
        for (int b = 0; b < blocks && from < to; b++) {
            int p = at(worker, b, from, 0) - border * L;
            Arrays.fill(data, p, p + (to - from) * row, 0);
        }
    }

    /**
     * Clears the border of the maps of some blocks, counted over images; the right border of a row and the left border of the
     * next are one range.
     */
    void clearBorder(int from, int to) {
        int side = border * L;
        for (int map = from; map < to; map++) {
            int p = at(map / blocks, map % blocks, 0, 0);
            Arrays.fill(data, p - side - border * row, p, 0);
            for (int y = 1; y < shape.height(); y++) {
                int end = p + y * row;
                for (int i = end - 2 * side; i < end; i++) {
                    data[i] = 0;
                }
            }
            int last = p + (shape.height() - 1) * row + rowLength();
            Arrays.fill(data, last, last + side + border * row, 0);
        }
    }

    /** Sets the values, given in batch x channel x row x column order. */
    public void write(float[] values) {
        copy((from, to) -> data[to] = values[from]);
    }

    /** The values in batch x channel x row x column order. */
    public float[] read() {
        float[] values = new float[(int) shape.elements()];
        copy((to, from) -> values[to] = data[from]);
        return values;
    }

    private interface Copy {
        void element(int planar, int blocked);
    }

    private void copy(Copy copy) {
        int planar = 0;
        for (int n = 0; n < shape.batch(); n++) {
            for (int c = 0; c < shape.channels(); c++) {
                for (int y = 0; y < shape.height(); y++) {
                    for (int x = 0; x < shape.width(); x++) {
                        copy.element(planar++, at(n, c / L, y, x) + c % L);
                    }
                }
            }
        }
    }
}

package org.convmark.kernel.opencl;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * What a work-group of {@code columns_gpu.cl} makes.
 *
 * @param out channels of an item
 * @param column pixels of an item, one below the other
 * @param row pixels of an item, side by side: 1 or 4
 * @param across items side by side
 * @param down items one below the other
 * @param planes sets of {@code out} channels
 * @param chunk input channels in local memory at a time
 * @param pitch floats from row to row in local memory
 * @param rows of a plane in local memory
 */
record ColumnTile(int out, int column, int row, int across, int down, int planes, int chunk, int pitch, int rows) {
    /** Items of a group, if the device allows it. */
    private static final int ITEMS = 256;

    /** Items of a group where there are few groups. */
    private static final int LEAST_ITEMS = 32;

    /** Local memory that lets several groups share a unit. */
    private static final long LOCAL_BYTES = 32 << 10;

    /** Rows of an item that are tried. */
    private static final List<Integer> COLUMNS = List.of(8, 7, 4);

    /** Weights of an item and input channel. */
    private static final int WEIGHTS = 72;

    private static final int BANKS = 32;

    /**
     * Tiles for a device, the fastest by the model first: each as large as the device allows, of few planes where groups would be fewer than
     * twice the units.
     *
     * @param in shape of the input
     * @param map shape of the output
     * @param halves what multiplies halves
     * @throws IllegalStateException if the device's local memory cannot hold a single window
     */
    static List<ColumnTile> all(DeviceInfo device, int units, Conv conv, Shape in, Shape map, MatrixTile.Unit halves) {
        int items = IntStream.iterate(ITEMS, n -> n > 1, n -> n / 2)
                .filter(device::allows)
                .findFirst()
                .orElse(1);
        long local = Math.min(LOCAL_BYTES, device.localBytes());
        List<ColumnTile> tiles = COLUMNS.stream()
                .flatMap(column -> Stream.of(4, 1)
                        .flatMap(row -> IntStream.iterate(items, n -> n > 0, n -> n / 2)
                                .mapToObj(most -> fitting(most, local, column, row, units, conv, in, map))
                                .filter(tile -> tile.localBytes() <= local)
                                .findFirst()
                                .stream()))
                .distinct()
                .sorted(Comparator.comparingDouble(
                        tile -> tile.model(conv, in, map, halves).on(units).cycles()))
                .toList();
        if (tiles.isEmpty()) {
            throw new IllegalStateException("a window of " + conv.kernel() + " x " + conv.kernel()
                    + " pixels needs more than the " + device.localBytes() + " bytes of local memory of "
                    + device.name());
        }
        return tiles;
    }

    private static ColumnTile fitting(
            int items, long local, int rowsOfItem, int rowOfOne, int units, Conv conv, Shape in, Shape map) {
        int group = conv.groupWidth(in.channels());
        int taps = conv.kernel() * conv.kernel();
        int out = Stream.of(8, 4, 2)
                .filter(n -> conv.groupOut(in.channels()) % n == 0 && n * taps <= WEIGHTS)
                .findFirst()
                .orElse(1);
        int column = even(map.height(), rowsOfItem);
        int row = out == 1 ? rowOfOne : 1;
        int across = even(DeviceTensor.blocks(map.width(), row), Math.min(64, items));
        int down = even(DeviceTensor.blocks(map.height(), column), Math.max(1, items / across));
        int reach = (conv.kernel() - 1) * conv.dilation() + 1;
        int rows = (down * column - 1) * conv.stride() + reach;
        int pitch = pitch((across * row - 1) * conv.stride() + reach, across, column, row, conv.stride());
        ColumnTile one = new ColumnTile(out, column, row, across, down, 1, 1, pitch, rows);
        int sets = conv.outChannels() / out;
        long groups = (long) sets * one.tiles(map) * map.batch();
        long few = Math.max(groups / (2L * units), DeviceTensor.blocks(LEAST_ITEMS, across * down));
        int planes = (int)
                Math.max(1, Math.min(Math.min(few, sets), Math.min(items / (across * down), local / one.localBytes())));
        int chunk = IntStream.iterate(group, n -> n > 1, n -> n - 1)
                .filter(n -> group % n == 0 && planes * n * one.localBytes() <= local)
                .findFirst()
                .orElse(1);
        return new ColumnTile(out, column, row, across, down, planes, chunk, pitch, rows);
    }

    /** At most so many, such that the parts of a whole hardly differ. */
    private static int even(int whole, int most) {
        return DeviceTensor.blocks(whole, DeviceTensor.blocks(whole, most));
    }

    /** The least distance of rows at which as few lanes of a warp as possible meet on a bank, and rows of four are aligned. */
    private static int pitch(int width, int across, int column, int row, int stride) {
        return IntStream.range(width, width + BANKS)
                .filter(pitch -> pitch % row == 0)
                .boxed()
                .min(Comparator.comparingInt(pitch -> conflicts(pitch, across, column, row, stride)))
                .orElseThrow();
    }

    /** The most values that lanes which load at a time need of one bank. */
    private static int conflicts(int pitch, int across, int column, int row, int stride) {
        int together = BANKS / row;
        int most = 0;
        for (int first = 0; first < BANKS; first += together) {
            int[] used = new int[BANKS];
            for (int lane = first; lane < first + together; lane++) {
                used[(lane / across * column * pitch + lane % across * row) * stride % BANKS]++;
            }
            most = Math.max(most, IntStream.of(used).max().orElseThrow());
        }
        return most;
    }

    int items() {
        return across * down * planes;
    }

    /** Groups that cover a map. */
    int tiles(Shape map) {
        return DeviceTensor.blocks(map.width(), across * row) * DeviceTensor.blocks(map.height(), down * column);
    }

    long localBytes() {
        return (long) planes * chunk * rows * pitch * Shape.ELEMENT_BYTES;
    }

    /** The launch that makes an output of shape {@code map}. */
    LaunchModel model(Conv conv, Shape in, Shape map, MatrixTile.Unit halves) {
        int taps = conv.kernel() * conv.kernel();
        int group = conv.groupWidth(in.channels());
        double fma = (double) taps * column * row * out;
        int reach = (conv.kernel() - 1) * conv.dilation() + 1;
        double quads = Math.ceil(((row - 1.0) * conv.stride() + reach) / 4);
        double values = ((column - 1.0) * conv.stride() + reach) * (row == 4 ? quads : conv.kernel());
        double weights = out >= 4 ? taps * out / 4.0 : taps * out;
        int width = Math.min(items(), (across * row - 1) * conv.stride() + reach);
        double filled = planes * Math.ceil(rows / (double) (items() / width));
        boolean whole = map.height() % (down * column) == 0;
        LaunchModel.Work channel = new LaunchModel.Work(
                fma,
                values * row * conv.stride() + weights + 3 * filled,
                fma + values + weights + (whole ? 2.5 : 6.5) * filled + 20,
                2.0 / chunk);
        double stores = column * out * (row == 4 && map.width() % 4 == 0 ? 1 : row);
        LaunchModel.Work ends = new LaunchModel.Work(0, 2.0 * column * out * row, 6 * stores + 80, 0);
        return new LaunchModel(
                (long) tiles(map) * DeviceTensor.blocks(conv.outChannels() / out, planes) * map.batch(),
                items(),
                localBytes(),
                taps * column * row * out > 300 ? 152 : 64,
                channel.times(group).plus(ends).inGroup(items()),
                (double) halves.bytes(in)
                        + halves.bytes(map)
                        + conv.precision().bytes(conv.outChannels(), conv.taps(in.channels())));
    }

    /** Build options. */
    String options() {
        return " -DOUT=" + out + " -DCOLUMN=" + column + " -DROW=" + row + " -DACROSS=" + across + " -DDOWN=" + down
                + " -DPLANES=" + planes + " -DCHUNK=" + chunk + " -DPITCH=" + pitch;
    }

    /** What tells it from others, in words. */
    String words() {
        return "columns of " + column + "x" + row + " pixels and " + out + " channels, " + across + "x" + down
                + " items of " + planes + " planes, " + chunk + " channels at a time";
    }
}

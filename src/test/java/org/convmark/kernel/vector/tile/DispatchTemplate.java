package org.convmark.kernel.vector.tile;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.kernel.vector.lane.Clamp.Bounds;
import org.convmark.kernel.vector.lane.TileSize;

/**
 * The dispatch over the tiles of a band, by their shape and stride.
 *
 * @param vectors vectors of output channels of all these tiles
 */
record DispatchTemplate(int vectors) implements GeneratedClass {
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import static org.convmark.kernel.vector.lane.Lanes.L;
            import static org.convmark.kernel.vector.lane.TileSize.SHAPES;

            import org.convmark.kernel.vector.lane.Band;
            import org.convmark.kernel.vector.lane.PackedFilter;

            /** The tiles of a band for %VECTORS% of output channels. %ORIGIN% */
            public final class %NAME% {
                private %NAME%() {}

                /** Tiles of neighbouring pixels, {@code step} columns of the input apart. */
                public static void band(%BREAK%PackedFilter taps, Band band, int step, float[] x, int p, float[] y, int q%NEXT%, int r) {
                    %PRUNED%switch (taps.clamp.bounds()) {
                        %CHOICE%
                    }
                }
            %STEPS%%OTHERS%}
            """;

    private static final String STEP = """

                private static void %STEP%(PackedFilter taps, Band band, float[] x, int p, float[] y, int q%NEXT%, int r) {
                    for (int t = 0; t < band.inRow().length; t++) {
                        int i = p + band.ins()[t];
                        int o = q + band.outs()[t];
                        int s = r + band.outs()[t];
                        int inGap = band.inGaps()[t];
                        int outGap = band.outGaps()[t];
                        switch (band.pixels()[t] * SHAPES + band.inRow()[t]) {
                            %CASES%
                        }
                    }
                }
            """;

    /** Only for pairs: single vectors are used only where tiles have neighbouring pixels. */
    private static final String SCATTERED = """

                /** Tiles of pixels at arbitrary offsets. */
                public static void scattered(PackedFilter taps, Band band, float[] x, int p, float[] y, int q, int next, int r) {
                    for (int t = 0; t < band.ins().length; t += %SMALL%) {
                        Scattered2x%SMALL%.run(taps, band.ins(), band.outs(), t, x, p, y, q, next, r);
                    }
                }
            """;

    private static final String IMAGE = """

                /** Tiles of an interleaved image, each in one row. */
                public static void image(
                        PackedFilter taps, Band band, int stride, float[] x, int p, float[] y, int q, int next, int r) {
                    switch (stride) {
                        %CASES%
                    }
                }
            """;

    private static final String IMAGE_STEP = """

                private static void image%STRIDE%(PackedFilter taps, Band band, float[] x, int p, float[] y, int q, int next, int r) {
                    for (int t = 0; t < band.inRow().length; t++) {
                        int i = p + band.ins()[t];
                        int o = q + band.outs()[t];
                        int s = r + band.outs()[t];
                        switch (band.pixels()[t]) {
                            %CASES%
                        }
                    }
                }
            """;

    private static final String ALONG = """

                /**
                 * Tiles along one row, whose pixels are neighbours in the input and in the output. The last two may share pixels.
                 *
                 * @param ends pixels at which the tiles of %SIZES% end
                 */
                public static void along(PackedFilter taps, int[] ends, float[] x, int p, float[] y, int q%NEXT%) {
                    int i = 0;
                    %LOOPS%
                }
            """;

    @Override
    public String name() {
        return vectors == 1 ? "SingleTiles" : "PairTiles";
    }

    @Override
    public String source() {
        String steps = TileTemplate.steps()
                        .boxed()
                        .flatMap(step -> Stream.of(Bounds.values())
                                .map(bounds -> step(
                                        "step" + step + TileTemplate.suffix(bounds),
                                        TileTemplate.methodName(step, bounds))))
                        .collect(Collectors.joining())
                + (vectors == 1 ? step("pruned", TileTemplate.PRUNED) : "");
        return TEMPLATE.replace("%STEPS%", steps)
                .replace("%OTHERS%", (vectors == 1 ? "" : images() + scattered()) + along())
                .replace("%CHOICE%", choice())
                .replace("%PRUNED%", pruned())
                .replace("%NAME%", name())
                .replace("%ORIGIN%", ORIGIN)
                .replace("%VECTORS%", vectors == 1 ? "one vector" : "two vectors")
                .replace("%NEXT%", vectors == 1 ? "" : ", int next")
                .replace("%BREAK%", vectors == 1 ? "" : "\n            ");
    }

    private String pruned() {
        return vectors == 2
                ? ""
                : "if (taps.isPruned()) {\n            pruned(taps, band, x, p, y, q, r);\n            return;\n        }\n        ";
    }

    private String choice() {
        Bounds last = Bounds.values()[Bounds.values().length - 1];
        return Stream.of(Bounds.values())
                .map(bounds ->
                        (bounds == last ? "default" : "case " + bounds) + " -> {\n" + steps(bounds) + "            }")
                .collect(Collectors.joining("\n            "));
    }

    private String steps(Bounds bounds) {
        return TileTemplate.steps()
                .mapToObj(step -> (step == TileSize.MOST_STEP ? "{\n" : "if (step == " + step + ") {\n")
                        + "                    step" + step + TileTemplate.suffix(bounds)
                        + "(taps, band, x, p, y, q" + (vectors == 1 ? "" : ", next") + ", r);\n"
                        + "                }")
                .collect(Collectors.joining(" else ", "                ", "\n"));
    }

    private String step(String name, String method) {
        List<TileTemplate> tiles = TileTemplate.all().stream()
                .filter(tile -> tile.vectors() == vectors)
                .sorted(Comparator.comparingInt(TileTemplate::pixels).thenComparingInt(TileTemplate::first))
                .toList();
        String cases =
                tiles.stream().map(tile -> call(tile, method, tiles)).collect(Collectors.joining("\n                "));
        return STEP.replace("%STEP%", name).replace("%CASES%", cases);
    }

    private static String call(TileTemplate tile, String method, List<TileTemplate> all) {
        boolean isLast = tile == all.get(all.size() - 1);
        return (isLast ? "default" : "case " + tile.pixels() + " * SHAPES + " + tile.first())
                + " -> "
                + tile.name()
                + "."
                + method
                + "(taps, x, i, y, o"
                + (tile.second() > 0 ? ", inGap, outGap" : "")
                + (tile.vectors() > 1 ? ", next" : "")
                + ", s);";
    }

    /** Only for pairs: there are as many as a first layer has blocks. */
    private static String images() {
        String cases = TileSize.IMAGE_STRIDES.stream()
                .map(stride -> (stride.equals(TileSize.IMAGE_STRIDES.get(TileSize.IMAGE_STRIDES.size() - 1))
                                ? "default"
                                : "case " + stride)
                        + " -> image" + stride + "(taps, band, x, p, y, q, next, r);")
                .collect(Collectors.joining("\n            "));
        String steps =
                TileSize.IMAGE_STRIDES.stream().map(DispatchTemplate::image).collect(Collectors.joining());
        return IMAGE.replace("%CASES%", cases) + steps;
    }

    private static String image(int stride) {
        List<TileTemplate> tiles = TileTemplate.all().stream()
                .filter(TileTemplate::readsImages)
                .sorted(Comparator.comparingInt(TileTemplate::pixels))
                .toList();
        String cases = tiles.stream()
                .map(tile -> (tile == tiles.get(tiles.size() - 1) ? "default" : "case " + tile.pixels()) + " -> "
                        + tile.name() + "." + TileTemplate.imageName(stride) + "(taps, x, i, y, o, next, s);")
                .collect(Collectors.joining("\n                "));
        return IMAGE_STEP.replace("%STRIDE%", String.valueOf(stride)).replace("%CASES%", cases);
    }

    private static String scattered() {
        return SCATTERED.replace("%SMALL%", String.valueOf(TileSize.SMALL.pixels));
    }

    private String along() {
        List<Integer> sizes = Stream.of(TileSize.values())
                .filter(size -> size.vectors == vectors && size.cutsAnyRow())
                .map(size -> size.pixels)
                .sorted(Comparator.reverseOrder())
                .toList();
        String loops = sizes.stream()
                .map(pixels -> """
                        for (; i < ends[%1$d]; i += %3$d) {
                            int o = Math.min(i, ends[%1$d] - %3$d) * L;
                            Tile%2$dx%3$d.run(taps, x, p + o, y, q + o%4$s, 0);
                        }""".formatted(sizes.indexOf(pixels), vectors, pixels, vectors == 1 ? "" : ", next"))
                .collect(Collectors.joining("\n"));
        return ALONG.replace("%SIZES%", sizes.stream().map(String::valueOf).collect(Collectors.joining(", ")))
                .replace("%LOOPS%", loops.replace("\n", "\n        "));
    }
}

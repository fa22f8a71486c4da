package org.convmark.kernel.vector.tile;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.vector.lane.TileSize;

/** Packs the inputs of a tile of neighbouring pixels, as many vectors at a time as a loop can address with few registers. */
record PackingTemplate() implements GeneratedClass {
    private static final int MOST_AT_A_TIME = 7;

    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
            import static org.convmark.kernel.vector.lane.Lanes.L;

            import jdk.incubator.vector.FloatVector;

            /** Copies the inputs of a tile to contiguous memory. %ORIGIN% */
            public final class Packing {
                private Packing() {}

                /**
                 * Copies the inputs of the pixels of a tile of two vectors.
                 *
                 * @param places offsets of a pixel's vectors
                 * @param step floats from one pixel to the next
                 * @param size floats from one vector's pixels to the next vector's in the copy
                 */
                public static void copy(int pixels, int[] places, int step, int size, float[] in, int p, float[] out, int o) {
                    switch (pixels) {
                        %CASES%
                    }
                }
            %COPIES%}
            """;

    private static final String COPY = """

                private static void copy%PIXELS%(int[] places, int step, int size, float[] in, int p, float[] out, int o) {
                    for (int place : places) {
                        int i = p + place;
                        %VECTORS%
                        o += size;
                    }
                }
            """;

    @Override
    public String name() {
        return "Packing";
    }

    @Override
    public String source() {
        List<Integer> sizes = Stream.of(TileSize.values())
                .filter(size -> size.vectors == 2)
                .map(size -> size.pixels)
                .sorted()
                .toList();
        String cases = sizes.stream()
                .map(pixels -> (pixels.equals(sizes.get(sizes.size() - 1)) ? "default" : "case " + pixels)
                        + " -> "
                        + calls(pixels))
                .collect(Collectors.joining("\n            "));
        String copies = sizes.stream()
                .map(pixels -> pixels / times(pixels))
                .distinct()
                .map(PackingTemplate::copy)
                .collect(Collectors.joining());
        return TEMPLATE.replace("%CASES%", cases).replace("%COPIES%", copies).replace("%ORIGIN%", ORIGIN);
    }

    /** Loops with equal numbers of pixels. */
    private static int times(int pixels) {
        return IntStream.rangeClosed(1, pixels)
                .filter(times -> pixels % times == 0 && pixels / times <= MOST_AT_A_TIME)
                .findFirst()
                .orElseThrow();
    }

    private static String calls(int pixels) {
        int each = pixels / times(pixels);
        List<String> calls = IntStream.range(0, times(pixels))
                .mapToObj(t -> "copy%d(places, step, size, in, p%s, out, o%s);"
                        .formatted(
                                each,
                                t == 0 ? "" : " + " + t * each + " * step",
                                t == 0 ? "" : " + " + t * each + " * L"))
                .toList();
        return calls.size() == 1
                ? calls.get(0)
                : "{\n                " + String.join("\n                ", calls) + "\n            }";
    }

    private static String copy(int pixels) {
        String vectors = IntStream.range(0, pixels)
                .mapToObj(j -> "FloatVector.fromArray(FLOATS, in, i%s).intoArray(out, o%s);"
                        .formatted(times(j, "step"), times(j, "L")))
                .collect(Collectors.joining("\n            "));
        return COPY.replace("%PIXELS%", String.valueOf(pixels)).replace("%VECTORS%", vectors);
    }

    private static String times(int j, String distance) {
        return j == 0 ? "" : j == 1 ? " + " + distance : " + " + j + " * " + distance;
    }
}

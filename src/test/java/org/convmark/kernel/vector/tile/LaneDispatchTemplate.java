package org.convmark.kernel.vector.tile;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The dispatch over lane-wise tiles, by their pixels, the filter's runs and its stride. */
record LaneDispatchTemplate() implements GeneratedClass {
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import org.convmark.kernel.vector.lane.Clamp;

            /** Lane-wise tiles by the runs of their filter. %ORIGIN% */
            public final class LaneTiles {
                private LaneTiles() {}

                /**
                 * The tiles of some rows.
                 *
                 * @param pixels of a tile
                 * @param first taps of a run
                 * @param second taps of the runs from {@code longer} on, 0 if there are none
                 * @param inRow floats from what one row reads to what the next one reads
                 * @param outRow floats from one row to the next
                 * @param width floats of a row, those of some tiles
                 */
                public static void rows(
                        int pixels,
                        int first,
                        int second,
                        int step,
                        float[] in,
                        int p,
                        int inRow,
                        int[] runs,
                        int longer,
                        float[] weights,
                        int w0,
                        float[] bias,
                        int o,
                        Clamp limits,
                        float[] out,
                        int q,
                        int outRow,
                        int width,
                        int rows) {
                    %CHOICE%
                }
            }
            """;

    @Override
    public String name() {
        return "LaneTiles";
    }

    @Override
    public String source() {
        List<LaneTemplate> tiles = LaneTemplate.all().stream()
                .sorted(Comparator.comparing(LaneTemplate::pixels)
                        .reversed()
                        .thenComparing(LaneTemplate::first)
                        .thenComparing(LaneTemplate::second)
                        .thenComparing(LaneTemplate::step))
                .toList();
        String choice = tiles.stream().map(tile -> choice(tile, tiles)).collect(Collectors.joining(" else "));
        return TEMPLATE.replace("%ORIGIN%", ORIGIN).replace("%CHOICE%", choice);
    }

    private static String choice(LaneTemplate tile, List<LaneTemplate> all) {
        String condition = tile == all.get(all.size() - 1)
                ? ""
                : "if (pixels == %d && first == %d && second == %d && step == %d) "
                        .formatted(tile.pixels(), tile.first(), tile.second(), tile.step());
        return condition
                + "{\n            "
                + tile.name()
                + ".run(in, p, inRow, runs, "
                + (tile.second() > 0 ? "longer, " : "")
                + "weights, w0, bias, o, limits, out, q, outRow, width, rows);\n        }";
    }
}

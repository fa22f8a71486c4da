package org.convmark.kernel.vector.tile;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The dispatch over the lane-wise tiles of a row, by the filter's runs and stride. */
record LaneDispatchTemplate() implements GeneratedClass {
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import org.convmark.kernel.vector.lane.Clamp;

            /** Lane-wise tiles by the runs of their filter. %ORIGIN% */
            public final class LaneTiles {
                private LaneTiles() {}

                /**
                 * The tiles of a row.
                 *
                 * @param first taps of a run
                 * @param second taps of the runs from {@code longer} on, 0 if there are none
                 */
                public static void row(
                        int first,
                        int second,
                        int step,
                        float[] in,
                        int p,
                        int[] runs,
                        int longer,
                        float[] weights,
                        int w0,
                        float[] bias,
                        int o,
                        Clamp limits,
                        float[] out,
                        int q,
                        int end) {
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
                .sorted(Comparator.comparing(LaneTemplate::first)
                        .thenComparing(LaneTemplate::second)
                        .thenComparing(LaneTemplate::step))
                .toList();
        String choice = tiles.stream().map(tile -> choice(tile, tiles)).collect(Collectors.joining(" else "));
        return TEMPLATE.replace("%ORIGIN%", ORIGIN).replace("%CHOICE%", choice);
    }

    private static String choice(LaneTemplate tile, List<LaneTemplate> all) {
        String condition = tile == all.get(all.size() - 1)
                ? ""
                : "if (first == %d && second == %d && step == %d) ".formatted(tile.first(), tile.second(), tile.step());
        return condition
                + "{\n            "
                + tile.name()
                + ".run(in, p, runs, "
                + (tile.second() > 0 ? "longer, " : "")
                + "weights, w0, bias, o, limits, out, q, end);\n        }";
    }
}

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
                 * @param kept whether there are three runs of three taps, at stride 1, whose weights stay in registers
                 */
                public static void row(
                        int first,
                        int second,
                        boolean kept,
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
        LaneTemplate last = tiles.get(tiles.size() - 1);
        String kept = tiles.stream()
                .filter(LaneTemplate::canKeep)
                .map(tile -> "if (kept) " + call(tile, "runThree") + " else ")
                .collect(Collectors.joining());
        String choice = tiles.stream()
                .map(tile -> (tile == last ? "" : condition(tile)) + call(tile, "run"))
                .collect(Collectors.joining(" else ", kept, ""));
        return TEMPLATE.replace("%ORIGIN%", ORIGIN).replace("%CHOICE%", choice);
    }

    private static String condition(LaneTemplate tile) {
        return "if (first == %d && second == %d && step == %d) ".formatted(tile.first(), tile.second(), tile.step());
    }

    private static String call(LaneTemplate tile, String method) {
        return "{\n            "
                + tile.name()
                + "."
                + method
                + "(in, p, runs, "
                + (tile.second() > 0 ? "longer, " : "")
                + "weights, w0, bias, o, limits, out, q, end);\n        }";
    }
}

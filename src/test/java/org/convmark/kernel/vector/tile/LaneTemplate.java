package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.tile.GeneratedClass.at;
import static org.convmark.kernel.vector.tile.GeneratedClass.lower;
import static org.convmark.kernel.vector.tile.GeneratedClass.raise;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.vector.lane.TileSize;

/**
 * One vector of channels by some pixels, each channel on its own.
 *
 * @param pixels neighbours in a row
 * @param first length of the runs of taps
 * @param second length of those that follow, or 0
 * @param step columns of the input from one pixel to the next
 */
record LaneTemplate(int pixels, int first, int second, int step) implements GeneratedClass {
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
            import static org.convmark.kernel.vector.lane.Lanes.L;

            import jdk.incubator.vector.FloatVector;
            import org.convmark.kernel.vector.lane.Clamp;

            /** %PIXELS% pixels by runs of %RUNS%. %ORIGIN% */
            public final class %NAME% {
                private %NAME%() {}

                /** See the package. */
                public static void run(
                        %ARGUMENTS%) {
                    boolean raised = limits.low() > Float.NEGATIVE_INFINITY, lowered = limits.high() < Float.POSITIVE_INFINITY;
                    FloatVector low = FloatVector.broadcast(FLOATS, limits.low());
                    FloatVector high = FloatVector.broadcast(FLOATS, limits.high());
                    for (int y = 0; y < rows; y++, q += outRow - width, p += inRow - width%STEP%) {
                        int end = q + width;
                        for (; q < end; q += %PIXELS% * L, p += %ADVANCE% * L) {
                            int k = w0;
                            FloatVector x;
                            %START%
                            %LOOPS%
                            if (raised) {
                                %RAISE%
                            }
                            if (lowered) {
                                %LOWER%
                            }
                            %STORE%
                        }
                    }
                }
            }
            """;

    /** Seven pixels for single taps and for runs of three and two, and tiles for runs as long as a row of a filter. */
    static List<LaneTemplate> all() {
        return TileTemplate.steps()
                .boxed()
                .flatMap(step -> Stream.concat(
                        Stream.of(
                                new LaneTemplate(TileSize.LANE_PIXELS, 1, 0, step),
                                new LaneTemplate(TileSize.LANE_PIXELS, 3, 2, step)),
                        IntStream.rangeClosed(3, TileSize.LANE_RUN)
                                .filter(run -> run % 2 == 1)
                                .boxed()
                                .flatMap(run -> Stream.of(
                                        new LaneTemplate(TileSize.LANE_PIXELS, run, 0, step),
                                        new LaneTemplate(TileSize.LONG_LANE_PIXELS, run, 0, step)))))
                .toList();
    }

    @Override
    public String name() {
        return "Lane" + pixels + "x" + first + (second > 0 ? "And" + second : "") + (step > 1 ? "Step" + step : "");
    }

    @Override
    public String source() {
        List<String> arguments = Stream.of(
                        Stream.of("float[] in", "int p", "int inRow", "int[] runs"),
                        second > 0 ? Stream.of("int longer") : Stream.<String>of(),
                        Stream.of("float[] weights", "int w0", "float[] bias", "int o", "Clamp limits"),
                        Stream.of("float[] out", "int q", "int outRow", "int width", "int rows"))
                .flatMap(s -> s)
                .toList();
        String taps = first + (first > 1 ? " taps" : " tap") + (second > 0 ? ", then of " + second : "");
        String loops = second == 0
                ? loop("0", "runs.length", first)
                : loop("0", "longer", first) + "\n" + loop("longer", "runs.length", second);
        return TEMPLATE.replace("%NAME%", name())
                .replace("%ORIGIN%", ORIGIN)
                .replace("%PIXELS%", String.valueOf(pixels))
                .replace("%RUNS%", taps + (step > 1 ? ", every " + step + "nd column of the input" : ""))
                .replace("%ARGUMENTS%", String.join(",\n            ", arguments))
                .replace("%STEP%", step > 1 ? " * " + step : "")
                .replace("%ADVANCE%", String.valueOf(pixels * step))
                .replace(
                        "%START%", lines(t -> "FloatVector a%d = FloatVector.fromArray(FLOATS, bias, o);".formatted(t)))
                .replace("%LOOPS%", loops.replace("\n", "\n                "))
                .replace("%RAISE%", GeneratedClass.lines(pixels, "                    ", t -> raise("a" + t)))
                .replace("%LOWER%", GeneratedClass.lines(pixels, "                    ", t -> lower("a" + t)))
                .replace("%STORE%", lines(t -> "a%d.intoArray(out, %s);".formatted(t, at("q", t))));
    }

    private String lines(IntFunction<String> pixel) {
        return GeneratedClass.lines(pixels, "                ", pixel);
    }

    private String loop(String from, String to, int taps) {
        return """
                for (int r = %s; r < %s; r++) {
                    int i = p + runs[r];
                    %s
                    %s
                    k += %s;
                }""".formatted(
                        from,
                        to,
                        IntStream.range(0, taps).mapToObj(LaneTemplate::weight).collect(Collectors.joining("\n    ")),
                        IntStream.range(0, (pixels - 1) * step + taps)
                                .mapToObj(column -> column(column, taps))
                                .collect(Collectors.joining())
                                .strip(),
                        taps == 1 ? "L" : taps + " * L");
    }

    private static String weight(int t) {
        return "FloatVector u%d = FloatVector.fromArray(FLOATS, weights, %s);".formatted(t, at("k", t));
    }

    /** One input vector, loaded once, and all its products; nothing if no pixel has a tap there. */
    private String column(int column, int taps) {
        String products = IntStream.range(0, pixels)
                .filter(a -> column >= a * step && column < a * step + taps)
                .mapToObj(a -> "    a%d = u%d.fma(x, a%d);\n".formatted(a, column - a * step, a))
                .collect(Collectors.joining());
        return products.isEmpty()
                ? ""
                : "    x = FloatVector.fromArray(FLOATS, in, %s);\n".formatted(at("i", column)) + products;
    }
}

package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.tile.GeneratedClass.at;
import static org.convmark.kernel.vector.tile.GeneratedClass.clamped;
import static org.convmark.kernel.vector.tile.GeneratedClass.store;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.vector.lane.TileSize;

/**
 * One vector of channels by some pixels, each channel on its own.
 *
 * @param first length of the runs of taps
 * @param second length of those that follow, or 0
 * @param step columns of the input from one pixel to the next
 */
record LaneTemplate(int first, int second, int step) implements GeneratedClass {
    static final int PIXELS = TileSize.LANE_PIXELS;
    private static final List<String> WEIGHTS = List.of("u", "v", "w");
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
            import static org.convmark.kernel.vector.lane.Lanes.L;

            import jdk.incubator.vector.FloatVector;
            import org.convmark.kernel.vector.lane.Clamp;

            /** %PIXELS% pixels by runs of %RUNS%. %ORIGIN% */
            public final class %NAME% {
                private %NAME%() {}
            %METHODS%}
            """;

    private static final String METHOD = """

                /** %WHAT% */
                public static void %METHOD%(
                        %ARGUMENTS%) {
                    FloatVector low = FloatVector.broadcast(FLOATS, limits.low());
                    FloatVector high = FloatVector.broadcast(FLOATS, limits.high());
                    boolean isBounded = limits.high() < Float.POSITIVE_INFINITY;%KEPT%
                    for (; q < end; q += %PIXELS% * L, p += %ADVANCE% * L) {
                        FloatVector x;
                        %START%
                        %LOOPS%
                        %STORE%
                    }
                }
            """;

    /** For single taps, for runs of three, for runs of three and two. */
    static List<LaneTemplate> all() {
        return TileTemplate.steps()
                .boxed()
                .flatMap(step -> Stream.of(
                        new LaneTemplate(1, 0, step), new LaneTemplate(3, 0, step), new LaneTemplate(3, 2, step)))
                .toList();
    }

    @Override
    public String name() {
        return "Lane" + PIXELS + "x" + first + (second > 0 ? "And" + second : "") + (step > 1 ? "Step" + step : "");
    }

    /**
     * Whether a filter of three such runs has a method of its own, which keeps its nine weights in registers. At stride 2 JDK 25 is slower
     * with it.
     */
    boolean canKeep() {
        return first == 3 && second == 0 && step == 1;
    }

    @Override
    public String source() {
        String taps = first + (first > 1 ? " taps" : " tap") + (second > 0 ? ", then of " + second : "");
        String loops = second == 0
                ? loop("0", "runs.length", first)
                : loop("0", "longer", first) + "\n" + loop("longer", "runs.length", second);
        String run = method("run", "See the package.", "", "int k = w0;\n" + loops);
        String kept = method("runThree", "Three runs, whose weights stay in registers.", kept(), threeRuns());
        return TEMPLATE.replace("%METHODS%", canKeep() ? run + kept : run)
                .replace("%NAME%", name())
                .replace("%ORIGIN%", ORIGIN)
                .replace("%PIXELS%", String.valueOf(PIXELS))
                .replace("%RUNS%", taps + (step > 1 ? ", every " + step + "nd column of the input" : ""));
    }

    private String method(String name, String what, String kept, String loops) {
        List<String> arguments = Stream.of(
                        Stream.of("float[] in", "int p", "int[] runs"),
                        second > 0 ? Stream.of("int longer") : Stream.<String>of(),
                        Stream.of("float[] weights", "int w0", "float[] bias", "int o", "Clamp limits"),
                        Stream.of("float[] out", "int q", "int end"))
                .flatMap(s -> s)
                .toList();
        return METHOD.replace("%METHOD%", name)
                .replace("%WHAT%", what)
                .replace("%ARGUMENTS%", String.join(",\n            ", arguments))
                .replace("%KEPT%", kept.replace("\n", "\n        "))
                .replace("%ADVANCE%", String.valueOf(PIXELS * step))
                .replace(
                        "%START%", lines(t -> "FloatVector a%d = FloatVector.fromArray(FLOATS, bias, o);".formatted(t)))
                .replace("%LOOPS%", loops.replace("\n", "\n            "))
                .replace("%STORE%", clamped(LaneTemplate::stores).replace("\n", "\n            "));
    }

    private static String stores(boolean high) {
        return GeneratedClass.lines(PIXELS, "", t -> store(high, "a" + t, at("q", t)));
    }

    private static String lines(IntFunction<String> pixel) {
        return GeneratedClass.lines(PIXELS, "            ", pixel);
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
                        IntStream.range(0, taps)
                                .mapToObj(t -> weight(WEIGHTS.get(t), at("k", t)))
                                .collect(Collectors.joining("\n    ")),
                        columns("i", taps, WEIGHTS).replace("\n", "\n    "),
                        taps == 1 ? "L" : taps + " * L");
    }

    /** Weights of three runs, and where the runs start. */
    private String kept() {
        String weights = IntStream.range(0, 3 * first)
                .mapToObj(t -> "\n" + weight("t" + t, at("w0", t)))
                .collect(Collectors.joining());
        return weights + "\nint r0 = runs[0], r1 = runs[1], r2 = runs[2];";
    }

    private String threeRuns() {
        return IntStream.range(0, 3)
                .mapToObj(run -> columns(
                        "p + r" + run,
                        first,
                        IntStream.range(run * first, (run + 1) * first)
                                .mapToObj(t -> "t" + t)
                                .toList()))
                .collect(Collectors.joining("\n"));
    }

    private static String weight(String name, String at) {
        return "FloatVector %s = FloatVector.fromArray(FLOATS, weights, %s);".formatted(name, at);
    }

    private String columns(String base, int taps, List<String> weights) {
        return IntStream.range(0, (PIXELS - 1) * step + taps)
                .mapToObj(column -> column(base, column, taps, weights))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    /** One input vector, loaded once, and all its products; nothing if no pixel has a tap there. */
    private String column(String base, int column, int taps, List<String> weights) {
        String products = IntStream.range(0, PIXELS)
                .filter(a -> column >= a * step && column < a * step + taps)
                .mapToObj(a -> "\na%d = %s.fma(x, a%d);".formatted(a, weights.get(column - a * step), a))
                .collect(Collectors.joining());
        return products.isEmpty()
                ? ""
                : "x = FloatVector.fromArray(FLOATS, in, %s);".formatted(at(base, column)) + products;
    }
}

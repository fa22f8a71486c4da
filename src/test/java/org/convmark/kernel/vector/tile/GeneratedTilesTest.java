package org.convmark.kernel.vector.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The generator of the register tiles, and the test that what is checked in is what it yields. {@code mvn test
 * -Dtest=GeneratedTilesTest -Dregenerate=true} writes the files anew.
 */
class GeneratedTilesTest {
    private static final Path FOLDER = Path.of("src/main/java/org/convmark/kernel/vector/tile");

    /** What is generated. */
    interface Form {
        String name();

        String source();
    }

    /**
     * Forms for 16 vector registers, those where a run of pixels may go on in the next row anywhere and one that fills
     * them; those for 32; lane-wise ones.
     */
    static List<Form> forms() {
        return Stream.of(1, 2)
                .<Form>flatMap(step -> Stream.of(
                                anywhere(2, 5, step),
                                Stream.of(new Tile(2, 6, 0, step)),
                                anywhere(1, 8, step),
                                Stream.of(new Tile(2, 14, 0, step), new Tile(2, 7, 7, step)),
                                Stream.of(new Lane(3, 0, step), new Lane(3, 2, step), new Lane(1, 0, step)))
                        .flatMap(forms -> forms))
                .toList();
    }

    private static Stream<Form> anywhere(int vectors, int pixels, int step) {
        return IntStream.rangeClosed(1, pixels).mapToObj(first -> new Tile(vectors, first, pixels - first, step));
    }

    /**
     * Some vectors of output channels by some pixels.
     *
     * @param vectors one, or two that may overwrite each other
     * @param first neighbours in one row
     * @param second those that follow in another row
     * @param step columns of the input from one pixel to the next
     */
    record Tile(int vectors, int first, int second, int step) implements Form {
        private static final String TEMPLATE = """
                package org.convmark.kernel.vector.tile;

                import static org.convmark.kernel.vector.ConvTaps.RUN;
                import static org.convmark.kernel.vector.Lanes.FLOATS;
                import static org.convmark.kernel.vector.Lanes.L;

                import jdk.incubator.vector.FloatVector;
                import org.convmark.kernel.vector.ConvTaps;

                /** Generated: %VECTORS% of output channels by %PIXELS%. */
                public final class %NAME% {
                    private %NAME%() {}

                    /** See the package. */
                    public static void run(%ARGUMENTS%) {
                        int[] offsets = taps.offsets;
                        float[] w = taps.weights, bias = taps.bias;
                        int w0 = taps.first;
                        %START%
                        for (int k = taps.start; k < offsets.length; k++) {
                            int i = p + offsets[k];%SECOND%
                            int m = w0 + k * %FLOATS%;
                            %STEP%
                        }
                        float[] residual = taps.residual;
                        if (residual != null) {
                            %ADD%
                        }
                        FloatVector low = FloatVector.broadcast(FLOATS, taps.limits.low());
                        FloatVector high = FloatVector.broadcast(FLOATS, taps.limits.high());
                        %STORE%
                    }
                }
                """;

        /** Taps of runs longer than one, see ConvTaps; forms for 32 registers have no long ones. */
        private static final int SHORT = 2;

        private static final int LONG = 4;

        private boolean needs32Registers() {
            return vectors * (first + second) > 16;
        }

        @Override
        public String name() {
            return "Tile" + vectors + "x" + first + (second > 0 ? "And" + second : "")
                    + (step > 1 ? "Step" + step : "");
        }

        @Override
        public String source() {
            String gaps = second > 0 ? ", int inGap, int outGap" : "";
            String next = vectors > 1 ? ", int next" : "";
            String ownLine = second > 0 && vectors > 1 ? "\n            " : "";
            String pixels = second > 0 ? first + " pixels and " + second + " of another row" : first + " pixels";
            return TEMPLATE.replace("%NAME%", name())
                    .replace("%VECTORS%", vectors > 1 ? "two vectors" : "one vector")
                    .replace("%PIXELS%", pixels + (step > 1 ? ", every " + step + "nd of the input" : ""))
                    .replace(
                            "%ARGUMENTS%",
                            ownLine + "ConvTaps taps, float[] in, int p, float[] out, int q" + gaps + next + ", int r")
                    .replace("%FLOATS%", vectors > 1 ? "(RUN * 2 * L)" : "(RUN * L)")
                    .replace("%SECOND%", second > 0 ? "\n            int j = i + inGap;" : "")
                    .replace("%START%", lines("        ", this::start))
                    .replace("%STEP%", steps().replace("\n", "\n            "))
                    .replace("%ADD%", lines("            ", this::add))
                    .replace("%STORE%", stores());
        }

        private String add(int t) {
            String first = add("a" + t, place("r", "", t));
            return vectors == 1 ? first : first + "\n" + add("b" + t, place("r", " + next", t));
        }

        private String stores() {
            String first = lines("        ", t -> store("a" + t, place("q", "", t)));
            return vectors == 1
                    ? first
                    : lines("        ", t -> store("b" + t, place("q", " + next", t))) + "\n        " + first;
        }

        private static String add(String sum, String place) {
            return "%1$s = %1$s.add(FloatVector.fromArray(FLOATS, residual, %2$s));".formatted(sum, place);
        }

        private String lines(String indent, IntFunction<String> pixel) {
            return IntStream.range(0, first + second)
                    .mapToObj(pixel)
                    .collect(Collectors.joining("\n"))
                    .replace("\n", "\n" + indent);
        }

        private String start(int t) {
            String a = "FloatVector a%d = FloatVector.fromArray(FLOATS, bias, 0)".formatted(t);
            return vectors == 1 ? a + ";" : a + ", b%d = FloatVector.fromArray(FLOATS, bias, L);".formatted(t);
        }

        /** What is never so, each of one comparison, and unlike the others so that C2 does not know it. */
        private static final List<String> NEVER = List.of("k == in.length", "k == w.length", "i == in.length");

        /** The taps of a run, each behind a way out of the loop that is never taken: see the package. */
        private String steps() {
            String run = "FloatVector u, x" + (vectors > 1 ? ", v;\n" : ";\n") + tap(0) + others(1, SHORT);
            return needs32Registers() ? run : run + others(SHORT, LONG);
        }

        private String others(int from, int to) {
            String taps = IntStream.range(from, to)
                    .mapToObj(c -> "\nif (" + NEVER.get(c - 1) + ") {\n    break;\n}\n" + tap(c))
                    .collect(Collectors.joining());
            return "\nif (RUN > " + from + ") {" + taps.replace("\n", "\n    ") + "\n}";
        }

        private String tap(int channel) {
            String weights = load("u", at("m", channel * vectors))
                    + (vectors > 1 ? "\n" + load("v", at("m", channel * vectors + 1)) : "");
            return weights + "\n" + lines("", t -> step(channel, t));
        }

        private static String load(String weights, String at) {
            return weights + " = FloatVector.fromArray(FLOATS, w, " + at + ");";
        }

        private String step(int channel, int t) {
            String at = (t < first ? at("i", t * step) : at("j", (t - first) * step))
                    + (channel > 0 ? " + " + channel : "");
            String a = """
                    x = FloatVector.broadcast(FLOATS, in[%s]);
                    a%d = u.fma(x, a%d);""".formatted(at, t, t);
            return vectors == 1 ? a : a + "\nb%d = v.fma(x, b%d);".formatted(t, t);
        }

        private String place(String map, String next, int t) {
            return t < first ? at(map + next, t) : at(map + " + outGap" + next, t - first);
        }
    }

    /**
     * One vector of channels by seven pixels, each channel on its own.
     *
     * @param first length of the runs of taps
     * @param second length of those that follow, or 0
     * @param step columns of the input from one pixel to the next
     */
    record Lane(int first, int second, int step) implements Form {
        private static final int PIXELS = 7;
        private static final List<String> WEIGHTS = List.of("u", "v", "w");
        private static final String TEMPLATE = """
                package org.convmark.kernel.vector.tile;

                import static org.convmark.kernel.vector.Lanes.FLOATS;
                import static org.convmark.kernel.vector.Lanes.L;

                import jdk.incubator.vector.FloatVector;
                import org.convmark.kernel.vector.Limits;

                /** Generated: seven pixels by runs of %RUNS%. */
                public final class %NAME% {
                    private %NAME%() {}

                    /** See the package. */
                    public static void run(
                            %ARGUMENTS%) {
                        FloatVector low = FloatVector.broadcast(FLOATS, limits.low());
                        FloatVector high = FloatVector.broadcast(FLOATS, limits.high());
                        for (; q < end; q += 7 * L, p += %ADVANCE% * L) {
                            int k = w0;
                            FloatVector x;
                            %START%
                            %LOOPS%
                            %STORE%
                        }
                    }
                }
                """;

        @Override
        public String name() {
            return "Lane7x" + first + (second > 0 ? "And" + second : "") + (step > 1 ? "Step" + step : "");
        }

        @Override
        public String source() {
            List<String> arguments = Stream.of(
                            Stream.of("float[] in", "int p", "int[] runs"),
                            second > 0 ? Stream.of("int longer") : Stream.<String>of(),
                            Stream.of("float[] weights", "int w0", "float[] bias", "int o", "Limits limits"),
                            Stream.of("float[] out", "int q", "int end"))
                    .flatMap(s -> s)
                    .toList();
            String taps = first + (first > 1 ? " taps" : " tap") + (second > 0 ? ", then of " + second : "");
            String loops = second == 0
                    ? loop("0", "runs.length", first)
                    : loop("0", "longer", first) + "\n" + loop("longer", "runs.length", second);
            return TEMPLATE.replace("%NAME%", name())
                    .replace("%RUNS%", taps + (step > 1 ? ", every " + step + "nd column of the input" : ""))
                    .replace("%ARGUMENTS%", String.join(",\n            ", arguments))
                    .replace("%ADVANCE%", String.valueOf(PIXELS * step))
                    .replace(
                            "%START%",
                            lines(t -> "FloatVector a%d = FloatVector.fromArray(FLOATS, bias, o);".formatted(t)))
                    .replace("%LOOPS%", loops.replace("\n", "\n            "))
                    .replace("%STORE%", lines(t -> store("a" + t, at("q", t))));
        }

        private static String lines(IntFunction<String> pixel) {
            return IntStream.range(0, PIXELS)
                    .mapToObj(pixel)
                    .collect(Collectors.joining("\n"))
                    .replace("\n", "\n            ");
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
                            IntStream.range(0, taps).mapToObj(Lane::weight).collect(Collectors.joining("\n    ")),
                            IntStream.range(0, (PIXELS - 1) * step + taps)
                                    .mapToObj(column -> column(column, taps))
                                    .collect(Collectors.joining())
                                    .strip(),
                            taps == 1 ? "L" : taps + " * L");
        }

        private static String weight(int t) {
            return "FloatVector %s = FloatVector.fromArray(FLOATS, weights, %s);".formatted(WEIGHTS.get(t), at("k", t));
        }

        /** One column of the input, loaded once, and all it is multiplied with; nothing if no pixel has a tap there. */
        private String column(int column, int taps) {
            String products = IntStream.range(0, PIXELS)
                    .filter(a -> column >= a * step && column < a * step + taps)
                    .mapToObj(a -> "    a%d = %s.fma(x, a%d);\n".formatted(a, WEIGHTS.get(column - a * step), a))
                    .collect(Collectors.joining());
            return products.isEmpty()
                    ? ""
                    : "    x = FloatVector.fromArray(FLOATS, in, %s);\n".formatted(at("i", column)) + products;
        }
    }

    private static String store(String sum, String place) {
        return "%1$s = %1$s.blend(low, %1$s.lt(low));\n%1$s.blend(high, high.lt(%1$s)).intoArray(out, %2$s);"
                .formatted(sum, place);
    }

    private static String at(String base, int vectors) {
        return vectors == 0 ? base : vectors == 1 ? base + " + L" : base + " + " + vectors + " * L";
    }

    @ParameterizedTest
    @MethodSource("forms")
    void fileIsWhatTheTemplateYields(Form form) throws IOException {
        Path file = FOLDER.resolve(form.name() + ".java");
        if (Boolean.getBoolean("regenerate")) {
            Files.writeString(file, form.source());
        }
        assertEquals(form.source(), Files.readString(file));
    }
}

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

    /**
     * Forms for 16 vector registers, where a run of pixels may go on in the next row anywhere; then those for 32; and for
     * matrices of Winograd's products whose columns are no multiple of five.
     */
    static List<Form> forms() {
        Stream<Form> columns = Stream.of(new Form(2, 4, 0, 1));
        Stream<Form> pixels = Stream.of(1, 2).flatMap(step -> Stream.of(
                        anywhere(2, 5, step),
                        anywhere(1, 8, step),
                        Stream.of(new Form(2, 14, 0, step), new Form(2, 7, 7, step)))
                .flatMap(forms -> forms));
        return Stream.concat(pixels, columns).toList();
    }

    private static Stream<Form> anywhere(int vectors, int pixels, int step) {
        return IntStream.rangeClosed(1, pixels).mapToObj(first -> new Form(vectors, first, pixels - first, step));
    }

    /**
     * Some vectors of output channels by some pixels.
     *
     * @param vectors one, or two that may overwrite each other
     * @param first neighbours in one row
     * @param second those that follow in another row
     * @param step columns of the input from one pixel to the next
     */
    record Form(int vectors, int first, int second, int step) {
        private static final String TEMPLATE = """
                package org.convmark.kernel.vector.tile;

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
                        %START%
                        for (int k = taps.start; k < offsets.length; k++) {
                            int i = p + offsets[k];%SECOND%
                            %WEIGHTS%
                            FloatVector x;
                            %STEP%
                        }
                        %STORE%
                    }
                }
                """;

        private static final String WEIGHTS = "FloatVector u = FloatVector.fromArray(FLOATS, w, k * L);";
        private static final String PAIR_OF_WEIGHTS = """
                FloatVector u = FloatVector.fromArray(FLOATS, w, k * (2 * L));
                            FloatVector v = FloatVector.fromArray(FLOATS, w, k * (2 * L) + L);""";

        String name() {
            return "Tile" + vectors + "x" + first + (second > 0 ? "And" + second : "")
                    + (step > 1 ? "Step" + step : "");
        }

        String source() {
            String gaps = second > 0 ? ", int inGap, int outGap" : "";
            String next = vectors > 1 ? ", int next" : "";
            String pixels = second > 0 ? first + " pixels and " + second + " of another row" : first + " pixels";
            return TEMPLATE.replace("%NAME%", name())
                    .replace("%VECTORS%", vectors > 1 ? "two vectors" : "one vector")
                    .replace("%PIXELS%", pixels + (step > 1 ? ", every " + step + "nd of the input" : ""))
                    .replace("%ARGUMENTS%", "ConvTaps taps, float[] in, int p, float[] out, int q" + gaps + next)
                    .replace("%SECOND%", second > 0 ? "\n            int j = i + inGap;" : "")
                    .replace("%WEIGHTS%", vectors > 1 ? PAIR_OF_WEIGHTS : WEIGHTS)
                    .replace("%START%", lines("        ", this::start))
                    .replace("%STEP%", lines("            ", this::step))
                    .replace("%STORE%", stores());
        }

        private String stores() {
            String first = lines("        ", t -> "a%d.intoArray(out, %s);".formatted(t, place("", t)));
            return vectors == 1
                    ? first
                    : lines("        ", t -> "b%d.intoArray(out, %s);".formatted(t, place(" + next", t)))
                            + "\n        "
                            + first;
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

        private String step(int t) {
            String at = t < first ? at("i", t * step) : at("j", (t - first) * step);
            String a = """
                    x = FloatVector.broadcast(FLOATS, in[%s]);
                    a%d = u.fma(x, a%d);""".formatted(at, t, t);
            return vectors == 1 ? a : a + "\nb%d = v.fma(x, b%d);".formatted(t, t);
        }

        private String place(String next, int t) {
            return t < first ? at("q" + next, t) : at("q + outGap" + next, t - first);
        }

        private static String at(String base, int pixels) {
            return pixels == 0 ? base : pixels == 1 ? base + " + L" : base + " + " + pixels + " * L";
        }
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

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
        Stream<Form> columns = Stream.of(new Form(4, 0, 1));
        Stream<Form> pixels = Stream.of(1, 2)
                .flatMap(step -> Stream.concat(
                        IntStream.rangeClosed(1, 5).mapToObj(first -> new Form(first, 5 - first, step)),
                        Stream.of(new Form(14, 0, step), new Form(7, 7, step))));
        return Stream.concat(pixels, columns).toList();
    }

    /**
     * Two vectors of output channels by some pixels.
     *
     * @param first neighbours in one row
     * @param second those that follow in another row
     * @param step columns of the input from one pixel to the next
     */
    record Form(int first, int second, int step) {
        private static final String TEMPLATE = """
                package org.convmark.kernel.vector.tile;

                import static org.convmark.kernel.vector.Lanes.FLOATS;
                import static org.convmark.kernel.vector.Lanes.L;

                import jdk.incubator.vector.FloatVector;
                import org.convmark.kernel.vector.ConvTaps;

                /** Generated: two vectors of output channels by %PIXELS%. */
                public final class %NAME% {
                    private %NAME%() {}

                    /** See the package. */
                    public static void run(%ARGUMENTS%) {
                        int[] offsets = taps.offsets;
                        float[] w = taps.weights, bias = taps.bias;
                        int end = taps.start[pair + 1], o = pair * (2 * L);
                        %START%
                        for (int k = taps.start[pair]; k < end; k++) {
                            int i = p + offsets[k];%SECOND%
                            FloatVector u = FloatVector.fromArray(FLOATS, w, k * (2 * L));
                            FloatVector v = FloatVector.fromArray(FLOATS, w, k * (2 * L) + L);
                            FloatVector x;
                            %STEP%
                        }
                        %STORE%
                    }
                }
                """;

        String name() {
            return "Tile2x" + first + (second > 0 ? "And" + second : "") + (step > 1 ? "Step" + step : "");
        }

        String source() {
            String gaps = second > 0 ? "int inGap, int outGap, " : "";
            String arguments = "ConvTaps taps, int pair, float[] in, int p, float[] out, int q, " + gaps + "int next";
            String pixels = second > 0 ? first + " pixels and " + second + " of another row" : first + " pixels";
            return TEMPLATE.replace("%NAME%", name())
                    .replace("%PIXELS%", pixels + (step > 1 ? ", every " + step + "nd of the input" : ""))
                    .replace("%ARGUMENTS%", second > 0 ? "\n            " + arguments : arguments)
                    .replace("%SECOND%", second > 0 ? "\n            int j = i + inGap;" : "")
                    .replace("%START%", lines("        ", this::start))
                    .replace("%STEP%", lines("            ", this::step))
                    .replace(
                            "%STORE%",
                            lines("        ", this::storeB) + "\n        " + lines("        ", this::storeA));
        }

        private String lines(String indent, IntFunction<String> pixel) {
            return IntStream.range(0, first + second)
                    .mapToObj(pixel)
                    .collect(Collectors.joining("\n"))
                    .replace("\n", "\n" + indent);
        }

        private String start(int t) {
            return "FloatVector a%d = FloatVector.fromArray(FLOATS, bias, o), b%d = FloatVector.fromArray(FLOATS, bias, o + L);"
                    .formatted(t, t);
        }

        private String step(int t) {
            String at = t < first ? at("i", t * step) : at("j", (t - first) * step);
            return """
                    x = FloatVector.broadcast(FLOATS, in[%s]);
                    a%d = u.fma(x, a%d);
                    b%d = v.fma(x, b%d);""".formatted(at, t, t, t, t);
        }

        private String storeA(int t) {
            return "a%d.intoArray(out, %s);".formatted(t, place("", t));
        }

        private String storeB(int t) {
            return "b%d.intoArray(out, %s);".formatted(t, place(" + next", t));
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

package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.tile.GeneratedClass.at;
import static org.convmark.kernel.vector.tile.GeneratedClass.limits;
import static org.convmark.kernel.vector.tile.GeneratedClass.store;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.vector.lane.Clamp.Bounds;
import org.convmark.kernel.vector.lane.TileSize;

/**
 * Some vectors of output channels by some pixels.
 *
 * @param vectors one, or two that may overwrite each other
 * @param first pixels in one row
 * @param second pixels that follow in another row
 */
record TileTemplate(int vectors, int first, int second) implements GeneratedClass {
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
            import static org.convmark.kernel.vector.lane.Lanes.L;
            import static org.convmark.kernel.vector.lane.PackedFilter.RUN;

            import jdk.incubator.vector.FloatVector;
            import org.convmark.kernel.vector.lane.PackedFilter;

            /** %VECTORS% of output channels by %PIXELS%. %ORIGIN% */
            public final class %NAME% {
                private %NAME%() {}
            %METHODS%}
            """;

    private static final String METHOD = """

                /** %COLUMNS% See the package. */
                public static void %METHOD%(%ARGUMENTS%) {
                    int[] offsets = taps.offsets;
                    float[] w = taps.weights, bias = taps.bias;
                    int w0 = taps.first;
                    int pitch = %FLOATS%;
                    %START%
                    for (int k = taps.start; k < offsets.length; k++) {
                        int i = p + offsets[k];%SECOND%
                        int m = w0 + k * pitch;
                        %STEP%
                    }
                    float[] residual = taps.residual;
                    if (residual != null) {
                        %ADD%
                    }
                    %LIMITS%%STORE%
                }
            """;

    /** Lengths of runs in taps, see PackedFilter; tiles for 32 registers have only short runs. */
    private static final int SHORT = 2;

    private static final int LONG = 4;

    /** All sizes, with every split between two rows that the size allows. */
    static List<TileTemplate> all() {
        return Stream.of(TileSize.values())
                .flatMap(size ->
                        pieces(size).mapToObj(first -> new TileTemplate(size.vectors, first, size.pixels - first)))
                .toList();
    }

    /** Possible numbers of pixels in the first row; the last is all of them. */
    private static IntStream pieces(TileSize size) {
        return IntStream.rangeClosed(1, size.pixels).filter(first -> first % size.piece == 0);
    }

    /** Columns of the input from one pixel to the next; a tile has a method for each. */
    static IntStream steps() {
        return IntStream.rangeClosed(1, TileSize.MOST_STEP);
    }

    int pixels() {
        return first + second;
    }

    /** The method of one vector for pruned filters, whose taps are no neighbours. */
    static final String PRUNED = "runPruned";

    private boolean needs32Registers() {
        return vectors * pixels() > 16;
    }

    @Override
    public String name() {
        return "Tile" + vectors + "x" + first + (second > 0 ? "And" + second : "");
    }

    /** The name of the method for a step and for bounds of the results. */
    static String methodName(int step, Bounds bounds) {
        return (step == 1 ? "run" : "runStep" + step) + suffix(bounds);
    }

    /** What a method's name says of the bounds. */
    static String suffix(Bounds bounds) {
        return switch (bounds) {
            case NONE -> "";
            case LOWER -> "Lower";
            case BOTH -> "Both";
        };
    }

    @Override
    public String source() {
        String pixels = second > 0 ? first + " pixels and " + second + " of another row" : first + " pixels";
        return TEMPLATE.replace("%NAME%", name())
                .replace("%ORIGIN%", ORIGIN)
                .replace("%VECTORS%", vectors > 1 ? "Two vectors" : "One vector")
                .replace("%PIXELS%", pixels)
                .replace(
                        "%METHODS%",
                        steps().boxed()
                                        .flatMap(step ->
                                                Stream.of(Bounds.values()).map(bounds -> method(step, bounds)))
                                        .collect(Collectors.joining())
                                + pruned()
                                + images());
    }

    private String pruned() {
        String taps = "FloatVector u, x;\n" + tap(t -> at("", t), 0);
        return vectors > 1 ? "" : method(PRUNED, Bounds.BOTH, "Neighbouring columns, taps anywhere.", "L", taps);
    }

    /** Whether it reads interleaved images too. */
    boolean readsImages() {
        return vectors > 1
                && second == 0
                && Stream.of(TileSize.values())
                        .anyMatch(size -> size.vectors == vectors && size.pixels == first && size.cutsAnyRow());
    }

    /** The name of the method for an image and a stride. */
    static String imageName(int stride) {
        return "runImage" + (stride == 1 ? "" : "Stride" + stride);
    }

    private String images() {
        return !readsImages()
                ? ""
                : TileSize.IMAGE_STRIDES.stream()
                        .map(stride -> method(
                                imageName(stride),
                                Bounds.BOTH,
                                stride == 1
                                        ? "Neighbouring pixels of an interleaved image."
                                        : "Every " + stride + (stride == 2 ? "nd" : "th")
                                                + " pixel of an interleaved image.",
                                "taps.pitch(RUN * 2 * L)",
                                run(t -> t == 0 ? "" : " + " + t * stride * TileSize.IMAGE_CHANNELS)))
                        .collect(Collectors.joining());
    }

    private String method(int step, Bounds bounds) {
        return method(
                methodName(step, bounds),
                bounds,
                (step == 1 ? "Neighbouring columns" : "Every " + step + "nd column") + results(bounds),
                vectors > 1 ? "taps.pitch(RUN * 2 * L)" : "taps.pitch(RUN * L)",
                run(t -> at("", t * step)));
    }

    private static String results(Bounds bounds) {
        return switch (bounds) {
            case NONE -> ".";
            case LOWER -> ", results with a lower bound.";
            case BOTH -> ", results with both bounds.";
        };
    }

    private String method(String name, Bounds bounds, String columns, String floats, String taps) {
        String gaps = second > 0 ? ", int inGap, int outGap" : "";
        String next = vectors > 1 ? ", int next" : "";
        String arguments = "PackedFilter taps, float[] in, int p, float[] out, int q" + gaps + next + ", int r";
        String line = "    public static void " + name + "(" + arguments + ") {";
        String ownLine = line.length() > GeneratedClass.LONGEST_LINE ? "\n            " : "";
        return METHOD.replace("%COLUMNS%", columns)
                .replace("%METHOD%", name)
                .replace("%ARGUMENTS%", ownLine + arguments)
                .replace("%FLOATS%", floats)
                .replace("%SECOND%", second > 0 ? "\n            int j = i + inGap;" : "")
                .replace("%START%", lines("        ", this::start))
                .replace("%STEP%", taps.replace("\n", "\n            "))
                .replace("%ADD%", lines("            ", this::add))
                .replace("%LIMITS%", limits(bounds, "        "))
                .replace("%STORE%", stores(bounds));
    }

    private String add(int t) {
        String first = add("a" + t, place("r", "", t));
        return vectors == 1 ? first : first + "\n" + add("b" + t, place("r", " + next", t));
    }

    private String stores(Bounds bounds) {
        String first = lines("        ", t -> store(bounds, "a" + t, place("q", "", t)));
        return vectors == 1
                ? first
                : lines("        ", t -> store(bounds, "b" + t, place("q", " + next", t))) + "\n        " + first;
    }

    private static String add(String sum, String place) {
        return "%1$s = %1$s.add(FloatVector.fromArray(FLOATS, residual, %2$s));".formatted(sum, place);
    }

    private String lines(String indent, IntFunction<String> pixel) {
        return GeneratedClass.lines(first + second, indent, pixel);
    }

    private String start(int t) {
        String a = "FloatVector a%d = FloatVector.fromArray(FLOATS, bias, 0)".formatted(t);
        return vectors == 1 ? a + ";" : a + ", b%d = FloatVector.fromArray(FLOATS, bias, L);".formatted(t);
    }

    /**
     * Conditions that are never true. Each is a single comparison and differs from the others, so that C2 cannot know its
     * outcome.
     */
    private static final List<String> NEVER = List.of("k == in.length", "k == w.length", "i == in.length");

    /** The taps of a run, with a never-taken exit before each but the first: see the package. */
    private String run(IntFunction<String> pixel) {
        String taps = "FloatVector u, x" + (vectors > 1 ? ", v;\n" : ";\n") + tap(pixel, 0) + others(pixel, 1, SHORT);
        return needs32Registers() ? taps : taps + others(pixel, SHORT, LONG);
    }

    private String others(IntFunction<String> pixel, int from, int to) {
        String taps = IntStream.range(from, to)
                .mapToObj(c -> "\nif (" + NEVER.get(c - 1) + ") {\n    break;\n}\n" + tap(pixel, c))
                .collect(Collectors.joining());
        return "\nif (RUN > " + from + ") {" + taps.replace("\n", "\n    ") + "\n}";
    }

    private String tap(IntFunction<String> pixel, int channel) {
        String weights = load("u", at("m", channel * vectors))
                + (vectors > 1 ? "\n" + load("v", at("m", channel * vectors + 1)) : "");
        return weights + "\n" + lines("", t -> product(pixel, channel, t));
    }

    private static String load(String weights, String at) {
        return weights + " = FloatVector.fromArray(FLOATS, w, " + at + ");";
    }

    private String product(IntFunction<String> pixel, int channel, int t) {
        String at = (t < first ? "i" + pixel.apply(t) : "j" + pixel.apply(t - first))
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

package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.tile.GeneratedClass.limits;
import static org.convmark.kernel.vector.tile.GeneratedClass.store;

import java.util.function.IntFunction;
import org.convmark.kernel.vector.lane.Clamp.Bounds;
import org.convmark.kernel.vector.lane.TileSize;

/** Two vectors of output channels by pixels at arbitrary offsets, one offset per pixel. */
record ScatteredTemplate(TileSize size) implements GeneratedClass {
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
            import static org.convmark.kernel.vector.lane.Lanes.L;
            import static org.convmark.kernel.vector.lane.PackedFilter.RUN;

            import jdk.incubator.vector.FloatVector;
            import org.convmark.kernel.vector.lane.PackedFilter;

            /** Two vectors of output channels by %PIXELS% pixels anywhere. %ORIGIN% */
            public final class %NAME% {
                private %NAME%() {}

                /** See the package. */
                public static void run(
                        PackedFilter taps, int[] ins, int[] outs, int t, float[] in, int p, float[] out, int q, int next, int r) {
                    int[] offsets = taps.offsets;
                    float[] w = taps.weights, bias = taps.bias;
                    %PLACES%
                    %START%
                    for (int k = taps.start; k < offsets.length * RUN; k++) {
                        int i = offsets[k / RUN] + k % RUN;
                        int m = taps.first + k * (2 * L);
                        FloatVector u = FloatVector.fromArray(FLOATS, w, m);
                        FloatVector v = FloatVector.fromArray(FLOATS, w, m + L);
                        FloatVector x;
                        %STEP%
                    }
                    float[] residual = taps.residual;
                    if (residual != null) {
                        %ADD%
                    }
                    %LIMITS%%STORE%
                }
            }
            """;

    @Override
    public String name() {
        return "Scattered2x" + size.pixels;
    }

    @Override
    public String source() {
        return TEMPLATE.replace("%NAME%", name())
                .replace("%ORIGIN%", ORIGIN)
                .replace("%PIXELS%", String.valueOf(size.pixels))
                .replace("%PLACES%", lines("        ", j -> "int p%d = p + %s;".formatted(j, of("ins", j))))
                .replace("%START%", lines("        ", ScatteredTemplate::start))
                .replace("%STEP%", lines("            ", ScatteredTemplate::step))
                .replace("%ADD%", lines("            ", ScatteredTemplate::add))
                .replace("%LIMITS%", limits(Bounds.BOTH, "        "))
                .replace("%STORE%", lines("        ", ScatteredTemplate::stores));
    }

    private String lines(String indent, IntFunction<String> pixel) {
        return GeneratedClass.lines(size.pixels, indent, pixel);
    }

    private static String of(String offsets, int j) {
        return offsets + (j == 0 ? "[t]" : "[t + " + j + "]");
    }

    private static String start(int j) {
        return "FloatVector a%1$d = FloatVector.fromArray(FLOATS, bias, 0), b%1$d = FloatVector.fromArray(FLOATS, bias, L);"
                .formatted(j);
    }

    private static String step(int j) {
        return """
                x = FloatVector.broadcast(FLOATS, in[p%1$d + i]);
                a%1$d = u.fma(x, a%1$d);
                b%1$d = v.fma(x, b%1$d);""".formatted(j);
    }

    private static String add(int j) {
        return """
                int r%1$d = r + %2$s;
                a%1$d = a%1$d.add(FloatVector.fromArray(FLOATS, residual, r%1$d));
                b%1$d = b%1$d.add(FloatVector.fromArray(FLOATS, residual, r%1$d + next));""".formatted(j, of("outs", j));
    }

    /** Stores the second vector before the first, which overwrites it if there is no second block. */
    private static String stores(int j) {
        return "int q%d = q + %s;\n".formatted(j, of("outs", j))
                + store(Bounds.BOTH, "b" + j, "q" + j + " + next")
                + "\n"
                + store(Bounds.BOTH, "a" + j, "q" + j);
    }
}

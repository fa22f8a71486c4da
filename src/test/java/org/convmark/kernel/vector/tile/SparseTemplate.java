package org.convmark.kernel.vector.tile;

import static org.convmark.kernel.vector.tile.GeneratedClass.at;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.convmark.kernel.vector.lane.TileSize;

/** Two output channels of a pruned filter by some vectors of pixels. */
record SparseTemplate() implements GeneratedClass {
    private static final String TEMPLATE = """
            package org.convmark.kernel.vector.tile;

            import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
            import static org.convmark.kernel.vector.lane.Lanes.L;

            import jdk.incubator.vector.FloatVector;
            import org.convmark.kernel.vector.lane.SparseFilter;

            /** Two output channels of a pruned filter by vectors of pixels. %ORIGIN% */
            public final class SparseTiles {
                private SparseTiles() {}

                /**
                 * Adds a part of the taps to the sums of a block of output channels.
                 *
                 * @param size vectors of pixels
                 * @param s entry of the block's first pair
                 * @param next floats from the sums of one channel to the next
                 */
                public static void block(SparseFilter taps, int size, int s, float[] in, int p, float[] out, int q, int next) {
                    for (int pair = 0; pair < SparseFilter.PAIRS; pair++) {
                        int e = s + pair * SparseFilter.ENTRIES;
                        int o = q + pair * SparseFilter.PAIR * next;
                        switch (size) {
                            %CASES%
                        }
                    }
                }
            %METHODS%}
            """;

    private static final String METHOD = """

                /** %VECTORS% vectors of pixels. See the package. */
                public static void run%VECTORS%(SparseFilter taps, int s, float[] in, int p, float[] out, int q, int next) {
                    int[] offsets = taps.offsets, starts = taps.starts;
                    float[] w = taps.weights;
                    int k = starts[s];
                    int m = starts[s + 1];
                    int first = starts[s + 2];
                    int second = starts[s + 3];
                    int both = starts[s + 4];
                    %START%
                    for (; k < first; k++) {
                        int i = p + offsets[k];
                        FloatVector u = FloatVector.broadcast(FLOATS, w[m++]);
                        %FIRST%
                    }
                    for (; k < second; k++) {
                        int i = p + offsets[k];
                        FloatVector u = FloatVector.broadcast(FLOATS, w[m++]);
                        %SECOND%
                    }
                    for (; k < both; k++) {
                        int i = p + offsets[k];
                        FloatVector u = FloatVector.broadcast(FLOATS, w[m]);
                        FloatVector v = FloatVector.broadcast(FLOATS, w[m + 1]);
                        m += 2;
                        FloatVector x;
                        %BOTH%
                    }
                    %STORE%
                }
            """;

    @Override
    public String name() {
        return "SparseTiles";
    }

    @Override
    public String source() {
        int last = TileSize.SPARSE.get(TileSize.SPARSE.size() - 1);
        String cases = TileSize.SPARSE.stream()
                .map(size -> (size == last ? "default" : "case " + size) + " -> run" + size
                        + "(taps, e, in, p, out, o, next);")
                .collect(Collectors.joining("\n                "));
        String methods = TileSize.SPARSE.stream().map(SparseTemplate::method).collect(Collectors.joining());
        return TEMPLATE.replace("%METHODS%", methods).replace("%CASES%", cases).replace("%ORIGIN%", ORIGIN);
    }

    private static String method(int vectors) {
        return METHOD.replace("%VECTORS%", String.valueOf(vectors))
                .replace("%START%", lines(vectors, "        ", SparseTemplate::start))
                .replace("%FIRST%", lines(vectors, "            ", j -> alone("a" + j, j)))
                .replace("%SECOND%", lines(vectors, "            ", j -> alone("b" + j, j)))
                .replace("%BOTH%", lines(vectors, "            ", SparseTemplate::both))
                .replace("%STORE%", lines(vectors, "        ", SparseTemplate::store));
    }

    private static String lines(int vectors, String indent, IntFunction<String> vector) {
        return GeneratedClass.lines(vectors, indent, vector);
    }

    private static String start(int j) {
        return """
                FloatVector a%1$d = FloatVector.fromArray(FLOATS, out, %2$s);
                FloatVector b%1$d = FloatVector.fromArray(FLOATS, out, %3$s);""".formatted(j, at("q", j), at("q + next", j));
    }

    private static String alone(String sum, int j) {
        return "%1$s = FloatVector.fromArray(FLOATS, in, %2$s).fma(u, %1$s);".formatted(sum, at("i", j));
    }

    private static String both(int j) {
        return """
                x = FloatVector.fromArray(FLOATS, in, %2$s);
                a%1$d = x.fma(u, a%1$d);
                b%1$d = x.fma(v, b%1$d);""".formatted(j, at("i", j));
    }

    private static String store(int j) {
        return """
                a%1$d.intoArray(out, %2$s);
                b%1$d.intoArray(out, %3$s);""".formatted(j, at("q", j), at("q + next", j));
    }
}

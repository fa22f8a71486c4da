package org.convmark.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a benchmark class measures, by name: a {@link Pattern}, a {@link Block} or an {@link Operator}. */
public interface Workload {
    /** Name of the constant in its enum. */
    String name();

    /**
     * The graph of these extents.
     *
     * @param depth units, blocks or layers
     * @param width channels of the first stage
     * @param image rows and columns of the input
     * @param batch images
     */
    Graph graph(int depth, int width, int image, int batch);

    /** Every pattern, then every block, then every operator. */
    static List<Workload> all() {
        return Stream.<Workload[]>of(Pattern.values(), Block.values(), Operator.values())
                .flatMap(Stream::of)
                .toList();
    }

    /**
     * The workload that a benchmark class measures: {@code MBConvBenchmark} is {@code MBCONV}.
     *
     * @param simpleName of the class, without its package
     * @return empty for classes that measure something else, such as a roof
     */
    static Optional<Workload> ofBenchmark(String simpleName) {
        String key = simpleName.replaceFirst("Benchmark$", "").toUpperCase(Locale.ROOT);
        return all().stream().filter(w -> w.name().replace("_", "").equals(key)).findFirst();
    }
}

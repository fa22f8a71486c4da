package org.convmark.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** What a benchmark class measures, by name: a {@link Stack} of equal units or a whole {@link Network}. */
public interface Workload {
    /** Name of the constant in its enum. */
    String name();

    /** Names of the benchmark parameters that set its size. */
    List<String> extents();

    /**
     * The graph of some extents.
     *
     * @param extent the value of each of {@link #extents()}
     * @throws IllegalArgumentException if they do not fit one another, with the layer and the reason
     */
    Graph graph(ToIntFunction<String> extent);

    /** Every stack, then every network. */
    static List<Workload> all() {
        return Stream.<Workload>concat(Stack.stacks().stream(), Stream.of(Network.values()))
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

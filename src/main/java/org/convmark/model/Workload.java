package org.convmark.model;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a benchmark class measures, by name: a {@link Stack} of equal units or a whole {@link Network}. */
public interface Workload {
    /** Name of the constant in its enum. */
    String name();

    /** The benchmark parameters that set its size. */
    List<Parameter> extents();

    /**
     * The graph of some extents.
     *
     * @throws IllegalArgumentException if they do not fit together, with the layer and the reason
     */
    Graph graph(Extents extents);

    /** Every stack, then every network. */
    static List<Workload> all() {
        return Index.ALL;
    }

    /**
     * The workload that a benchmark class measures: {@code MBConvBenchmark} is {@code MBCONV}.
     *
     * @param name name of the class, with or without its package
     * @return empty for classes that measure something else, such as a roof
     */
    static Optional<Workload> ofBenchmark(String name) {
        return Optional.ofNullable(Index.BY_KEY.get(Case.name(name).toUpperCase(Locale.ROOT)));
    }

    /** Cached, because every row of every run is looked up here. */
    final class Index {
        private static final List<Workload> ALL = Stream.<Workload>concat(
                        Stack.stacks().stream(), Stream.of(Network.values()))
                .toList();
        private static final Map<String, Workload> BY_KEY =
                ALL.stream().collect(Collectors.toMap(w -> w.name().replace("_", ""), Function.identity()));

        private Index() {}
    }
}

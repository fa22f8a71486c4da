package org.convmark.results;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.convmark.model.Case;
import org.convmark.model.Label;

/** What a row of JMH's results measures. */
public sealed interface Subject {
    /** Convmark's own benchmarks. */
    String OWN = "org.convmark.bench.";

    /** Full name of the class; with the method unless it is Convmark's. */
    String benchmark();

    /** JMH's parameters as recorded; versions differ in which they have. */
    SortedMap<String, String> params();

    /** Its label for a reader. */
    Label label();

    /** The case; empty if unknown. */
    default Optional<Case> known() {
        return Optional.empty();
    }

    /** Whether JMH's name of a benchmark is one of Convmark's. */
    static boolean isOwn(String benchmark) {
        return benchmark.startsWith(OWN);
    }

    /**
     * Reads what JMH wrote.
     *
     * @throws IllegalArgumentException if this version has the benchmark, but the parameters make no valid case
     */
    static Subject of(String benchmark, SortedMap<String, String> params) {
        return isOwn(benchmark) && Case.isOf(benchmark)
                ? new Known(Case.of(benchmark, params), params)
                : new Unknown(benchmark, params);
    }

    /** A case of the suite. */
    record Known(Case what, SortedMap<String, String> params) implements Subject {
        /** Copies the parameters. */
        public Known {
            params = copy(params);
        }

        @Override
        public String benchmark() {
            return what.benchmark();
        }

        @Override
        public Label label() {
            return what.label();
        }

        @Override
        public Optional<Case> known() {
            return Optional.of(what);
        }
    }

    /** A benchmark of another project or version, of which only the times are known. */
    record Unknown(String benchmark, SortedMap<String, String> params) implements Subject {
        /** Copies the parameters. */
        public Unknown {
            params = copy(params);
        }

        @Override
        public Label label() {
            return isOwn(benchmark) ? Case.label(benchmark, params) : new Label(benchmark, params);
        }
    }

    private static SortedMap<String, String> copy(Map<String, String> params) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(params));
    }
}

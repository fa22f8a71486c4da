package org.convmark.results;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.convmark.model.Case;
import org.convmark.model.Label;

/** What a row of JMH's results is about. */
public sealed interface Subject {
    /** Convmark's own benchmarks. */
    String OWN = "org.convmark.bench.";

    /** Full name of the class; where it is not one of Convmark's, with its method. */
    String benchmark();

    /** JMH's parameters as they were written; versions differ in which there were. */
    SortedMap<String, String> params();

    /** What a reader calls it. */
    Label label();

    /** The case, of what is known. */
    default Optional<Case> known() {
        return Optional.empty();
    }

    /** Whether a benchmark, named as JMH does, is one of Convmark's. */
    static boolean isOwn(String benchmark) {
        return benchmark.startsWith(OWN);
    }

    /**
     * Reads what JMH wrote.
     *
     * @throws IllegalArgumentException if it is a benchmark of this version and its parameters make no case
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

    /** A benchmark of another project, or of another version, of which nothing is known but its times. */
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

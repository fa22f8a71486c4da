package org.convmark.machine;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A value with its origin, or the reason why there is none. Unknown is never written as 0 or -1.
 *
 * @param value what is known, or null
 * @param source where the value was read, or null if there is none
 * @param missing why there is no value, or null if there is one
 */
public record Fact<T>(T value, String source, String missing) {
    /** @throws IllegalArgumentException unless there is either a value with its source, or a reason */
    public Fact {
        if ((value == null) == (missing == null) || (value == null) != (source == null)) {
            throw new IllegalArgumentException(
                    "a fact has either a value with its source or a reason why it is missing");
        }
    }

    /** A known value. */
    public static <T> Fact<T> of(T value, String source) {
        return new Fact<>(value, source, null);
    }

    /** An unknown value. */
    public static <T> Fact<T> missing(String reason) {
        return new Fact<>(null, null, reason);
    }

    /** The answer to a question that may fail: null, an exception, or a class that does not link makes it missing. */
    public static <T> Fact<T> ask(String source, Callable<T> question) {
        try {
            T answer = question.call();
            return answer == null ? missing(source + " does not say") : of(answer, source);
        } catch (Exception | LinkageError e) {
            String message = e.getMessage() == null
                    ? ""
                    : ": " + e.getMessage().lines().findFirst().orElse("");
            return missing(source + " failed: " + e.getClass().getSimpleName() + message);
        }
    }

    /** Whether there is a value. */
    public boolean known() {
        return value != null;
    }

    /** The value, if there is one. */
    public Optional<T> optional() {
        return Optional.ofNullable(value);
    }

    /** Another view of the value; a missing fact stays missing for the same reason. */
    public <R> Fact<R> map(Function<? super T, ? extends R> view) {
        return known() ? of(view.apply(value), source) : missing(missing);
    }

    /** A value derived from this one, which may itself be missing. */
    public <R> Fact<R> then(Function<? super T, Fact<R>> next) {
        return known() ? next.apply(value) : missing(missing);
    }

    /** This value, or the second source's; if both are missing, both reasons. */
    public Fact<T> or(Supplier<Fact<T>> second) {
        if (known()) {
            return this;
        }
        Fact<T> other = second.get();
        return other.known() ? other : missing(missing + "; " + other.missing);
    }

    /** Where the value was read, or why it is missing. */
    public String origin() {
        return known() ? source : missing;
    }
}

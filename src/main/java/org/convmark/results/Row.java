package org.convmark.results;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Objects;
import java.util.SortedMap;
import org.convmark.model.Case;
import org.convmark.model.Target;

/**
 * One thing to measure on one JVM.
 *
 * @param jvm label of a JVM of the plan
 * @param subject what is measured; in plans of this version always a case
 */
public record Row(String jvm, Subject subject) {
    /** A case on a JVM. */
    public Row(String jvm, Case what) {
        this(jvm, new Subject.Known(what, what.params()));
    }

    /** @throws IllegalStateException if this version knows no such case */
    public Case what() {
        return subject.known()
                .orElseThrow(() -> new IllegalStateException("this version of Convmark does not know "
                        + subject.label().title()));
    }

    /** What runs it. */
    public Target target() {
        return what().target();
    }

    /** Whether a roof is measured, not a workload. */
    public boolean isRoof() {
        return what() instanceof Case.Roof;
    }

    /** @throws ClassCastException if it measures a roof */
    public Case.Work work() {
        return (Case.Work) what();
    }

    /** Identifies the row in every run with these parameters; safe as a file name. */
    public String id() {
        return what().id() + "@" + jvm;
    }

    /** The row for a reader. */
    public String title() {
        return subject.label().title();
    }

    /** Its form in a file. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Text(String jvm, String benchmark, SortedMap<String, String> params) {
        private Text {
            Objects.requireNonNull(jvm, "no jvm");
            Objects.requireNonNull(benchmark, "no benchmark");
            Objects.requireNonNull(params, "no params");
            params.values().forEach(value -> Objects.requireNonNull(value, "no value of a parameter"));
        }
    }

    @JsonValue
    private Text text() {
        return new Text(jvm, subject.benchmark(), subject.params());
    }

    @JsonCreator
    private static Row of(Text text) {
        try {
            return new Row(text.jvm(), Subject.of(text.benchmark(), text.params()));
        } catch (IllegalArgumentException e) {
            return new Row(text.jvm(), new Subject.Unknown(text.benchmark(), text.params())); // of another version
        }
    }
}

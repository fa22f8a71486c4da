package org.convmark.machine;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.convmark.io.AtomicFile;
import org.convmark.io.FileErrors;
import org.convmark.io.JsonErrors;
import org.convmark.io.TextFile;

/**
 * The content of machine.json: the machine before and after a run, and the JVMs that ran.
 *
 * @param after null until the run ends
 * @param jvms one probe per JVM of the run
 */
public record Capture(
        @JsonProperty(required = true) Machine before,
        Machine after,
        @JsonProperty(required = true) List<Probe> jvms) {
    /** @throws NullPointerException if the machine before the run is null */
    public Capture {
        Objects.requireNonNull(before, "before");
        jvms = List.copyOf(jvms);
    }

    /** Whether the run has ended. */
    public boolean complete() {
        return after != null;
    }

    /** The same capture at the end of its run. */
    public Capture ended(Machine machine) {
        return new Capture(before, machine, jvms);
    }

    /**
     * Reads machine.json.
     *
     * @throws IllegalArgumentException with one sentence if the file is absent or damaged: what, which line, what to do
     */
    public static Capture read(Path file) {
        try {
            Capture capture = FactJson.MAPPER.readValue(TextFile.read(file), Capture.class);
            if (capture == null) {
                throw new IllegalArgumentException(damage(file, " at line 1 (it holds null)"));
            }
            return capture;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(damage(file, place(e)), e);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    file + " does not exist: give the folder of a run, which holds machine.json and jmh.json", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " cannot be read (" + FileErrors.reason(e)
                            + "): check its permissions, or restore it from a copy",
                    e);
        }
    }

    private static String damage(Path file, String place) {
        return file + " is damaged" + place
                + ": restore it from a copy, or leave this run out by moving its folder away";
    }

    private static String place(JsonProcessingException e) {
        String field =
                e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
                        ? " in " + field(mapping)
                        : "";
        return JsonErrors.line(e) + field + " (" + JsonErrors.complaint(e) + ")";
    }

    private static String field(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            path.append(step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName());
        }
        return path.substring(path.charAt(0) == '.' ? 1 : 0);
    }

    /**
     * Writes machine.json atomically: a reader sees the old file or the new one, never a part.
     *
     * @throws UncheckedIOException if the folder cannot be written
     */
    public void write(Path file) {
        try {
            new AtomicFile(file)
                    .write(FactJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}

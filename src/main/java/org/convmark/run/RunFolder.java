package org.convmark.run;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.convmark.machine.Damage;
import org.convmark.machine.TextFile;
import org.convmark.results.Failure;
import org.convmark.results.Row;

/**
 * A run on disk while it goes on. {@code index/} holds the plan and, per row, JMH's JSON or the error; every file appears
 * whole or not at all, so that a killed run loses nothing but the row it was at.
 *
 * @param path {@code <utc>-<machine>-<commit>}
 */
public record RunFolder(Path path) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .build();

    /**
     * Makes the folder of a new run.
     *
     * @throws InputError if it exists, or cannot be written
     */
    public static RunFolder create(Path parent, String name) {
        Path path = parent.resolve(name);
        try {
            Files.createDirectories(parent);
            Files.createDirectory(path);
            Files.createDirectory(path.resolve("index"));
            return new RunFolder(path);
        } catch (FileAlreadyExistsException e) {
            throw new InputError(
                    e.getFile().equals(path.toString())
                            ? "the run folder " + path + " exists already, and a run is never overwritten: start again."
                            : e.getFile() + " is a file: --out takes a folder.");
        } catch (IOException e) {
            throw new InputError("cannot make a run folder in " + parent + " (" + reason(e)
                    + "): choose a folder that you may write to with --out.");
        }
    }

    /** Why a file operation failed, without the path that Java puts first. */
    public static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        return e.getClass().getSimpleName().replaceFirst("Exception$", "") + ": "
                + message.substring(message.lastIndexOf(": ") + 1).strip();
    }

    /**
     * A run that was begun.
     *
     * @throws InputError if there is none
     */
    public static RunFolder open(Path path) {
        if (!Files.isRegularFile(path.resolve("index").resolve("plan.json"))) {
            throw new InputError(path + " holds no run that can be resumed: index/plan.json is missing.");
        }
        return new RunFolder(path);
    }

    /** Machine and JVMs of the run. */
    public Path machine() {
        return path.resolve("machine.json");
    }

    /** Output of JMH and of the forks. */
    public Path log() {
        return path.resolve("run.log");
    }

    /** What was measured: JMH's own JSON. */
    public Path results() {
        return path.resolve("jmh.json");
    }

    private Path index(String name) {
        return path.resolve("index").resolve(name);
    }

    private Path measured(Row row) {
        return index(row.id() + ".json");
    }

    private Path failed(Row row) {
        return index(row.id() + ".failed.json");
    }

    /** Keeps the plan. */
    public void store(Plan plan) throws IOException {
        write(index("plan.json"), JSON.writeValueAsString(plan));
    }

    /**
     * The plan that was kept.
     *
     * @throws InputError if it is damaged or of another version
     */
    public Plan plan() {
        Path file = index("plan.json");
        try {
            JsonNode tree = JSON.readTree(TextFile.read(file));
            if (tree.has("format") && tree.get("format").asInt() != Plan.FORMAT) {
                throw new InputError(file + " was written by another version of Convmark: start a new run.");
            }
            Plan plan = JSON.treeToValue(tree, Plan.class);
            if (plan.rows().stream().anyMatch(row -> row.subject().known().isEmpty())) {
                throw new InputError(file + " was written by another version of Convmark: start a new run.");
            }
            return plan;
        } catch (JsonProcessingException e) {
            throw new InputError(file + " is damaged ("
                    + Damage.of(e) + "): start a new run; what " + path
                    + " holds in index/ stays there.");
        } catch (IOException e) {
            throw new InputError("cannot read " + file + " (" + reason(e) + ").");
        }
    }

    /** Keeps what JMH wrote for a row. */
    void store(Row row, String jmhJson) throws IOException {
        write(measured(row), jmhJson);
        Files.deleteIfExists(failed(row));
    }

    /** Keeps why a row was not measured. */
    void store(Failure failure) throws IOException {
        write(failed(failure.row()), JSON.writeValueAsString(failure));
    }

    private void write(Path file, String text) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.writeString(half, text);
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(half);
            throw e;
        }
    }

    /** Rows of the plan without a whole result, in order. */
    public List<Row> missing(Plan plan) {
        return plan.rows().stream().filter(row -> result(row).isEmpty()).toList();
    }

    /** What JMH wrote for a row, without the brackets of the list; empty if it is absent or damaged. */
    private Optional<String> result(Row row) {
        try {
            String text = TextFile.read(measured(row));
            JsonNode list = JSON.readTree(text);
            return list.isArray() && list.size() == 1
                    ? Optional.of(text.substring(text.indexOf('[') + 1, text.lastIndexOf(']'))
                            .strip())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // measured again
        }
    }

    /** Rows of the plan that failed when they were last tried. */
    public List<Failure> failures(Plan plan) {
        List<Failure> failures = new ArrayList<>();
        for (Row row : plan.rows()) {
            try {
                failures.add(JSON.readValue(TextFile.read(failed(row)), Failure.class));
            } catch (NoSuchFileException e) {
                continue;
            } catch (IOException e) {
                failures.add(new Failure(row, "its record is damaged: " + reason(e), ""));
            }
        }
        return failures;
    }

    /** Writes jmh.json from all that was measured so far, in the order of the plan. */
    void collect(Plan plan) throws IOException {
        List<String> results =
                plan.rows().stream().map(this::result).flatMap(Optional::stream).toList();
        write(results(), "[\n" + String.join(",\n", results) + "\n]\n");
    }
}

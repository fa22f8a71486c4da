package org.convmark.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.io.AtomicFile;
import org.convmark.io.FileErrors;
import org.convmark.io.Folders;
import org.convmark.io.InputError;
import org.convmark.io.Json;
import org.convmark.io.JsonErrors;
import org.convmark.io.TextFile;
import org.convmark.jvm.TimedKernels;
import org.convmark.results.Failure;
import org.convmark.results.Row;

/**
 * The folder of a run in progress. {@code plan.json} holds what is to be measured, {@code failed.json} the rows that failed, and
 * {@code index/} JMH's JSON of each row until all are measured and {@code jmh.json} holds them. Every file is written whole or
 * not at all, so a killed run loses only the row that it was measuring.
 *
 * @param path {@code <utc>-<machine>-<commit>}
 */
public record RunFolder(Path path) {
    /**
     * Creates the folder of a new run.
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
            throw new InputError("cannot make a run folder in " + parent + " (" + FileErrors.reason(e)
                    + "): choose a folder that you may write to with --out.");
        }
    }

    /**
     * Opens a run that was begun.
     *
     * @throws InputError if there is none, or its results so far are missing
     */
    public static RunFolder open(Path path) {
        RunFolder folder = new RunFolder(path);
        if (!Files.isRegularFile(folder.planFile())) {
            throw new InputError(
                    Files.exists(folder.index("plan.json"))
                            ? path + " was begun by an earlier version of Convmark: start a new run."
                            : path + " holds no run that can be resumed: plan.json is missing.");
        }
        if (!Files.isDirectory(folder.index()) && !folder.isComplete(folder.plan())) {
            throw new InputError(
                    path + " cannot be resumed: jmh.json lacks rows of the plan, and index/, which keeps each "
                            + "row until all are measured, is missing: resume the run where it was begun, or start a new run.");
        }
        return folder;
    }

    /** Machine and JVMs of the run. */
    public Path machine() {
        return path.resolve("machine.json");
    }

    /** Output of JMH and of the forks. */
    public Path log() {
        return path.resolve("run.log");
    }

    /** What was measured, in JMH's own JSON format. */
    public Path results() {
        return path.resolve("jmh.json");
    }

    /** Rows that could not be measured; absent if there are none. */
    public Path failed() {
        return path.resolve("failed.json");
    }

    /** OpenCL's programs, if they are asked for; absolute, because forks write them. */
    Path programs() {
        return path.resolve("opencl").toAbsolutePath();
    }

    /** Kernels that OpenCL timed, if it times any; absolute, because forks write it. */
    Path kernels() {
        return path.resolve(TimedKernels.NAME).toAbsolutePath();
    }

    private Path planFile() {
        return path.resolve("plan.json");
    }

    private Path index() {
        return path.resolve("index");
    }

    private Path index(String name) {
        return index().resolve(name);
    }

    private Path measured(Row row) {
        return index(row.id() + ".json");
    }

    /** Writes the plan. */
    public void store(Plan plan) throws IOException {
        new AtomicFile(planFile())
                .write(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(plan));
    }

    /**
     * Reads the plan.
     *
     * @throws InputError if it is damaged or of another version
     */
    public Plan plan() {
        Path file = planFile();
        try {
            JsonNode tree = Json.MAPPER.readTree(TextFile.read(file));
            if (tree.has("format") && tree.get("format").asInt() != Plan.FORMAT) {
                throw new InputError(file + " was written by another version of Convmark: start a new run.");
            }
            Plan plan = Json.value(tree, Plan.class);
            plan.fault().ifPresent(fault -> {
                throw damaged(file, fault);
            });
            return plan;
        } catch (JsonProcessingException e) {
            throw damaged(file, JsonErrors.of(e));
        } catch (IOException e) {
            throw new InputError("cannot read " + file + " (" + FileErrors.reason(e) + ").");
        }
    }

    private InputError damaged(Path file, String what) {
        return new InputError(
                file + " is damaged (" + what + "): start a new run; what was measured stays in " + path + ".");
    }

    /** Writes JMH's result of a row; a result that cannot be read again is a failure. */
    void store(Row row, String jmhJson) throws IOException {
        if (content(row, jmhJson).isEmpty()) {
            store(new Failure(row, "it was measured, but what JMH wrote of it cannot be read again", jmhJson));
        } else {
            new AtomicFile(measured(row)).write(jmhJson);
            storeFailures(failuresBeside(row));
        }
    }

    /** Writes why a row was not measured. */
    void store(Failure failure) throws IOException {
        storeFailures(Stream.concat(failuresBeside(failure.row()).stream(), Stream.of(failure))
                .toList());
    }

    private List<Failure> failuresBeside(Row row) {
        return failures().stream().filter(other -> !other.row().equals(row)).toList();
    }

    private void storeFailures(List<Failure> failures) throws IOException {
        if (failures.isEmpty()) {
            Files.deleteIfExists(failed());
        } else {
            new AtomicFile(failed())
                    .write(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(failures));
        }
    }

    /** Rows of the plan without a complete result, in order. */
    public List<Row> missing(Plan plan) {
        return isComplete(plan)
                ? List.of()
                : plan.rows().stream().filter(row -> result(row).isEmpty()).toList();
    }

    /** Whether jmh.json holds every row. */
    private boolean isComplete(Plan plan) {
        try {
            return Json.MAPPER.readTree(TextFile.read(results())).size()
                    == plan.rows().size();
        } catch (IOException e) {
            return false;
        }
    }

    /** JMH's result of a row, without the brackets of the list; empty if absent or damaged. */
    private Optional<String> result(Row row) {
        try {
            return content(row, TextFile.read(measured(row)));
        } catch (IOException e) {
            return Optional.empty(); // measured again
        }
    }

    private static Optional<String> content(Row row, String text) {
        try {
            JsonNode list = Json.MAPPER.readTree(text);
            return list.isArray() && list.size() == 1 && isOf(row, list.get(0))
                    ? Optional.of(text.substring(text.indexOf('[') + 1, text.lastIndexOf(']'))
                            .strip())
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Whether JMH wrote a result for this row: if files were mixed up, the row is measured again. */
    private static boolean isOf(Row row, JsonNode result) {
        JsonNode params = result.path("params");
        return result.path("benchmark").asText().startsWith(row.subject().benchmark() + ".")
                && row.subject().params().entrySet().stream().allMatch(e -> e.getValue()
                        .equals(params.path(e.getKey()).asText()));
    }

    /** Rows whose last attempt failed. A damaged file counts as none, because those rows are tried again. */
    public List<Failure> failures() {
        try {
            return Stream.ofNullable(Json.MAPPER.readValue(TextFile.read(failed()), Failure[].class))
                    .flatMap(Arrays::stream)
                    .filter(Objects::nonNull)
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Writes jmh.json from all results so far, in the order of the plan, and deletes the index once it is complete. */
    void collect(Plan plan) throws IOException {
        if (!isComplete(plan)) {
            List<String> results = plan.rows().stream()
                    .map(this::result)
                    .flatMap(Optional::stream)
                    .toList();
            new AtomicFile(results()).write("[\n" + String.join(",\n", results) + "\n]\n");
        }
        if (isComplete(plan) && Files.isDirectory(index())) {
            Folders.delete(index());
        }
    }
}

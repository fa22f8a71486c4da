package org.convmark.fleet;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.convmark.io.AtomicFile;
import org.convmark.io.AtomicFolder;
import org.convmark.io.FileErrors;
import org.convmark.io.Folders;
import org.convmark.io.InputError;
import org.convmark.io.JsonErrors;
import org.convmark.io.TextFile;

/**
 * A fleet on a disk that all its nodes share: {@code fleet.json} and {@code matrix.csv}, the program and {@code task.sh},
 * {@code tasks/} with what each runs, {@code logs/}, {@code running/} and {@code done/}.
 *
 * @param path absolute
 */
public record FleetFolder(Path path) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private static final String JAR = "benchmarks.jar";
    private static final int TAIL = 5;

    /** Normalises the path. */
    public FleetFolder {
        path = path.toAbsolutePath().normalize();
    }

    /**
     * Makes the folder of a new fleet, which appears when it is complete.
     *
     * @param jar the program, which is copied
     * @throws InputError if the folder exists, or cannot be written
     */
    void create(Fleet fleet, Path matrix, Path jar) {
        new AtomicFolder(path).create("--out", half -> {
            for (String name : List.of("tasks", "logs", "running", "done")) {
                Files.createDirectory(half.resolve(name));
            }
            Files.copy(matrix, half.resolve("matrix.csv"));
            Files.copy(jar, half.resolve(JAR));
            Files.writeString(half.resolve("task.sh"), script());
            for (Task task : fleet.tasks()) {
                Files.write(half.resolve("tasks").resolve(task.name()), lines(fleet, task));
            }
            new FleetFolder(half).store(fleet);
        });
    }

    /** What task.sh reads: the JVM, then its arguments. The program does not lie in its checkout, so it is told of it. */
    static List<String> lines(Fleet fleet, Task task) {
        List<String> lines = new ArrayList<>();
        lines.add(task.jvm() == null ? "" : task.jvm());
        lines.add("-Dconvmark.commit=" + (fleet.commit() == null ? "" : fleet.commit()));
        if (fleet.dirty() != null) {
            lines.add("-Dconvmark.dirty=" + fleet.dirty());
        }
        lines.addAll(List.of("-jar", JAR));
        lines.addAll(task.command());
        return lines;
    }

    /** What every task runs. */
    static String script() {
        try (InputStream script = FleetFolder.class.getResourceAsStream("task.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps the fleet, whole or not at all. */
    void store(Fleet fleet) throws IOException {
        new AtomicFile(path.resolve("fleet.json")).write(JSON.writeValueAsString(fleet));
    }

    /**
     * The fleet that was kept.
     *
     * @throws InputError if there is none, or it is damaged, of another version or was never submitted
     */
    public Fleet fleet() {
        Path file = path.resolve("fleet.json");
        if (!Files.isRegularFile(file)) {
            throw new InputError(path + " holds no fleet: give the folder that fleet submit has printed.");
        }
        try {
            Fleet fleet = JSON.readValue(TextFile.read(file), Fleet.class);
            if (fleet.format() != Fleet.FORMAT) {
                throw new InputError(file + " was written by another version of Convmark: collect with that one.");
            }
            if (fleet.jobs().isEmpty()) {
                throw new InputError(
                        path + " was not submitted to its end: delete it, and submit its matrix.csv again.");
            }
            return fleet;
        } catch (JsonProcessingException e) {
            throw new InputError(file + " is damaged ("
                    + JsonErrors.of(e)
                    + "): restore it from a copy; what was measured lies in " + path.resolve("done") + ".");
        } catch (IOException e) {
            throw new InputError("cannot read " + file + " (" + FileErrors.reason(e) + "): check its permissions.");
        }
    }

    /** What a task left when it came to its end, empty if it did not. */
    Optional<Path> done(Task task) {
        return Optional.of(path.resolve("done").resolve(task.name())).filter(Files::isDirectory);
    }

    /** Whether a task has begun and not come to its end. */
    boolean begun(Task task) {
        return folderIn(path.resolve("running"), task.name() + ".*").isPresent();
    }

    /** The folder of the run in a folder of {@code done/}, empty if it measured nothing. */
    static Optional<Path> run(Path done) {
        return folderIn(done, "*");
    }

    private static Optional<Path> folderIn(Path parent, String glob) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(parent, glob)) {
            return StreamSupport.stream(files.spliterator(), false)
                    .filter(Files::isDirectory)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    Path log(Task task) {
        return path.resolve("logs").resolve(task.name() + ".log");
    }

    /** The last lines of a task's log, none without one. */
    List<String> logTail(Task task) {
        try {
            List<String> lines = TextFile.read(log(task))
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.subList(Math.max(0, lines.size() - TAIL), lines.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Removes a fleet of which no task has begun. */
    void delete() {
        try {
            Folders.delete(path);
        } catch (IOException e) {
            return; // what is left names itself, and the caller has something worse to tell
        }
    }
}

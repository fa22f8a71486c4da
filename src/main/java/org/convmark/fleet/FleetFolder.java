package org.convmark.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import org.convmark.io.Json;
import org.convmark.io.JsonErrors;
import org.convmark.io.TextFile;

/**
 * A fleet on a file system that all its nodes share: {@code fleet.json} and {@code matrix.csv}, the program and {@code task.sh},
 * {@code tasks/} with what each task runs, {@code logs/}, {@code running/} and {@code done/}.
 *
 * @param path absolute
 */
public record FleetFolder(Path path) {
    private static final String JAR = "benchmarks.jar";
    private static final int TAIL = 5;

    /** Normalises the path. */
    public FleetFolder {
        path = path.toAbsolutePath().normalize();
    }

    /**
     * Creates the folder of a new fleet, which appears once it is complete.
     *
     * @param jar the program, which is copied
     * @throws InputError if the folder exists or cannot be written
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

    /**
     * Content of a task's file, which task.sh reads: the JVM, then its arguments. The copied program is outside its checkout, so
     * the commit is passed as an argument.
     */
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

    /** The script that every task runs. */
    static String script() {
        try (InputStream script = FleetFolder.class.getResourceAsStream("task.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stores the fleet atomically. */
    void store(Fleet fleet) throws IOException {
        new AtomicFile(path.resolve("fleet.json"))
                .write(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(fleet));
    }

    /**
     * The stored fleet.
     *
     * @throws InputError if there is none, or if it is damaged, of another version, or was never submitted
     */
    public Fleet fleet() {
        Path file = path.resolve("fleet.json");
        if (!Files.isRegularFile(file)) {
            throw new InputError(path + " holds no fleet: give the folder that fleet submit printed.");
        }
        try {
            Fleet fleet = Json.value(TextFile.read(file), Fleet.class);
            if (fleet.format() != Fleet.FORMAT) {
                throw new InputError(file + " was written by another version of Convmark: collect with that one.");
            }
            if (fleet.jobs().isEmpty()) {
                throw new InputError(
                        path + " was not submitted completely: delete it, and submit its matrix.csv again.");
            }
            return fleet;
        } catch (JsonProcessingException e) {
            throw new InputError(file + " is damaged ("
                    + JsonErrors.of(e)
                    + "): restore it from a copy; what was measured is in " + path.resolve("done") + ".");
        } catch (IOException e) {
            throw new InputError("cannot read " + file + " (" + FileErrors.reason(e) + "): check its permissions.");
        }
    }

    /** What a task left when it ended; empty if it has not ended. */
    Optional<Path> done(Task task) {
        return Optional.of(path.resolve("done").resolve(task.name())).filter(Files::isDirectory);
    }

    /** Whether a task has started and not ended. */
    boolean begun(Task task) {
        return folderIn(path.resolve("running"), task.name() + ".*").isPresent();
    }

    /** The run's folder below a folder of {@code done/}; empty if nothing was measured. */
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

    /** The last lines of a task's log; none if there is no log. */
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

    /** Deletes a fleet none of whose tasks has started. */
    void delete() {
        try {
            Folders.delete(path);
        } catch (IOException e) {
            return; // the user sees what is left, and the caller has something worse to report
        }
    }
}

package org.convmark.jvm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.convmark.io.Command;
import org.convmark.io.Command.Answer;
import org.convmark.io.Folders;
import org.convmark.io.TextFile;
import org.convmark.kernel.opencl.OpenClDevices;

/**
 * The OpenCL drivers that are installed. The OpenCL library loads all of them into the process that asks it for devices, and one that
 * crashes or hangs takes the others with it. So each is first asked in a JVM of its own, all at the same time, and the JVMs that measure
 * do not see those that did not answer.
 *
 * @param left the variable, with its value, by which the OpenCL library sees only what is left; empty if nothing was left out
 * @param problems a sentence about each driver that was left out or offers nothing
 */
public record OpenClDrivers(Optional<String> left, List<String> problems) {
    private static final String VARIABLE = "OCL_ICD_VENDORS";
    private static final Path USUAL = Path.of("/etc/OpenCL/vendors");

    /** More than ten times what a driver takes. */
    private static final int SECONDS = 9;

    private static OpenClDrivers here;

    /** Those of this process, which are asked once. */
    public static synchronized OpenClDrivers here() {
        if (here == null) {
            String chosen = System.getenv(VARIABLE);
            here = of(chosen == null ? USUAL : Path.of(chosen));
        }
        return here;
    }

    /** Those that the files of a folder name; a path that is no folder names none that could be left out. */
    static OpenClDrivers of(Path vendors) {
        try {
            List<Driver> asked = new ArrayList<>();
            for (Path file : files(vendors)) {
                asked.add(new Driver(
                        file, CompletableFuture.supplyAsync(() -> ask(file), task -> new Thread(task).start())));
            }
            List<String> problems =
                    asked.stream().flatMap(driver -> driver.problem().stream()).toList();
            List<Path> whole =
                    asked.stream().filter(Driver::isWhole).map(Driver::file).toList();
            Optional<String> left =
                    whole.size() == asked.size() ? Optional.empty() : Optional.of(VARIABLE + "=" + folder(whole) + "/");
            return new OpenClDrivers(left, problems);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to the temporary folder", e);
        }
    }

    private static List<Path> files(Path vendors) throws IOException {
        if (!Files.isDirectory(vendors)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(vendors)) {
            return all.filter(file -> file.toString().endsWith(".icd")).sorted().toList();
        }
    }

    /** A folder that lasts as long as this process. */
    private static Path folder(List<Path> files) throws IOException {
        Path folder = Files.createTempDirectory("convmark-opencl-drivers");
        folder.toFile().deleteOnExit();
        for (Path file : files) {
            Path copy = Files.copy(file, folder.resolve(file.getFileName()));
            copy.toFile().deleteOnExit();
        }
        return folder;
    }

    private static Answer ask(Path file) {
        try {
            Path alone = Files.createTempDirectory("convmark-opencl-driver");
            try {
                Files.copy(file, alone.resolve(file.getFileName()));
                Map<String, String> variables = new HashMap<>(System.getenv());
                variables.put(VARIABLE, alone + "/");
                return Command.of(SECONDS, command(alone)).with(variables).run();
            } finally {
                Folders.delete(alone);
            }
        } catch (IOException e) {
            return Answer.failure(e.getMessage());
        }
    }

    private static List<String> command(Path folder) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                OpenClDevices.class.getName());
    }

    /** A driver's file and what the JVM that loaded it answers. */
    private record Driver(Path file, CompletableFuture<Answer> asked) {
        /** Whether it does no harm. */
        boolean isWhole() {
            return asked.join().succeeded();
        }

        Optional<String> problem() {
            Answer answer = asked.join();
            if (answer.end() == Command.End.TIMEOUT) {
                return Optional.of(
                        name() + " is left out: it does not list its devices within " + SECONDS + " seconds");
            }
            if (!answer.succeeded()) {
                return Optional.of(name() + " is left out: the JVM that asked it for its devices ended with exit code "
                        + answer.exitCode());
            }
            return answer.output().lines().anyMatch((OpenClDevices.PLATFORMS + 0)::equals)
                    ? Optional.of(name() + " offers no platform: its library is missing, or is no OpenCL driver")
                    : Optional.empty();
        }

        /** The file, and the library that it names. */
        private String name() {
            try {
                return "the OpenCL driver " + file + " (" + TextFile.read(file).strip() + ")";
            } catch (IOException e) {
                return "the OpenCL driver " + file;
            }
        }
    }
}

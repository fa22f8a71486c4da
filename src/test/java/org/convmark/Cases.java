package org.convmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Run folders of the tests' resources. */
final class Cases {
    private static final Path ALL = Path.of("src/test/resources/org/convmark/cases");

    private Cases() {}

    /** Copies all of them, because some commands write beside what they read. */
    static void copyTo(Path folder) throws IOException {
        copy("", folder);
    }

    /** Copies one of them, or a folder of one. */
    static void copy(String name, Path to) throws IOException {
        Path from = ALL.resolve(name);
        Files.createDirectories(to.toAbsolutePath().getParent());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }
}

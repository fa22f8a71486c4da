package org.convmark.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders of this project's own making. */
public final class Folders {
    private Folders() {}

    /**
     * Removes a folder with all that is in it. Links are removed, what they point to stays.
     *
     * @throws IOException if something could not be removed; what comes after it in the alphabet is gone
     */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

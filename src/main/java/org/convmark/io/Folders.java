package org.convmark.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders that this project creates. */
public final class Folders {
    private Folders() {}

    /**
     * Deletes a folder and everything in it. Links are deleted, not what they point to.
     *
     * @throws IOException if something could not be deleted; entries after it in alphabetical order are gone
     */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

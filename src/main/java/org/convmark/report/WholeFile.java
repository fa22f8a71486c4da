package org.convmark.report;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that whoever reads it sees whole: the old text or the new one, never a half. */
record WholeFile(Path path) {
    void write(String text) throws IOException {
        Path half = path.resolveSibling(path.getFileName() + ".tmp");
        try {
            Files.writeString(half, text);
            replace(half);
        } finally {
            Files.deleteIfExists(half);
        }
    }

    private void replace(Path half) throws IOException {
        try {
            Files.move(half, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(half, path, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

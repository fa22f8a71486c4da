package org.convmark.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that whoever reads it sees whole: the old content or the new one, never a half. */
public record AtomicFile(Path path) {
    /** Writes the content of a file. */
    public interface Content {
        /** @param out buffered, closed by the caller */
        void write(OutputStream out) throws IOException;
    }

    /** Writes a text in UTF-8. */
    public void write(String text) throws IOException {
        write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes a file beside it under a name of this process, so that two may write at once, and moves it there. */
    public void write(Content content) throws IOException {
        Path half = path.resolveSibling(
                path.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(half))) {
                content.write(out);
            }
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

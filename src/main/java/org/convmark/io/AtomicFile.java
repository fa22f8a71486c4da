package org.convmark.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is written atomically: readers see the old content or the new one, never a part. */
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

    /**
     * Writes the content. Devices, pipes and open streams such as {@code /dev/stdout} are written to directly, never replaced: what
     * a stream's file held before stays. For a link, its target is replaced.
     *
     * @throws IOException with the path and the reason
     */
    public void write(Content content) throws IOException {
        try {
            if (!Files.exists(path)) {
                replace(path, content);
            } else if (Files.isRegularFile(path) && !isStream(path.toAbsolutePath())) {
                replace(path.toRealPath(), content);
            } else {
                write(content, path, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new IOException(path + " cannot be written (" + FileErrors.reason(e) + ")", e);
        }
    }

    /** Whether it is a descriptor of a process, as {@code /dev/stdout} and {@code /dev/fd/3} are on Linux. */
    private static boolean isStream(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            return false;
        }
        Path folder = path.getParent().toRealPath();
        return folder.startsWith("/proc") || isStream(folder.resolve(Files.readSymbolicLink(path)));
    }

    /**
     * Writes to a file beside it whose name contains this process's id, so that two processes can write at once, and moves it
     * into place.
     */
    private static void replace(Path file, Content content) throws IOException {
        Path half = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            write(content, half, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
            move(half, file);
        } finally {
            Files.deleteIfExists(half);
        }
    }

    private static void write(Content content, Path file, OpenOption... how) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, how))) {
            content.write(out);
        }
    }

    private static void move(Path half, Path file) throws IOException {
        try {
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

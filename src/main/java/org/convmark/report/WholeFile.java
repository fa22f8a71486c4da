package org.convmark.report;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that whoever reads it sees whole: the old text or the new one, never a half. */
public record WholeFile(Path path) {
    /**
     * Writes the text. Devices, pipes and what else is no regular file are written to and never replaced; of a link, what it leads to is.
     *
     * @throws IOException with the path and the reason
     */
    public void write(String text) throws IOException {
        try {
            if (!Files.exists(path)) {
                writeWhole(path, text);
            } else if (Files.isRegularFile(path)) {
                writeWhole(path.toRealPath(), text);
            } else {
                Files.writeString(path, text);
            }
        } catch (IOException e) {
            throw new IOException(path + " cannot be written (" + reason(e) + ")", e);
        }
    }

    /** Java puts the path in place of the reason where the reason has a class of its own. */
    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException of ? of.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName().replaceFirst("Exception$", "") : reason;
    }

    private static void writeWhole(Path file, String text) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.writeString(half, text);
            replace(half, file);
        } finally {
            Files.deleteIfExists(half);
        }
    }

    private static void replace(Path half, Path file) throws IOException {
        try {
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

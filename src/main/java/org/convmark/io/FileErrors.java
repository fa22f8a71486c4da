package org.convmark.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** Why a file could not be read or written, in terms that a user understands. */
public final class FileErrors {
    private FileErrors() {}

    /** The reason alone. For exceptions that have their own class, Java's message is only the path. */
    public static String reason(IOException e) {
        String reason = e instanceof FileSystemException of ? of.getReason() : e.getMessage();
        return reason == null ? words(e) : reason;
    }

    /** {@code NoSuchFileException} as "no such file". */
    private static String words(IOException e) {
        return e.getClass()
                .getSimpleName()
                .replaceFirst("Exception$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    /** The message; the reason is added where Java's message is only a path. */
    public static String message(IOException e) {
        boolean path = e instanceof FileSystemException of && of.getReason() == null;
        return path ? e.getMessage() + " (" + reason(e) + ")" : e.getMessage();
    }
}

package org.convmark.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.Locale;

/** Why a file could not be read or written, in a user's words. */
public final class FileErrors {
    private FileErrors() {}

    /** The reason alone. Where it has a class of its own, Java's message holds the path in its place. */
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

    /** The message; with the reason where Java's message is a path alone. */
    public static String message(IOException e) {
        boolean path = e instanceof FileSystemException of && of.getReason() == null;
        return path ? e.getMessage() + " (" + reason(e) + ")" : e.getMessage();
    }
}

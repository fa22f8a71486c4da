package org.convmark.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text from outside this project. */
public final class TextFile {
    private TextFile() {}

    /**
     * A text in UTF-8. Invalid bytes become the replacement character, so that a damaged file is reported as damaged, not as
     * unreadable. A byte order mark, which editors add, is no part of the text.
     */
    public static String read(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
}

package org.convmark.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text as others wrote it. */
public final class TextFile {
    private TextFile() {}

    /** A text in UTF-8; bytes that are none become a sign that stands for them, so that a damaged file is not taken for one that cannot be read. */
    public static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}

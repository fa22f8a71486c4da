package org.convmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.convmark.io.InputError;
import org.convmark.machine.OwnCode;

/** The program that measures. */
public final class ThisProgram {
    private ThisProgram() {}

    /**
     * The jar.
     *
     * @throws InputError if this runs from a folder of classes
     */
    public static Path file() {
        Path code = OwnCode.path();
        if (!Files.isRegularFile(code)) {
            throw new InputError("this runs from the classes in " + code + ", but a fleet needs a jar: use run.sh.");
        }
        return code;
    }

    /** SHA-256 of the jar; a fixed word for a folder of classes, which changes during development. */
    public static String digest() throws IOException {
        Path code = OwnCode.path();
        return Files.isRegularFile(code) ? digest(code) : "classes";
    }

    /** SHA-256 of another jar. */
    static String digest(Path jar) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

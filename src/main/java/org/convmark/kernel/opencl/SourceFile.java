package org.convmark.kernel.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The source of a part of a program.
 *
 * @param file resource that holds it
 * @param options defines for it and what follows, unless that has its own
 */
record SourceFile(String file, String options) {
    String text() {
        StringBuilder text = new StringBuilder();
        for (String option : options.trim().split(" +")) {
            String[] define = option.replaceFirst("^-D", "").split("=", 2);
            text.append(option.isEmpty() ? "" : "#undef " + define[0] + "\n#define " + String.join(" ", define) + "\n");
        }
        return text + resource();
    }

    private String resource() {
        try (InputStream in = SourceFile.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar holds no " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.convmark.kernel.vector.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The package of register tiles holds what the templates generate and nothing else. {@code mvn test -Dtest=GeneratedTilesTest
 * -Dregenerate=true} writes it again.
 */
class GeneratedTilesTest {
    private static final Path FOLDER = Path.of("src/main/java/org/convmark/kernel/vector/tile");

    @Test
    void packageIsWhatTheTemplatesYield() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        GeneratedClass.all().forEach(made -> expected.put(made.name() + ".java", made.source()));
        if (Boolean.getBoolean("regenerate")) {
            for (String leftover : files().keySet()) {
                Files.delete(FOLDER.resolve(leftover));
            }
            for (Map.Entry<String, String> file : expected.entrySet()) {
                Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
            }
        }
        Map<String, String> actual = files();
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, source) -> assertEquals(source, actual.get(name), name));
    }

    /** All files but the description of the package. */
    private static Map<String, String> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> !file.endsWith("package-info.java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString(),
                            GeneratedTilesTest::text,
                            (a, b) -> a,
                            TreeMap::new));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

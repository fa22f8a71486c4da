package org.convmark.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path folder;

    @Test
    void contentThatFailsLeavesTheOldOneAndNothingBeside() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        assertThrows(IOException.class, () -> new AtomicFile(file).write(out -> {
            out.write('n');
            throw new IOException("cut short");
        }));
        assertEquals("old", Files.readString(file));
        assertArrayEquals(new String[] {"file"}, folder.toFile().list());
    }

    /** A device would be lost for the whole machine if root replaced it, and the reader of a pipe would wait for ever. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void pipesAndLinksAreWrittenToAndNotReplaced() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "there is no mkfifo(1)");
        Path read = folder.resolve("read");
        Process reader = new ProcessBuilder("cat", pipe.toString())
                .redirectOutput(read.toFile())
                .start();
        try {
            new AtomicFile(pipe).write("through");
            assertTrue(reader.waitFor(20, TimeUnit.SECONDS));
        } finally {
            reader.destroyForcibly();
        }
        assertEquals("through", Files.readString(read));
        assertTrue(Files.readAttributes(pipe, BasicFileAttributes.class).isOther());
        Path link = Files.createSymbolicLink(folder.resolve("link"), read);
        new AtomicFile(link).write("behind");
        assertEquals("behind", Files.readString(read));
        assertTrue(Files.isSymbolicLink(link));
    }

    /** {@code /dev/stdout} may be a file that a shell opened for more than one program. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void openStreamsKeepWhatWasWrittenBefore() throws IOException {
        Path file = folder.resolve("file");
        try (OutputStream open = Files.newOutputStream(file);
                Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            open.write('a');
            Path stream = descriptors
                    .filter(fd -> Files.exists(fd) && file.toString().equals(target(fd)))
                    .findFirst()
                    .orElseThrow();
            new AtomicFile(Files.createSymbolicLink(folder.resolve("stdout"), stream)).write("b");
        }
        assertEquals("ab", Files.readString(file));
    }

    private static String target(Path link) {
        try {
            return link.toRealPath().toString();
        } catch (IOException closed) {
            return "";
        }
    }

    @Test
    void whatCannotBeWrittenIsNamedWithTheReason() {
        Path file = folder.resolve("none").resolve("report.html");
        IOException e = assertThrows(IOException.class, () -> new AtomicFile(file).write("x"));
        assertEquals(file + " cannot be written (no such file)", e.getMessage());
    }
}

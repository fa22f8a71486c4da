package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Messages of bindings, with their own stack traces, and the reasons derived from them. */
class NativeLibrariesTest {
    private static final String UNMAPPED = ": failed to map segment from shared object";

    @Test
    void loaderWithoutRoomIsNoMissingDriver() {
        Throwable failure = new ExceptionInInitializerError(new UnsatisfiedLinkError(
                "Error while loading\njava.lang.UnsatisfiedLinkError: /usr/lib/libx.so: /usr/lib/libx.so" + UNMAPPED
                        + "\n\tat java.base/Native"));
        String reason = NativeLibraries.reason(failure).orElseThrow();
        assertTrue(reason.contains("no room") && reason.contains("ulimit -v"), reason);
    }

    @Test
    void fileSystemThatForbidsExecutingIsNamed() throws IOException {
        String folder = forbidden().orElse(null);
        assumeTrue(folder != null, "no file system here is mounted with noexec");
        String library = folder + "/none/libx.so";
        String reason = NativeLibraries.reason(new UnsatisfiedLinkError(library + UNMAPPED))
                .orElseThrow();
        assertTrue(reason.contains(folder) && reason.contains("noexec"), reason);
    }

    private static Optional<String> forbidden() throws IOException {
        try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"))) {
            return mounts.map(line -> line.split(" "))
                    .filter(mount -> mount[3].matches("(.*,)?noexec(,.*)?"))
                    .map(mount -> mount[1])
                    .findFirst();
        }
    }

    @Test
    void othersHaveReasonsOfTheirOwn() {
        assertEquals(Optional.empty(), NativeLibraries.reason(new UnsatisfiedLinkError("no x in java.library.path")));
    }
}

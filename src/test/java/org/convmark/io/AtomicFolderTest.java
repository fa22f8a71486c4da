package org.convmark.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
    @TempDir
    private Path parent;

    private String refusal(Path path, AtomicFolder.Content content) {
        String message = assertThrows(InputError.class, () -> new AtomicFolder(path).create("--out", content))
                .getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains(path.toString()) && message.contains("--out"), message);
        return message;
    }

    @Test
    void appearsWhenItIsFilled() throws IOException {
        Path path = parent.resolve("a/b/new");
        new AtomicFolder(path).create("--out", half -> {
            Files.writeString(half.resolve("file"), "x");
            assertFalse(Files.exists(path));
        });
        assertEquals("x", Files.readString(path.resolve("file")));
        assertArrayEquals(new String[] {"new"}, path.getParent().toFile().list());
    }

    /** Whoever may read a folder that is made directly may read this one. */
    @Test
    void hasTheUsualPermissions() throws IOException {
        Path usual = Files.createDirectory(parent.resolve("usual"));
        Path path = parent.resolve("new");
        new AtomicFolder(path).create("--out", half -> {});
        assumeTrue(parent.getFileSystem().supportedFileAttributeViews().contains("posix"), "there are no permissions");
        assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(path));
    }

    @Test
    void failureInsideLeavesNothing() {
        assertTrue(refusal(parent.resolve("new"), half -> {
                    Files.writeString(half.resolve("file"), "x");
                    throw new IOException("cut short");
                })
                .contains("cut short"));
        assertThrows(
                IllegalStateException.class, () -> new AtomicFolder(parent.resolve("new")).create("--out", half -> {
                    Files.createDirectory(half.resolve("inside"));
                    throw new IllegalStateException();
                }));
        assertArrayEquals(new String[0], parent.toFile().list());
    }

    @Test
    void whatExistsIsRefusedAndNotTouched() throws IOException {
        Path full = Files.createDirectory(parent.resolve("full"));
        Files.writeString(full.resolve("file"), "old");
        Path empty = Files.createDirectory(parent.resolve("empty"));
        Path file = Files.writeString(parent.resolve("file"), "old");
        for (Path path : List.of(full, empty, file)) {
            AtomicInteger calls = new AtomicInteger();
            assertTrue(refusal(path, half -> calls.incrementAndGet()).contains("exists already"));
            assertEquals(0, calls.get());
        }
        assertEquals("old", Files.readString(full.resolve("file")));
        assertTrue(refusal(file.resolve("below"), half -> {}).contains("cannot make"));
    }

    @Test
    void ofTwoAtOnceOneIsWholeAndTheOtherIsRefused() throws Exception {
        Path path = parent.resolve("new");
        CyclicBarrier filled = new CyclicBarrier(2);
        AtomicInteger refused = new AtomicInteger();
        List<Thread> threads = Stream.of("1", "2")
                .map(name -> new Thread(() -> {
                    try {
                        new AtomicFolder(path).create("--out", half -> {
                            Files.writeString(half.resolve("a"), name);
                            await(filled);
                            Files.writeString(half.resolve("b"), name);
                        });
                    } catch (InputError e) {
                        refused.incrementAndGet();
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(1, refused.get());
        assertEquals(Files.readString(path.resolve("a")), Files.readString(path.resolve("b")));
        assertArrayEquals(new String[] {"new"}, parent.toFile().list());
    }

    private static void await(CyclicBarrier barrier) throws IOException {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}

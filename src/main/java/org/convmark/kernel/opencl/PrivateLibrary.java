package org.convmark.kernel.opencl;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * A directory of this JVM alone, for a native library that unpacks itself. JOCL writes its library under one fixed name
 * into {@code java.io.tmpdir} and loads whatever lies there already: a race between parallel JVMs, and in a shared
 * directory an invitation to anybody. It reads that property while its class initialises, so for just that moment the
 * property names a fresh directory that only the owner may enter. A loaded library needs its file no more, so the directory
 * goes at once and a JVM that is killed leaves nothing; where the system keeps loaded files, it goes when the JVM exits.
 */
final class PrivateLibrary {
    private static final String PROPERTY = "java.io.tmpdir";

    private PrivateLibrary() {}

    /**
     * Runs the initialiser of a native library.
     *
     * @return the directory it found in {@code java.io.tmpdir}, most likely deleted by now
     * @throws UncheckedIOException if no such directory can be made
     */
    static Path load(Runnable initialiser) {
        synchronized (PROPERTY) {
            Path directory = directory();
            String before = System.setProperty(PROPERTY, directory.toString());
            try {
                initialiser.run();
            } finally {
                System.setProperty(PROPERTY, before);
                delete(directory);
            }
            return directory;
        }
    }

    private static Path directory() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] owner = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        try {
            return Files.createTempDirectory("convmark-opencl-", owner);
        } catch (IOException e) {
            throw new UncheckedIOException("no private directory for the OpenCL binding's native library", e);
        }
    }

    /** What lies in it first; what is in use is left to the exit of the JVM, which deletes in reverse order. */
    private static void delete(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException inUse) {
            deleteOnExit(directory);
        }
    }

    private static void deleteOnExit(Path directory) {
        directory.toFile().deleteOnExit();
        File[] files = directory.toFile().listFiles();
        Stream.of(files == null ? new File[0] : files).forEach(File::deleteOnExit);
    }
}

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
 * A directory for this JVM alone, for a native library that unpacks itself. JOCL writes its library under a fixed name into
 * {@code java.io.tmpdir} and loads whatever is already there: a race between parallel JVMs, and in a shared directory a security
 * hole. It reads the property while its class initialises, so for just that moment the property names a fresh directory that only
 * the owner can access. A loaded library no longer needs its file, so the directory is deleted at once, and a JVM that is killed
 * leaves nothing behind. Where the system locks loaded files, it is deleted when the JVM exits.
 */
final class PrivateLibrary {
    private static final String PROPERTY = "java.io.tmpdir";

    private PrivateLibrary() {}

    /**
     * Runs the initialiser of a native library.
     *
     * @return the directory that {@code java.io.tmpdir} named meanwhile, most likely deleted by now
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

    /** Deletes the content first; files in use are left to the exit of the JVM, which deletes in reverse order. */
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

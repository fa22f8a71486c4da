package org.convmark.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Explains why a native library did not load. Bindings wrap the loader's message in stack traces, and that message alone does not
 * name the cause.
 */
public final class NativeLibraries {
    /** The Linux loader's message when a library may not be mapped as executable or does not fit into the address space. */
    private static final Pattern UNMAPPED = Pattern.compile("(\\S*): failed to map segment from shared object");

    private static final Path MOUNTS = Path.of("/proc/mounts");

    private NativeLibraries() {}

    /**
     * The reason in words; empty if the failure is of another kind.
     *
     * @param failure what loading a library's class threw; its causes and their messages are searched
     */
    public static Optional<String> reason(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(cause -> UNMAPPED.matcher(String.valueOf(cause.getMessage())))
                .filter(Matcher::find)
                .map(matcher -> unmapped(matcher.group(1)))
                .findFirst();
    }

    /** The first line of what the innermost cause of a failure says. */
    public static String innermost(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .reduce((outer, inner) -> inner)
                .flatMap(cause -> String.valueOf(cause.getMessage()).lines().findFirst())
                .orElse("unknown");
    }

    private static String unmapped(String library) {
        return isForbidden(Path.of(library).toAbsolutePath())
                ? "its native library is unpacked to " + Path.of(library).getParent()
                        + ", on a file system whose files may not be executed (noexec): give the JVMs another folder for "
                        + "temporary files with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER"
                : "there is no room for its native library in the address space of the process: raise the limit (ulimit -v)";
    }

    /** Whether the file system of a path is mounted noexec. */
    private static boolean isForbidden(Path path) {
        try (Stream<String> mounts = Files.lines(MOUNTS)) {
            return mounts.map(line -> line.split(" "))
                    .filter(mount -> mount.length > 3 && path.startsWith(mount[1]))
                    .reduce((outer, inner) -> inner[1].length() >= outer[1].length() ? inner : outer)
                    .filter(mount -> Arrays.asList(mount[3].split(",")).contains("noexec"))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }
}

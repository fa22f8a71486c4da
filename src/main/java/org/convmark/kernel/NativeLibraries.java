package org.convmark.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Why native libraries do not load: bindings wrap the loader's word in stack traces, and the loader's word is not a reason. */
public final class NativeLibraries {
    /** What the loader of Linux says where memory for a library may not be executed, or where there is no room for it. */
    private static final Pattern UNMAPPED = Pattern.compile("(\\S*): failed to map segment from shared object");

    private static final Path MOUNTS = Path.of("/proc/mounts");

    private NativeLibraries() {}

    /**
     * A reason in words; empty if the failure is of another kind.
     *
     * @param failure with which a class that loads a library failed, its causes and their texts
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

    /** Whether the file system of a path is mounted so that nothing on it may be executed. */
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

package org.convmark.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.convmark.machine.Graal;

/**
 * A JVM as {@code --jvm} names it.
 *
 * @param java its executable or its home
 * @param arguments that select its compiler
 */
public record JvmChoice(Path java, List<String> arguments) {
    private static final String GRAAL = "graal";

    /** The first JDK whose version numbers Graal shares. */
    private static final int OLDEST_WITH_GRAAL = 25;

    /**
     * Parses a path, {@code graal:PATH} for a JDK with Graal as its compiler, or {@code graal} for the newest JDK beside this one.
     *
     * @throws IllegalArgumentException with one sentence if there is no such JDK, or Graal's jars for it are missing
     */
    public static JvmChoice of(String text) {
        if (text.equals(GRAAL)) {
            Path folder =
                    Path.of(System.getProperty("java.home")).toAbsolutePath().getParent();
            return withGraal(newestIn(folder));
        }
        return text.startsWith(Graal.PREFIX)
                ? withGraal(Path.of(text.substring(Graal.PREFIX.length())))
                : new JvmChoice(Path.of(text), List.of());
    }

    private static JvmChoice withGraal(Path java) {
        Runtime.Version version = Runtime.Version.parse(JvmProbe.version(java));
        if (version.feature() < OLDEST_WITH_GRAAL) {
            throw new IllegalArgumentException(java + " is Java " + version + ": Graal needs a JDK " + OLDEST_WITH_GRAAL
                    + " or newer, --jvm " + Graal.PREFIX + "PATH");
        }
        String number = version.feature() + "." + version.interim() + "." + version.update();
        return new JvmChoice(java, Graal.arguments(new MavenRepository().graal(number)));
    }

    private static Path newestIn(Path folder) {
        try (Stream<Path> homes = Files.list(folder)) {
            return homes.filter(home -> Files.isExecutable(home.resolve("bin").resolve("java")))
                    .flatMap(home -> version(home).map(version -> Map.entry(version, home)).stream())
                    .filter(jdk -> jdk.getKey().feature() >= OLDEST_WITH_GRAAL)
                    .max(Map.Entry.<Runtime.Version, Path>comparingByKey().thenComparing(Map.Entry.comparingByValue()))
                    .map(Map.Entry::getValue)
                    .orElseThrow(() -> new IllegalArgumentException("no JDK " + OLDEST_WITH_GRAAL + " or newer lies in "
                            + folder + ", as Graal needs: give its path, --jvm " + Graal.PREFIX + "PATH"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for JDKs in " + folder, e);
        }
    }

    private static Optional<Runtime.Version> version(Path home) {
        try {
            return Optional.of(Runtime.Version.parse(JvmProbe.version(home)));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not a JVM, or its version has an older form
        }
    }
}

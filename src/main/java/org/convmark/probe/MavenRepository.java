package org.convmark.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.convmark.io.TextFile;

/** The local Maven repository, which holds libraries that were fetched before. This class fetches nothing. */
final class MavenRepository {
    private static final String FOLDER = "maven.repo.local";
    private static final Pattern SETTING = Pattern.compile("<localRepository>\\s*(.*?)\\s*</localRepository>");

    /** Graal and what it depends on, by group. */
    private static final Map<String, List<String>> GRAAL = Map.of(
            "org/graalvm/compiler", List.of("compiler"),
            "org/graalvm/sdk", List.of("collections", "word"),
            "org/graalvm/truffle", List.of("truffle-compiler"));

    private final Path folder = folder();

    /** Located as Maven does: a property, the user's settings, or the usual place. */
    private static Path folder() {
        String chosen = System.getProperty(FOLDER);
        if (chosen != null) {
            return Path.of(chosen);
        }
        String home = System.getProperty("user.home");
        Path maven = Path.of(home, ".m2");
        try {
            Matcher setting = SETTING.matcher(TextFile.read(maven.resolve("settings.xml")));
            if (setting.find()) {
                return Path.of(setting.group(1).replace("${user.home}", home));
            }
        } catch (IOException e) {
            // Most users have no settings.
        }
        return maven.resolve("repository");
    }

    /**
     * The jars of Graal.
     *
     * @param version of the JDK, which is Graal's too
     * @throws IllegalArgumentException with the command that fetches them, if one is missing
     */
    List<Path> graal(String version) {
        List<Path> jars = GRAAL.entrySet().stream()
                .flatMap(group -> group.getValue().stream().map(name -> jar(group.getKey(), name, version)))
                .sorted()
                .toList();
        if (!jars.stream().allMatch(Files::isRegularFile)) {
            throw new IllegalArgumentException("Graal " + version + ", which fits JDK " + version + ", is not in "
                    + folder + others(version)
                    + ": get it with mvn dependency:get -Dartifact=org.graalvm.compiler:compiler:" + version
                    + (System.getProperty(FOLDER) == null ? "" : " -D" + FOLDER + "=" + folder));
        }
        return jars;
    }

    private Path jar(String group, String name, String version) {
        return folder.resolve(group).resolve(name).resolve(version).resolve(name + "-" + version + ".jar");
    }

    private String others(String wanted) {
        try (Stream<Path> versions = Files.list(folder.resolve("org/graalvm/compiler/compiler"))) {
            List<String> names = versions.filter(Files::isDirectory)
                    .map(version -> version.getFileName().toString())
                    .filter(version -> !version.equals(wanted))
                    .sorted()
                    .toList();
            return names.isEmpty() ? "" : " (but " + String.join(", ", names) + ", which does not fit)";
        } catch (IOException e) {
            return "";
        }
    }
}

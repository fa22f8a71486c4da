package org.convmark.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.io.TextFile;

/**
 * The files in which a system describes itself, below a root that tests can replace. Paths start with a slash and are relative to
 * the root.
 */
record FileTree(Path root) {
    /** A file as trimmed text. */
    Fact<String> text(String path) {
        Path file = resolve(path);
        if (!Files.exists(file)) {
            return Fact.missing("there is no " + path);
        }
        try {
            String text = TextFile.read(file).strip();
            return text.isEmpty() ? Fact.missing(path + " is empty") : Fact.of(text, path);
        } catch (IOException e) {
            return Fact.missing(path + " cannot be read");
        }
    }

    /** A file that holds a single number. */
    Fact<Long> number(String path) {
        return text(path).then(text -> number(text, path));
    }

    /** A number above zero; a system writes 0 or -1 when it does not know. */
    Fact<Long> positive(String path) {
        return number(path).then(n -> n > 0 ? Fact.of(n, path) : Fact.missing(path + " says " + n));
    }

    /** A value in a file of "name: value" lines; the first line with that name counts. */
    Fact<String> entry(String path, String name) {
        return text(path).then(text -> text.lines()
                .filter(line -> line.contains(":")
                        && line.substring(0, line.indexOf(':')).strip().equals(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .filter(value -> !value.isEmpty())
                .findFirst()
                .map(value -> Fact.of(value, path))
                .orElseGet(() -> Fact.missing(path + " has no entry " + name)));
    }

    /** Names in a folder that match, in the order of their numbers; none if there is no such folder. */
    List<String> names(String folder, String pattern) {
        try (Stream<Path> files = Files.list(resolve(folder))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.matches(pattern))
                    .sorted((a, b) -> a.length() != b.length() ? a.length() - b.length() : a.compareTo(b))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** A number from the text of a file. */
    static Fact<Long> number(String text, String path) {
        try {
            return Fact.of(Long.parseLong(text), path);
        } catch (NumberFormatException e) {
            return Fact.missing(path + " says '" + text + "', which is not a number");
        }
    }

    private Path resolve(String path) {
        return root.resolve(path.substring(1));
    }
}
